/** The locks of drum voices, and of all onsets: what is locked stays as it is while the rest morphs. */
var Locks = (function () {
    var CONTROLS = [];
    var voice;

    for (voice = 0; voice <= 9; voice += 1) {
        CONTROLS.push("lock_" + voice);
    }

    function set(lockedVoice, on) {
        if (on && Anchors.kind() === "melody") {
            Screen.warn("Locks are for drums: a melody has no voices to lock");
            Screen.set(CONTROLS[lockedVoice], 0);
            return;
        }
        Outbox.send(Protocol.SEND.morphLock(lockedVoice, on ? 1 : 0));
        States.changed();
    }

    /** Puts the controls to what the engine has locked. */
    function show(locks) {
        CONTROLS.forEach(function (control, place) {
            var isLocked = locks.some(function (lock) {
                return lock.voice === place;
            });
            Screen.set(control, isLocked ? 1 : 0);
        });
    }

    return { CONTROLS: CONTROLS, set: set, show: show };
}());
