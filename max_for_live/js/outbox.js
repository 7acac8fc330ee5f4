/**
 * What goes to the engine, in order, some messages each few milliseconds: 10,000 notes at once would drown the
 * buffer of a socket. Closed while no engine is found; what is sent then is not kept.
 */
var Outbox = (function () {
    var OUTLET = 0;
    var AT_ONCE = 16;
    var PAUSE_MS = 5;
    var isOpen = false;
    var waiting = [];
    var taken = 0; // how many of `waiting` are gone
    var sentSincePause = 0;
    var isPacing = false;
    var pace = Timers.make(sendSome);

    /** Sends a message of `Protocol.SEND` in its turn. */
    function send(message) {
        if (isOpen) {
            waiting.push(message);
            sendWhatMay();
        }
    }

    /** Does a piece of work once all that was sent before is gone. */
    function then(work) {
        send(work);
    }

    /** Sends past all that waits, and whether open or not: hello, ping, and what the newest word alone counts in. */
    function sendNow(message) {
        outlet(OUTLET, message);
    }

    function open() {
        isOpen = true;
    }

    /** Forgets what waits, and takes nothing more. */
    function close() {
        isOpen = false;
        waiting = [];
        taken = 0;
    }

    function sendSome() {
        if (sentSincePause === 0) {
            isPacing = false;
            pace.stop();
            return;
        }
        sentSincePause = 0;
        sendWhatMay();
    }

    function sendWhatMay() {
        var next;
        while (taken < waiting.length && sentSincePause < AT_ONCE) {
            next = waiting[taken];
            taken += 1;
            if (typeof next === "function") {
                next();
            } else {
                sentSincePause += 1;
                outlet(OUTLET, next);
            }
        }
        if (taken > 0 && taken >= waiting.length) {
            waiting = [];
            taken = 0;
        }
        if (sentSincePause > 0 && !isPacing) {
            isPacing = true;
            pace.every(PAUSE_MS);
        }
    }

    return {
        send: send,
        then: then,
        sendNow: sendNow,
        open: open,
        close: close,
        isOpen: function () {
            return isOpen;
        }
    };
}());
