/**
 * Latent Bridge: what Max calls, and who answers. One inlet; what goes out at which of the six outlets is said in the
 * file that sends it: outbox, ports, screen, keeping, self_test, playing.
 */
autowatch = 0;
inlets = 1;
outlets = 6;

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
    morphPattern: Pattern.begin,
    morphNotes: Pattern.notes,
    morphEnd: Pattern.end,
    morphSnapshotStored: Snapshots.stored,
    morphStateBegin: States.begin,
    morphStatePosition: States.position,
    morphStateAnchor: States.anchor,
    morphStateLock: States.lock,
    morphStateSetting: States.setting,
    morphStateEnd: States.end,
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
    keep: Pattern.keep,
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

var isStarted = false;

Actions.NAMES.forEach(function (name) {
    PRESSED[name] = function () {
        Actions.press(name);
    };
});

/** Live is ready: from here on its objects may be asked. */
function start() {
    var device;
    if (isStarted || !LiveSet.start()) {
        return;
    }
    isStarted = true;
    device = LiveSet.at("this_device");
    Ports.start(LiveSet.idOf(device));
    Controls.askOwn();
    Keeping.ask();
    Slots.showNotes();
    Anchors.show();
    Snapshots.show();
    Playing.start();
    Connection.start();
}

function enabled(on) {
    if (isStarted) {
        Playing.setEnabled(on !== 0);
    }
}

/** A control says its value. */
function param(name, value) {
    var lock = Locks.CONTROLS.indexOf(name);
    if (!Controls.heard(name, value) || !isStarted) {
        return;
    }
    if (lock >= 0) {
        Locks.set(lock, value !== 0);
    } else if (MOVED.hasOwnProperty(name)) {
        MOVED[name](value, Controls.isFirst(name));
    }
}

/** A button is pressed; where it says its value too, letting go counts for nothing. */
function press(name, value) {
    var snapshot = /^snapshot_([1-8])$/.exec(name);
    if (!isStarted || value === 0) {
        return;
    }
    if (snapshot !== null) {
        Snapshots.press(Number(snapshot[1]));
    } else if (PRESSED.hasOwnProperty(name)) {
        PRESSED[name]();
    }
}

function hold(name, value) {
    if (isStarted && name === "preview") {
        Playing.hold(value !== 0);
    }
}

/** The mouse on the pad. */
function pad(what) {
    var numbers = arrayfromargs(arguments).slice(1);
    if (isStarted && DRAGGED.hasOwnProperty(what) && numbers.every(isFinite)) {
        DRAGGED[what].apply(null, numbers);
    }
}

/** What the Live Set has kept under a name. */
function kept(name) {
    if (isStarted) {
        Keeping.heard(String(name), arrayfromargs(arguments).slice(1));
    }
}

/** All else: what came to the device's port. */
function anything() {
    var args = arrayfromargs(arguments);
    var message;
    if (!isStarted) {
        return;
    }
    if (messagename === "/latent/probe") {
        Ports.heard(args[0]);
        return;
    }
    message = Protocol.read(messagename, args);
    if (message !== null && HEARD_FROM_ENGINE.hasOwnProperty(message.name)) {
        Connection.heard();
        HEARD_FROM_ENGINE[message.name](message);
    }
}

function notifydeleted() {
    Timers.stopAll();
}
