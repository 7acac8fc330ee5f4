/**
 * The device's own port, found by trying: nothing tells a patch whether a port could be bound, so a random number is
 * sent to it, and the port is ours when the number comes back.
 */
var Ports = (function () {
    var OUTLET = 1;
    var FIRST = 9100;
    var COUNT = 100;
    var SEND_AGAIN_MS = 100;
    var PATIENCE_MS = 300;
    var REST_MS = 5000;
    var LARGEST_TOKEN = 1000000000;
    var candidate = 0;
    var token = 0;
    var tries = 0;
    var isProven = false;
    var whenFound = null;
    var again = Timers.make(sendProbe);
    var patience = Timers.make(giveUp);

    /** Begins at a place of its own for each device, so that two seldom try the same. */
    function start(deviceId) {
        candidate = FIRST + (deviceId % COUNT);
    }

    /** Looks for a port that nobody else has, from the present one on. */
    function find(found) {
        whenFound = found;
        tries = 0;
        tryCandidate();
    }

    /** What came to the port from its own probe, or from another device's. */
    function heard(arrived) {
        if (!isProven && token !== 0 && arrived === token) {
            isProven = true;
            again.stop();
            patience.stop();
            whenFound(candidate);
        }
    }

    function tryCandidate() {
        isProven = false;
        token = 1 + Math.floor(Math.random() * LARGEST_TOKEN);
        outlet(OUTLET, ["listen", candidate]);
        patience.after(PATIENCE_MS);
        again.every(SEND_AGAIN_MS);
        sendProbe();
    }

    function sendProbe() {
        outlet(OUTLET, ["probe", token]);
    }

    function giveUp() {
        again.stop();
        if (isProven) {
            return;
        }
        tries += 1;
        candidate = FIRST + ((candidate - FIRST + 1) % COUNT);
        if (tries < COUNT) {
            tryCandidate();
            return;
        }
        tries = 0;
        Screen.warn("No port of " + FIRST + ".." + (FIRST + COUNT - 1) + " is free: close what else listens there");
        rest.after(REST_MS);
    }

    var rest = Timers.make(tryCandidate);

    function aimAt(enginePort) {
        outlet(OUTLET, ["engine", enginePort]);
    }

    return {
        start: start,
        find: find,
        heard: heard,
        aimAt: aimAt,
        own: function () {
            return isProven ? candidate : 0;
        }
    };
}());
