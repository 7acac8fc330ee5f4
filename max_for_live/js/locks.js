/** The locks of drum voices, and of all onsets: what is locked stays as it is while the rest morphs. */
var Locks = (function () {
    var CONTROLS = [];
    var MOST_TRIES = 3;
    var said = {}; // by voice, what was sent and not yet seen in a state: { on, triesLeft }
    var voice;

    for (voice = 0; voice <= 9; voice += 1) {
        CONTROLS.push("lock_" + voice);
    }

    function set(lockedVoice, on) {
        if (on && Anchors.kind() === "melody") {
            Screen.warn("Locks are for drums: a melody has no voices to lock");
            Controls.set(CONTROLS[lockedVoice], 0);
            return;
        }
        said[lockedVoice] = { on: on, triesLeft: MOST_TRIES };
        send(lockedVoice);
    }

    function send(lockedVoice) {
        said[lockedVoice].triesLeft -= 1;
        Outbox.send(Protocol.SEND.morphLock(lockedVoice, said[lockedVoice].on ? 1 : 0));
        States.changed();
    }

    /** The engine's locks, as they were told: what they show to be lost is said again. */
    function take(locks) {
        Object.keys(said).map(Number).forEach(function (one) {
            if (isLocked(locks, one) !== said[one].on && said[one].triesLeft > 0) {
                send(one);
            } else {
                delete said[one];
            }
        });
    }

    /** The engine's locks are what they are meant to be: they were gone back to, or it has refused one. */
    function trustEngine() {
        said = {};
    }

    function isLocked(locks, one) {
        return locks.some(function (lock) {
            return lock.voice === one;
        });
    }

    /** Puts the controls to what the engine has locked. */
    function show(locks) {
        CONTROLS.forEach(function (control, place) {
            var value = isLocked(locks, place) ? 1 : 0;
            if (Controls.value(control) !== value) {
                Controls.set(control, value);
            }
        });
    }

    return { CONTROLS: CONTROLS, set: set, take: take, trustEngine: trustEngine, show: show };
}());
