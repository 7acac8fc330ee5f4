/** Finds the engine, notices when it is gone, and finds it again. */
var Connection = (function () {
    var CLIENT = "Latent Bridge device";
    var TICK_MS = 500;
    var CALL_EVERY_MS = 2000;
    var SILENCE_MS = 5000;
    var STATUS_SILENCE_MS = 20000; // the engine says how it is each second to those that it knows
    var ASK_AGAIN_MS = 1000; // what the engine said of itself may be lost on its way
    var PORT_RESTS_MS = 300;
    var HELD_UP_MS = 8000; // the engine drops whom it does not hear for ten seconds
    // off, looking for an own port, calling the engine, open, foreign (another version)
    var state = "off";
    var session = 0;
    var version = "";
    var models = {};
    var p95Ms = 0;
    var uptimeS = -1;
    var enginePort = 9000;
    var calledMs = 0;
    var heardMs = 0;
    var statusMs = 0;
    var tickedMs = 0;
    var isYounger = false;
    var pings = 0;
    var hasComplained = false;
    var wantedPort = enginePort;
    var beat = Timers.make(tick);
    var portRests = Timers.make(aimAtWanted);
    var askAgain = Timers.make(hello);

    function start() {
        Ports.aimAt(enginePort);
        tickedMs = Timers.nowMs();
        beat.every(TICK_MS);
        look();
    }

    function look() {
        state = "looking";
        Outbox.close();
        show();
        Ports.find(call);
    }

    function call() {
        state = "calling";
        heardMs = Timers.nowMs();
        show();
        hello();
    }

    function hello() {
        calledMs = Timers.nowMs();
        Outbox.sendNow(Protocol.SEND.hello(Ports.own(), Protocol.VERSION, CLIENT));
    }

    /** Another port of the engine's, once it stays the same for a moment: a drag passes many. */
    function setEnginePort(port) {
        wantedPort = Math.round(port);
        if (state === "off") {
            aimAtWanted();
        } else {
            portRests.after(PORT_RESTS_MS);
        }
    }

    /** Whoever was there is left, and found again should it be the same. */
    function aimAtWanted() {
        var port = wantedPort;
        if (port === enginePort || !(port > 0 && port <= 65535)) {
            return;
        }
        if (state === "open") {
            Outbox.sendNow(Protocol.SEND.bye());
        }
        enginePort = port;
        Ports.aimAt(port);
        if (state !== "off") {
            forget();
            look();
        }
    }

    function tick() {
        var nowMs = Timers.nowMs();
        var wasHeldUp = nowMs - tickedMs > HELD_UP_MS; // by Live, which loads a Set, or by a sleep
        tickedMs = nowMs;
        if (state === "off" || state === "looking") {
            return;
        }
        if (wasHeldUp) {
            heardMs = nowMs;
            hello();
        } else if (state !== "calling" && nowMs - heardMs > SILENCE_MS) {
            lose();
        } else if (nowMs - calledMs >= CALL_EVERY_MS) {
            callAgain(nowMs);
        }
        if (state === "calling" && nowMs - heardMs > SILENCE_MS) {
            complain();
        }
    }

    /** Shows that the device is there; says hello where the engine is not found, or no longer knows the device. */
    function callAgain(nowMs) {
        calledMs = nowMs;
        if (state === "open") {
            ping();
        }
        if (state !== "open" || nowMs - statusMs > STATUS_SILENCE_MS) {
            hello();
        }
    }

    function ping() {
        pings += 1;
        Outbox.sendNow(Protocol.SEND.ping(pings));
    }

    /** Something came from the engine, whatever it was. */
    function heard() {
        heardMs = Timers.nowMs();
    }

    function welcomed(message) {
        if (message.session === 0) {
            turnAway(message);
            return;
        }
        hasComplained = false;
        version = String(message.version);
        statusMs = Timers.nowMs();
        if (state === "open" && message.session === session) {
            return;
        }
        session = message.session;
        state = "open";
        uptimeS = -1;
        Outbox.open();
        Offers.clear();
        show();
        Restoring.begin();
        askAgain.after(ASK_AGAIN_MS);
    }

    function turnAway(message) {
        state = "foreign";
        Outbox.close();
        Screen.engine("bad", "Engine of another version");
        Screen.warn(Readable.otherVersion(message.protocol, Protocol.VERSION));
    }

    function model(message) {
        models[message.name] = { name: message.name, kind: message.kind, isReady: message.ready === 1 };
        show();
    }

    function ready() {
        Object.keys(models).forEach(function (name) {
            models[name].isReady = true;
        });
        show();
    }

    function status(message) {
        statusMs = Timers.nowMs();
        p95Ms = message.p95Ms;
        clock(message.uptimeS);
        show();
    }

    function pong(message) {
        clock(message.uptimeS);
    }

    /**
     * An engine that is younger than before is another one, though it may count its sessions alike. Said once, it may
     * have been held up on its way: asked again.
     */
    function clock(toldS) {
        var wasYounger = isYounger;
        isYounger = state === "open" && uptimeS >= 0 && toldS < uptimeS - 0.5;
        if (!isYounger) {
            uptimeS = toldS;
        } else if (wasYounger) {
            forget();
            call();
        } else {
            ping();
        }
    }

    /** The engine says that it is stopping. */
    function bye() {
        if (state === "open") {
            lose();
        }
    }

    function lose() {
        forget();
        complain();
        look();
    }

    function forget() {
        Outbox.close();
        session = 0;
        models = {};
        uptimeS = -1;
        isYounger = false;
        Clips.lost();
        Playing.update();
    }

    function complain() {
        if (!hasComplained) {
            hasComplained = true;
            Screen.warn(Readable.notFound(enginePort));
        }
    }

    function show() {
        if (state === "open") {
            Screen.engine(isWarm() ? "good" : "plain", "Engine " + version + (isWarm() ? speed() : " \u00b7 warming"));
        } else if (state !== "foreign") {
            Screen.engine(hasComplained ? "bad" : "plain", "Engine not found \u00b7 port " + enginePort);
        }
        Pictures.pad(["awake", state === "open" && Anchors.count() > 0 ? 1 : 0]);
    }

    function speed() {
        return p95Ms > 0 ? " \u00b7 p95 " + Math.round(p95Ms) + " ms" : " \u00b7 ready";
    }

    /** Whether the models can be asked now. */
    function isWarm() {
        var names = Object.keys(models);
        return state === "open" && names.length > 0 && names.every(function (name) {
            return models[name].isReady;
        });
    }

    return {
        start: start, setEnginePort: setEnginePort, heard: heard, welcomed: welcomed, model: model,
        ready: ready, status: status, pong: pong, bye: bye, isWarm: isWarm,
        isOpen: function () {
            return state === "open";
        },
        /** What is known of the engine, for the self-test. */
        facts: function () {
            return { state: state, version: version, p95Ms: p95Ms, enginePort: enginePort, models: models };
        }
    };
}());
