/** Who answers what: one table for the engine's messages, one for controls, one for buttons, one for the mouse. */
var Dispatch = (function () {
    var HEARD_FROM_ENGINE = {
        welcome: Connection.welcomed,
        offer: Offers.heard,
        model: Connection.model,
        ready: Connection.ready,
        pong: Connection.pong,
        status: Connection.status,
        bye: Connection.bye,
        clipReady: Clips.ready,
        clipMissing: Clips.missing,
        resultBegin: Requests.begin,
        resultNotes: Requests.notes,
        resultEnd: Requests.end,
        resultLeftOut: Requests.leftOut,
        done: Requests.done,
        morphDirection: Knobs.heard,
        morphPattern: MorphPattern.begin,
        morphNotes: MorphPattern.notes,
        morphEnd: MorphPattern.end,
        morphSnapshotStored: Snapshots.stored,
        morphStateBegin: States.begin,
        morphStatePosition: States.position,
        morphStateAnchor: States.anchor,
        morphStateLock: States.lock,
        morphStateSetting: States.setting,
        morphStateEnd: States.end,
        playStatus: Playing.heardStatus,
        midiMoved: Cursor.moved,
        error: Refusals.heard
    };

    var MOVED = {
        slot: Slots.showNotes,
        store: Snapshots.show,
        x: Cursor.show,
        y: Cursor.show,
        quantize: Playing.sendQuantize,
        engine_port: Connection.setEnginePort,
        play: function (value) {
            Playing.setPlay(value !== 0);
        },
        follow: function (value, isFirst) {
            Capture.setFollow(value !== 0, !isFirst);
        }
    };

    var PRESSED = {
        capture: Capture.capture,
        keep: MorphPattern.keep,
        panic: Playing.panic,
        self_test: SelfTest.run,
        clear: function () {
            Slots.clear(Slots.chosen());
            Anchors.free(Slots.chosen());
            Slots.showNotes();
        }
    };

    var DRAGGED = {
        cursor: Cursor.drag,
        release: Cursor.release,
        anchor: function (slot, x, y) {
            Anchors.drag(slot - 1, x, y);
        }
    };

    Actions.NAMES.forEach(function (name) {
        PRESSED[name] = function () {
            Actions.press(name);
        };
    });

    function heard(address, args) {
        var message = Protocol.read(address, args);
        if (message !== null && HEARD_FROM_ENGINE.hasOwnProperty(message.is)) {
            Connection.heard();
            HEARD_FROM_ENGINE[message.is](message);
        }
    }

    function moved(name, value) {
        var lock = Locks.CONTROLS.indexOf(name);
        if (lock >= 0) {
            Locks.set(lock, value !== 0);
        } else if (MOVED.hasOwnProperty(name)) {
            MOVED[name](value, Controls.isFirst(name));
        }
    }

    function pressed(name) {
        var snapshot = /^snapshot_([1-8])$/.exec(name);
        if (snapshot !== null) {
            Snapshots.press(Number(snapshot[1]));
        } else if (PRESSED.hasOwnProperty(name)) {
            PRESSED[name]();
        }
    }

    function dragged(what, numbers) {
        if (DRAGGED.hasOwnProperty(what) && numbers.every(isFinite)) {
            DRAGGED[what].apply(null, numbers);
        }
    }

    return { heard: heard, moved: moved, pressed: pressed, dragged: dragged };
}());
