/** The morph's state as the engine tells it: the present as state 0, and each snapshot. Kept by the Set. */
var States = (function () {
    var SOON_MS = 400;
    var MOST_TRIES = 3;
    var SAME = 1e-5; // numbers came as 32-bit floats
    var FIELDS = [
        "x", "y", "knob1", "knob2", "knob3", "knob4", "knob5", "knob6", "knob7", "knob8",
        "temperature", "seed", "timing", "velocity", "density", "keepKey"
    ];
    // By number: { position: as FIELDS, anchors: [{ slot, clip, x, y }], locks: [{ voice, position }] }.
    var states = {};
    var coming = null;
    var tries = 0;
    var restoresLeft = 0;
    var changes = 0;
    var changesAsked = 0; // how many there were when the state was asked for
    var listener = null;
    var soon = Timers.make(ask);

    /** Something has changed that only the engine knows wholly: it is asked for soon, once for several changes. */
    function changed() {
        changes += 1;
        if (!Restoring.isBusy()) {
            soon.after(SOON_MS);
        }
    }

    function ask() {
        changesAsked = changes;
        Outbox.send(Protocol.SEND.morphState());
    }

    /** Has a function hear of each state that is told; null for none. */
    function listen(heard) {
        listener = heard;
    }

    function begin() {
        coming = { states: {}, count: 0 };
    }

    function position(message) {
        count(function () {
            coming.states[message.state] = { position: numbersOf(message), anchors: [], locks: [] };
        });
    }

    function anchor(message) {
        count(function () {
            of(message).anchors.push({ slot: message.slot, clip: message.clip, x: message.x, y: message.y });
        });
    }

    function lock(message) {
        count(function () {
            of(message).locks.push({ voice: message.voice, position: numbersOf(message) });
        });
    }

    function setting() {
        count(function () {
            return;
        });
    }

    function count(take) {
        if (coming !== null) {
            coming.count += 1;
            take();
        }
    }

    function of(message) {
        if (!coming.states.hasOwnProperty(message.state)) {
            coming.states[message.state] = { position: numbersOf({}), anchors: [], locks: [] };
        }
        return coming.states[message.state];
    }

    function numbersOf(message) {
        return FIELDS.map(function (field) {
            return Number(message[field]) || 0;
        });
    }

    function end(message) {
        var isWhole = coming !== null && coming.count === message.numMessages;
        var told = coming;
        coming = null;
        if (changesAsked !== changes) {
            return; // it is out of date, and asked for again soon
        }
        if (isWhole && !Restoring.isBusy() && isRestoreLost(told.states)) {
            restoresLeft -= 1;
            sendAll();
            changed();
        } else if (isWhole && !Restoring.isBusy()) {
            tries = 0;
            restoresLeft = 0;
            states = told.states;
            Anchors.take(of0().anchors);
            Locks.take(of0().locks);
            Snapshots.told();
            Slots.keepOlder(isNamed);
            Keeping.keepStage();
            if (listener !== null) {
                listener(states);
            }
        } else if (!isWhole && tries < MOST_TRIES) {
            tries += 1;
            changed();
        }
    }

    function of0() {
        return states[0] || { position: numbersOf({}), anchors: [], locks: [] };
    }

    /** Whether a state has a clip of that number. */
    function isNamed(number) {
        return Object.keys(states).some(function (state) {
            return states[state].anchors.some(function (one) {
                return one.clip === number;
            });
        });
    }

    /** Gives a new session the snapshots and the locks; the clips are held by now. The present is the controls' own. */
    function restore() {
        restoresLeft = MOST_TRIES;
        sendAll();
    }

    /** Whether some of what was restored did not arrive, as the first state that is told afterwards shows. */
    function isRestoreLost(told) {
        return restoresLeft > 0 && !Object.keys(states).every(function (number) {
            return Number(number) === 0 || (told.hasOwnProperty(number) && isSame(told[number], states[number]));
        });
    }

    function isSame(told, kept) {
        var held = kept.anchors.filter(function (one) {
            return isHeld(one.clip);
        });
        return told.anchors.length === held.length && told.locks.length === kept.locks.length &&
            told.position.every(function (number, place) {
                return Math.abs(number - kept.position[place]) < SAME;
            });
    }

    function isHeld(number) {
        var clip = Slots.byNumber(number);
        return clip !== null && clip.isHeld;
    }

    function sendAll() {
        Object.keys(states).map(Number).forEach(function (number) {
            if (number > 0) {
                Outbox.send(Protocol.SEND.morphStatePosition.apply(null, [number].concat(states[number].position)));
                states[number].anchors.forEach(restoreAnchor(number));
            }
            states[number].locks.forEach(function (one) {
                Outbox.send(Protocol.SEND.morphStateLock.apply(null, [number, one.voice].concat(one.position)));
            });
        });
    }

    function restoreAnchor(number) {
        return function (one) {
            if (isHeld(one.clip)) {
                Outbox.send(Protocol.SEND.morphStateAnchor(number, one.slot, one.clip, one.x, one.y));
            }
        };
    }

    return {
        FIELDS: FIELDS, changed: changed, ask: ask, listen: listen, begin: begin, position: position, anchor: anchor,
        lock: lock, setting: setting, end: end, restore: restore, isNamed: isNamed,
        all: function () {
            return states;
        },
        putKept: function (kept) {
            states = kept;
        }
    };
}());
