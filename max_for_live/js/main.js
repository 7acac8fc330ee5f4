/**
 * Latent Bridge: the functions that Max calls. One inlet; what goes out at which of the six outlets is said in the file
 * that sends it: outbox, ports, screen, keeping, self_test, playing.
 */
autowatch = 0;
inlets = 1;
outlets = 6;

/** Live is ready: from here on its objects may be asked. */
function start() {
    var device;
    if (LiveSet.isReady() || !LiveSet.start()) {
        return;
    }
    device = LiveSet.at("this_device");
    Ports.start(LiveSet.idOf(device));
    Controls.askOwn();
    Keeping.ask();
    Slots.showNotes();
    Anchors.show();
    Cursor.show();
    Snapshots.show();
    Playing.start();
    Connection.start();
}

/** Live's own switch of the device. */
function enabled(on) {
    Playing.setEnabled(on !== 0);
}

/** A control says its value. */
function param(name, value) {
    if (Controls.heard(name, value) && LiveSet.isReady()) {
        Dispatch.moved(name, value);
    }
}

/** A button is pressed; where letting it go is told too, that counts for nothing. */
function press(name, value) {
    if (LiveSet.isReady() && value !== 0) {
        Dispatch.pressed(name);
    }
}

function hold(name, value) {
    if (LiveSet.isReady() && name === "preview") {
        Playing.hold(value !== 0);
    }
}

/** The mouse on the pad. */
function pad(what) {
    if (LiveSet.isReady()) {
        Dispatch.dragged(what, arrayfromargs(arguments).slice(1));
    }
}

/** What the Live Set has kept under a name. */
function kept(name) {
    if (LiveSet.isReady()) {
        Keeping.heard(String(name), arrayfromargs(arguments).slice(1));
    }
}

/** Storage that holds nothing yet says one of these. */
function bang() {
    return;
}

function msg_int() {
    return;
}

function msg_float() {
    return;
}

function list() {
    return;
}

/** All else: what came to the device's port. */
function anything() {
    var args = arrayfromargs(arguments);
    if (messagename === "/latent/probe") {
        Ports.heard(args[0]);
    } else if (LiveSet.isReady()) {
        Dispatch.heard(messagename, args);
    }
}

/** The device is taken off its track; the patch itself says goodbye to the engine. */
function notifydeleted() {
    Timers.stopAll();
}
