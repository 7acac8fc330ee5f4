// Latent Bridge's script, one file of the modules in max_for_live/js: edit there. Written by `make device`.

// protocol.js

// The wire contract: addresses and argument orders. Written by `make device` from bridge/protocol: edit there.

var Protocol = (function () {
    var SEND = {};
    var HEARD = {};

    // Settings as pairs of name and number; a name that the message does not take is a mistake of the script's own.
    function pairs(settings, allowed) {
        var list = [];
        var name;
        for (name in settings) {
            if (allowed.indexOf(name) < 0) {
                throw new Error("no setting " + name + " here; it takes " + allowed.join(", "));
            }
            list.push(name, settings[name]);
        }
        return list;
    }

    function flat(rows) {
        return Array.prototype.concat.apply([], rows);
    }

    function rowsOf(numbers, width) {
        var rows = [];
        var at;
        for (at = 0; at + width <= numbers.length; at += width) {
            rows.push(numbers.slice(at, at + width));
        }
        return rows;
    }

    // What came, with its arguments by name; null for what this version does not know or cannot read.
    function read(address, args) {
        var row = HEARD.hasOwnProperty(address) ? HEARD[address] : null;
        var message;
        var at;
        if (row === null || args.length < row.fields.length) {
            return null;
        }
        message = { address: address, is: row.is, notes: null };
        for (at = 0; at < row.fields.length; at += 1) {
            message[row.fields[at]] = args[at];
        }
        if (row.notes) {
            message.notes = rowsOf(args.slice(row.fields.length), NOTE_FIELDS.length);
        }
        return message;
    }

    var VERSION = 1;
    var NOTES_PER_MESSAGE = 30;
    var NOTE_FIELDS = ["pitch", "start_quarters", "duration_quarters", "velocity", "mute", "probability", "velocity_deviation", "release_velocity"];
    var MORPH_SETTINGS = ["temperature", "seed", "timing", "velocity", "density", "keep_key", "quantize", "channel", "to_client", "to_midi"];
    var REQUESTS = {
        "sample": "/bridge/sample",
        "vary": "/bridge/vary",
        "interpolate": "/bridge/interpolate",
        "blend": "/bridge/blend",
        "humanize": "/bridge/humanize",
        "drumify": "/bridge/drumify",
        "groove": "/bridge/groove",
        "continue": "/bridge/continue",
        "infill": "/bridge/infill"
    };
    var ERRORS = {
        "malformed": "The bytes are no OSC, or the arguments are too few, too many or of the wrong type.",
        "unknown_address": "No message of this protocol has that address.",
        "unknown_clip": "The client holds no clip of that number: send it first.",
        "unknown_model": "No loaded model has that name: see `/bridge/model`.",
        "unknown_snapshot": "No snapshot of that number is kept: store it first.",
        "unknown_setting": "The request, or the morph, takes no setting of that name.",
        "out_of_range": "A number lies outside its range or is not finite, or a result asked for is no longer kept.",
        "wrong_kind": "The clip is not of a kind that this works on, or no loaded model does this.",
        "unsupported_meter": "The meter is not one that the models can follow, or two meters were to be mixed.",
        "clip_incomplete": "The clip is still being sent: finish it with `/bridge/clip/end`, or begin it again.",
        "too_large": "More notes, clips or bytes than the limits allow.",
        "busy": "The queue is full, the work waited too long, or the request id is still in use: ask again later.",
        "cancelled": "The work was given up before it was done, because the engine is stopping.",
        "not_ready": "The models are still being warmed: wait for `/bridge/ready`.",
        "internal": "Something broke in the engine; its log says what. Nothing held is lost."
    };

    SEND["hello"] = function (replyPort, protocol, client) {
        return ["/bridge/hello", replyPort, protocol, client];
    };
    SEND["use"] = function (model) {
        return ["/bridge/use", model];
    };
    SEND["ping"] = function (token) {
        return ["/bridge/ping", token];
    };
    SEND["bye"] = function () {
        return ["/bridge/bye"];
    };
    SEND["clipBegin"] = function (clip, numNotes, lengthQuarters, numerator, denominator) {
        return ["/bridge/clip/begin", clip, numNotes, lengthQuarters, numerator, denominator];
    };
    SEND["clipNotes"] = function (clip, firstIndex, notes) {
        return ["/bridge/clip/notes", clip, firstIndex].concat(flat(notes));
    };
    SEND["clipEnd"] = function (clip) {
        return ["/bridge/clip/end", clip];
    };
    SEND["clipGet"] = function (clip) {
        return ["/bridge/clip/get", clip];
    };
    SEND["clipDrop"] = function (clip) {
        return ["/bridge/clip/drop", clip];
    };
    SEND["sample"] = function (request, model, count, settings) {
        return ["/bridge/sample", request, model, count].concat(pairs(settings, ["temperature", "seed"]));
    };
    SEND["vary"] = function (request, clip, count, amount, settings) {
        return ["/bridge/vary", request, clip, count, amount].concat(pairs(settings, ["temperature", "seed", "kind"]));
    };
    SEND["interpolate"] = function (request, clipA, clipB, steps, settings) {
        return ["/bridge/interpolate", request, clipA, clipB, steps].concat(pairs(settings, ["temperature", "seed", "spacing", "keep_key", "kind"]));
    };
    SEND["blend"] = function (request, weights, settings) {
        return ["/bridge/blend", request].concat(flat(weights)).concat(pairs(settings, ["temperature", "seed", "kind"]));
    };
    SEND["humanize"] = function (request, clip, timing, velocity, settings) {
        return ["/bridge/humanize", request, clip, timing, velocity].concat(pairs(settings, ["temperature", "seed"]));
    };
    SEND["drumify"] = function (request, clip, settings) {
        return ["/bridge/drumify", request, clip].concat(pairs(settings, ["temperature", "seed"]));
    };
    SEND["groove"] = function (request, fromClip, toClip, timing, velocity) {
        return ["/bridge/groove", request, fromClip, toClip, timing, velocity];
    };
    SEND["continue"] = function (request, clip, bars, count, settings) {
        return ["/bridge/continue", request, clip, bars, count].concat(pairs(settings, ["temperature", "seed"]));
    };
    SEND["infill"] = function (request, clip, fromQuarters, toQuarters, count, settings) {
        return ["/bridge/infill", request, clip, fromQuarters, toQuarters, count].concat(pairs(settings, ["temperature", "seed"]));
    };
    SEND["cancel"] = function (request) {
        return ["/bridge/cancel", request];
    };
    SEND["resultResend"] = function (request, index, firstIndex, count) {
        return ["/bridge/result/resend", request, index, firstIndex, count];
    };
    SEND["morphAnchor"] = function (slot, clip, x, y) {
        return ["/bridge/morph/anchor", slot, clip, x, y];
    };
    SEND["morphXy"] = function (x, y) {
        return ["/bridge/morph/xy", x, y];
    };
    SEND["morphX"] = function (x) {
        return ["/bridge/morph/x", x];
    };
    SEND["morphY"] = function (y) {
        return ["/bridge/morph/y", y];
    };
    SEND["morphKnob"] = function (knob, value) {
        return ["/bridge/morph/knob", knob, value];
    };
    SEND["morphSet"] = function (name, value) {
        return ["/bridge/morph/set", name, value];
    };
    SEND["morphLock"] = function (voice, on) {
        return ["/bridge/morph/lock", voice, on];
    };
    SEND["morphDirections"] = function () {
        return ["/bridge/morph/directions"];
    };
    SEND["morphGet"] = function () {
        return ["/bridge/morph/get"];
    };
    SEND["morphSnapshotStore"] = function (snapshot) {
        return ["/bridge/morph/snapshot/store", snapshot];
    };
    SEND["morphSnapshotRecall"] = function (snapshot) {
        return ["/bridge/morph/snapshot/recall", snapshot];
    };
    SEND["morphSnapshotDrop"] = function (snapshot) {
        return ["/bridge/morph/snapshot/drop", snapshot];
    };
    SEND["morphState"] = function () {
        return ["/bridge/morph/state"];
    };
    SEND["morphStatePosition"] = function (state, x, y, knob1, knob2, knob3, knob4, knob5, 
        knob6, knob7, knob8, temperature, seed, timing, velocity, density, 
        keepKey) {
        return ["/bridge/morph/state/position", state, x, y, knob1, knob2, knob3, knob4, 
            knob5, knob6, knob7, knob8, temperature, seed, timing, velocity, 
            density, keepKey];
    };
    SEND["morphStateAnchor"] = function (state, slot, clip, x, y) {
        return ["/bridge/morph/state/anchor", state, slot, clip, x, y];
    };
    SEND["morphStateLock"] = function (state, voice, x, y, knob1, knob2, knob3, knob4, 
        knob5, knob6, knob7, knob8, temperature, seed, timing, velocity, 
        density, keepKey) {
        return ["/bridge/morph/state/lock", state, voice, x, y, knob1, knob2, knob3, 
            knob4, knob5, knob6, knob7, knob8, temperature, seed, timing, 
            velocity, density, keepKey];
    };
    SEND["morphStateSetting"] = function (name, value) {
        return ["/bridge/morph/state/setting", name, value];
    };
    SEND["transport"] = function (quarters, bpm, playing) {
        return ["/bridge/transport", quarters, bpm, playing];
    };
    SEND["play"] = function (on) {
        return ["/bridge/play", on];
    };
    SEND["panic"] = function () {
        return ["/bridge/panic"];
    };
    SEND["midiLearn"] = function (target) {
        return ["/bridge/midi/learn", target];
    };
    SEND["midiForget"] = function (target) {
        return ["/bridge/midi/forget", target];
    };
    SEND["midiRecord"] = function (clip, bars) {
        return ["/bridge/midi/record", clip, bars];
    };
    SEND["midiRecordStop"] = function () {
        return ["/bridge/midi/record/stop"];
    };

    HEARD["/bridge/welcome"] = { is: "welcome", notes: false, fields: ["protocol", "version", "session"] };
    HEARD["/bridge/offer"] = { is: "offer", notes: false, fields: ["requestAddress"] };
    HEARD["/bridge/model"] = { is: "model", notes: false, fields: ["name", "kind", "bars", "latentDim", "ready"] };
    HEARD["/bridge/ready"] = { is: "ready", notes: false, fields: [] };
    HEARD["/bridge/using"] = { is: "using", notes: false, fields: ["part", "model"] };
    HEARD["/bridge/pong"] = { is: "pong", notes: false, fields: ["token", "uptimeS"] };
    HEARD["/bridge/bye"] = { is: "bye", notes: false, fields: [] };
    HEARD["/bridge/status"] = { is: "status", notes: false, fields: ["uptimeS", "queueDepth", "clips", "cacheHits", "cacheMisses", "p95Ms"] };
    HEARD["/bridge/clip/ready"] = { is: "clipReady", notes: false, fields: ["clip", "numNotes", "kind", "bars", "cached"] };
    HEARD["/bridge/clip/missing"] = { is: "clipMissing", notes: false, fields: ["clip", "firstIndex", "count"] };
    HEARD["/bridge/clip/dropped"] = { is: "clipDropped", notes: false, fields: ["clip"] };
    HEARD["/bridge/cancelled"] = { is: "cancelled", notes: false, fields: ["request"] };
    HEARD["/bridge/result/begin"] = { is: "resultBegin", notes: false, fields: ["request", "index", "total", "numNotes", "lengthQuarters"] };
    HEARD["/bridge/result/notes"] = { is: "resultNotes", notes: true, fields: ["request", "index", "firstIndex"] };
    HEARD["/bridge/result/end"] = { is: "resultEnd", notes: false, fields: ["request", "index"] };
    HEARD["/bridge/result/left_out"] = { is: "resultLeftOut", notes: false, fields: ["request", "clip", "numNotes"] };
    HEARD["/bridge/done"] = { is: "done", notes: false, fields: ["request", "total", "queueMs", "encodeMs", "decodeMs", "cached"] };
    HEARD["/bridge/morph/direction"] = { is: "morphDirection", notes: false, fields: ["knob", "kind", "name", "low", "high", "latent"] };
    HEARD["/bridge/morph/pattern"] = { is: "morphPattern", notes: false, fields: ["generation", "numNotes", "lengthQuarters"] };
    HEARD["/bridge/morph/notes"] = { is: "morphNotes", notes: true, fields: ["generation", "firstIndex"] };
    HEARD["/bridge/morph/end"] = { is: "morphEnd", notes: false, fields: ["generation", "decodeMs"] };
    HEARD["/bridge/morph/snapshot/stored"] = { is: "morphSnapshotStored", notes: false, fields: ["snapshot"] };
    HEARD["/bridge/morph/snapshot/dropped"] = { is: "morphSnapshotDropped", notes: false, fields: ["snapshot"] };
    HEARD["/bridge/morph/state/begin"] = { is: "morphStateBegin", notes: false, fields: ["numSnapshots"] };
    HEARD["/bridge/morph/state/position"] = { is: "morphStatePosition", notes: false, fields: ["state", "x", "y", "knob1", "knob2", "knob3", "knob4", "knob5", 
            "knob6", "knob7", "knob8", "temperature", "seed", "timing", "velocity", "density", 
            "keepKey"] };
    HEARD["/bridge/morph/state/anchor"] = { is: "morphStateAnchor", notes: false, fields: ["state", "slot", "clip", "x", "y"] };
    HEARD["/bridge/morph/state/lock"] = { is: "morphStateLock", notes: false, fields: ["state", "voice", "x", "y", "knob1", "knob2", "knob3", "knob4", 
            "knob5", "knob6", "knob7", "knob8", "temperature", "seed", "timing", "velocity", 
            "density", "keepKey"] };
    HEARD["/bridge/morph/state/setting"] = { is: "morphStateSetting", notes: false, fields: ["name", "value"] };
    HEARD["/bridge/morph/state/end"] = { is: "morphStateEnd", notes: false, fields: ["numMessages"] };
    HEARD["/bridge/play/note"] = { is: "playNote", notes: false, fields: ["pitch", "velocity", "durationMs", "channel", "delayMs"] };
    HEARD["/bridge/play/flush"] = { is: "playFlush", notes: false, fields: [] };
    HEARD["/bridge/play/switched"] = { is: "playSwitched", notes: false, fields: ["generation", "quarters"] };
    HEARD["/bridge/play/status"] = { is: "playStatus", notes: false, fields: ["playing", "quarters", "bpm", "generation", "late"] };
    HEARD["/bridge/midi/learned"] = { is: "midiLearned", notes: false, fields: ["target", "kind", "channel", "number"] };
    HEARD["/bridge/midi/moved"] = { is: "midiMoved", notes: false, fields: ["target", "value"] };
    HEARD["/bridge/midi/recording"] = { is: "midiRecording", notes: false, fields: ["clip", "state", "numNotes"] };
    HEARD["/bridge/error"] = { is: "error", notes: false, fields: ["request", "code", "text", "address"] };

    return {
        VERSION: VERSION,
        NOTES_PER_MESSAGE: NOTES_PER_MESSAGE,
        NOTE_FIELDS: NOTE_FIELDS,
        MORPH_SETTINGS: MORPH_SETTINGS,
        REQUESTS: REQUESTS,
        ERRORS: ERRORS,
        SEND: SEND,
        read: read
    };
}());

// timers.js

/** Work that is done after a while, or again and again. Each timer has one Task, which lives as long as the script. */
var Timers = (function () {
    var all = [];

    /** A timer for a piece of work; it stands until it is told `after` or `every`. */
    function make(work) {
        var task = new Task(work);
        var timer = {
            after: function (delayMs) {
                task.cancel();
                task.schedule(delayMs);
            },
            every: function (intervalMs) {
                task.cancel();
                task.interval = intervalMs;
                task.repeat(-1);
            },
            stop: function () {
                task.cancel();
            }
        };
        all.push(timer);
        return timer;
    }

    function stopAll() {
        all.forEach(function (timer) {
            timer.stop();
        });
    }

    function nowMs() {
        return new Date().getTime();
    }

    return { make: make, stopAll: stopAll, nowMs: nowMs };
}());

// outbox.js

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

// readable.js

/** What the device says to the musician: one short line each, with what to do. At most 90 letters. */
var Readable = (function () {
    var MOST_LETTERS = 90;
    var MOST_NAME = 24;
    var LETTERS = "ABCDEFGH";
    var DOT = " \u00b7 ";

    // By the error's code alone; `what` is the action or the part of the device that it befell.
    var BY_CODE = {
        malformed: "engine and device do not understand each other: update both to one version",
        unknown_address: "this engine is older than the device: update it",
        unknown_setting: "this engine is older than the device: update it",
        unknown_clip: "the engine had lost the clip: it is sent again, press once more",
        unknown_model: "the engine has no such model: see what it said when it started",
        unknown_snapshot: "that snapshot is empty: switch Store on, then press its number",
        out_of_range: "the engine refused a value: choose another, or capture the clip again",
        wrong_kind: "needs another kind of clip: drums, or a melody of single notes",
        unsupported_meter: "needs clips of one meter, and one that the models know, such as 4/4",
        clip_incomplete: "the clip is still on its way: press once more in a moment",
        too_large: "too much at once: choose a shorter clip, or a smaller Count",
        busy: "the engine has too much to do: press again in a moment",
        cancelled: "the engine is stopping: start it again",
        not_ready: "the models are being warmed: press again when the engine says ready",
        internal: "something broke in the engine: its log says what; try again"
    };

    function short(text) {
        return text.length <= MOST_LETTERS ? text : text.slice(0, MOST_LETTERS - 1) + "\u2026";
    }

    function error(what, code) {
        var meaning = BY_CODE.hasOwnProperty(code) ? BY_CODE[code] : "the engine refused it (" + code + ")";
        return short(what + ": " + meaning);
    }

    function letter(slot) {
        return LETTERS.charAt(slot);
    }

    function count(number, one, many) {
        return number + " " + (number === 1 ? one : many);
    }

    /** A clip's name, as much of it as fits into a line. */
    function name(text, most) {
        return text.length <= most ? text : text.slice(0, most - 1) + "\u2026";
    }

    function clipName(clip, slot) {
        return clip === null ? letter(slot) + " is empty" : name(clip.name || "unnamed", MOST_NAME);
    }

    /** The line beneath a clip's name: some 24 letters. */
    function clipInfo(clip) {
        if (clip === null) {
            return "select a clip, Capture";
        }
        if (clip.isRefused) {
            return "not taken by the engine";
        }
        if (!clip.isHeld) {
            return count(clip.notes.length, "note", "notes") + DOT + (Outbox.isOpen() ? "sending" : "not sent");
        }
        return [clip.kind, count(clip.bars, "bar", "bars"), meterOrNews(clip)].join(DOT);
    }

    /** The meter where it is not the usual one, else whether the engine knew the clip. */
    function meterOrNews(clip) {
        if (clip.numerator !== 4 || clip.denominator !== 4) {
            return clip.numerator + "/" + clip.denominator;
        }
        return clip.isCached ? "known" : "new";
    }

    function notFound(port) {
        return "No engine answers: start it with  bridge serve --port " + port;
    }

    function otherVersion(theirs, ours) {
        return "The engine speaks version " + theirs + ", this device " + ours + ": update the older of the two";
    }

    /** What came of an action, once it is written. */
    function written(label, slot, report) {
        var words = [label + " of " + letter(slot) + ": " + count(report.written, "clip", "clips") + " written"];
        if (report.seed !== null) {
            words.push("seed " + report.seed);
        }
        if (report.leftOut > 0) {
            words.push(count(report.leftOut, "note", "notes") + " left out");
        }
        if (report.workMs > 0) {
            words.push(Math.round(report.workMs) + " ms");
        }
        return short(words.join(DOT));
    }

    return {
        short: short, error: error, letter: letter, count: count, name: name, clipName: clipName, clipInfo: clipInfo,
        notFound: notFound, otherVersion: otherVersion, written: written
    };
}());

// screen.js

/** What the device shows: its texts, its controls, its buttons. Pictures have a file of their own. */
var Screen = (function () {
    var OUTLET = 2;
    var DARK = { plain: [0.56, 0.56, 0.56, 1], good: [0.28, 0.66, 0.36, 1], bad: [1, 0.62, 0.3, 1] };
    var LIGHT = { plain: [0.25, 0.25, 0.25, 1], good: [0.05, 0.4, 0.13, 1], bad: [0.7, 0.22, 0.02, 1] };
    var LIGHT_FROM = 1.5; // the sum of red, green and blue of what is behind
    var shown = {};

    /** Tells a box something; what it shows already is not told again. */
    function tell(box, message) {
        var words = message.join(" ");
        var about = box + " " + message[0];
        if (shown[about] !== words) {
            shown[about] = words;
            outlet(OUTLET, [box].concat(message));
        }
    }

    function write(box, text) {
        tell(box, ["set", text]);
    }

    function writeIn(tone, box, text) {
        write(box, text);
        tell(box, ["textcolor"].concat(colour(tone)));
    }

    /** A colour that can be read on the theme that Live has now. */
    function colour(tone) {
        var behind = themeColour("live_surface_bg");
        var isLight = behind !== null && behind[0] + behind[1] + behind[2] > LIGHT_FROM;
        return (tone === "plain" && themeColour("live_control_fg")) || (isLight ? LIGHT : DARK)[tone];
    }

    /** Four numbers; null where the theme cannot be asked. */
    function themeColour(name) {
        var asked;
        try {
            asked = max.getcolor(name);
        } catch (error) {
            return null;
        }
        return asked && asked.length === 4 && [0, 1, 2, 3].every(function (place) {
            return typeof asked[place] === "number" && isFinite(asked[place]);
        }) ? [asked[0], asked[1], asked[2], asked[3]] : null;
    }

    /** The status line: what was done. */
    function say(text) {
        writeIn("plain", "status", Readable.short(text));
    }

    /** The status line: what went wrong, and what to do. */
    function warn(text) {
        writeIn("bad", "status", Readable.short(text));
    }

    /** How it is with the engine; tones are `plain`, `good` and `bad`. */
    function engine(tone, text) {
        writeIn(tone, "engine", text);
    }

    /** Puts a control to a value without its saying so; the musician may have moved it since it was last put. */
    function set(control, value) {
        outlet(OUTLET, [control, "set", value]);
    }

    /** Has a control say its value. */
    function ask(control) {
        outlet(OUTLET, [control, "outputvalue"]);
    }

    function setActive(button, isActive) {
        tell(button, ["active", isActive ? 1 : 0]);
    }

    return { write: write, say: say, warn: warn, engine: engine, set: set, ask: ask, setActive: setActive };
}());

// controls.js

/** The controls' values as they last said them, and asking them to say them again. */
var Controls = (function () {
    // As the patch has them on a new track; each says its own value at start.
    var values = {
        slot: 0, second: 1, count: 4, bars: 2, amount: 0.3, temperature: 0.5, timing: 1, velocity: 1, seed: 0,
        results: 0, follow: 0, engine_port: 9000, quantize: 5, play: 0, store: 0, x: 0.5, y: 0.5
    };
    var OF_POSITION = ["x", "y"]; // what they say goes to the engine too: not before it is found
    // What a snapshot keeps, by the name of its field on the wire, and the control that shows it.
    var BY_FIELD = {
        x: "x", y: "y", temperature: "morph_temperature", seed: "morph_seed", timing: "morph_timing",
        velocity: "morph_velocity", density: "morph_density", keepKey: "morph_key"
    };
    var heardOnce = {};
    var knob;

    for (knob = 1; knob <= 8; knob += 1) {
        BY_FIELD["knob" + knob] = "knob_" + knob;
    }

    /** Takes a value in; false where it is no number. */
    function heard(name, value) {
        if (typeof value !== "number" || !isFinite(value)) {
            return false;
        }
        values[name] = value;
        return true;
    }

    /** True the first time that a name is asked for: what a control says then, it has kept from before. */
    function isFirst(name) {
        var first = !heardOnce[name];
        heardOnce[name] = true;
        return first;
    }

    function value(name) {
        return values.hasOwnProperty(name) ? values[name] : 0;
    }

    /** Has all that the script goes by say its value. */
    function askOwn() {
        Object.keys(values).forEach(function (name) {
            if (name !== "play" && OF_POSITION.indexOf(name) < 0) {
                Screen.ask(name);
            }
        });
    }

    /** Has all that the engine goes by say its value: to the engine where the patch leads it there, else to here. */
    function askEngines() {
        Object.keys(BY_FIELD).forEach(function (field) {
            Screen.ask(BY_FIELD[field]);
        });
        ["channel", "quantize"].concat(Locks.CONTROLS, ["play"]).forEach(Screen.ask);
    }

    /** Puts a control to a value of the engine's, silently. */
    function set(name, newValue) {
        values[name] = newValue;
        Screen.set(name, newValue);
    }

    return {
        BY_FIELD: BY_FIELD, heard: heard, isFirst: isFirst, value: value, set: set, askOwn: askOwn,
        askEngines: askEngines
    };
}());

// live_set.js

/**
 * Live's objects, by checked ways: nothing is asked of an object that is not there. Not to be used before Live has
 * said that the device is ready. Live prints a refusal instead of raising it, so whoever writes looks afterwards.
 */
var LiveSet = (function () {
    var isReady = false;
    var watchers = []; // an observer that nobody holds is collected

    function start() {
        isReady = true;
        isReady = at("this_device") !== null;
        return isReady;
    }

    /** The object at a path, or of `id N`; null where there is none. */
    function at(path) {
        var object;
        if (!isReady) {
            return null;
        }
        object = new LiveAPI(null, path);
        return Number(object.id) === 0 ? null : object;
    }

    function byId(id) {
        return Number(id) > 0 ? at("id " + id) : null;
    }

    function song() {
        return at("live_set");
    }

    function idOf(object) {
        return Number(object.id);
    }

    function first(answer) {
        return answer instanceof Array ? answer[0] : answer;
    }

    function number(object, property) {
        return Number(first(object.get(property)));
    }

    function text(object, property) {
        var answer = object.get(property);
        return answer instanceof Array ? answer.join(" ") : String(answer);
    }

    /** The ids that a property lists. */
    function ids(object, property) {
        return [].concat(object.get(property)).filter(function (atom) {
            return atom !== "id";
        }).map(Number);
    }

    /** The object that a property names; null where it names none. */
    function child(object, property) {
        return byId(ids(object, property)[0]);
    }

    /** The track that an object lies on, from however deep in racks; null where it lies on none. */
    function trackOf(object) {
        var up = object;
        var steps;
        for (steps = 0; up !== null && up.type !== "Track" && steps < 32; steps += 1) {
            up = child(up, "canonical_parent");
        }
        return up !== null && up.type === "Track" ? up : null;
    }

    function ownTrack() {
        var device = at("this_device");
        return device === null ? null : trackOf(device);
    }

    /** The Set's tempo, meter and whether it plays; as a new Set has them where Live does not say. */
    function now() {
        var live = song();
        return {
            bpm: (live && number(live, "tempo")) || 120,
            numerator: (live && number(live, "signature_numerator")) || 4,
            denominator: (live && number(live, "signature_denominator")) || 4,
            isPlaying: live !== null && number(live, "is_playing") === 1
        };
    }

    /** Whether what moves now is written down as automation. */
    function isAutomationRecorded() {
        var live = song();
        return live !== null && number(live, "is_playing") === 1 && number(live, "session_automation_record") === 1;
    }

    /** Calls back when a property changes. Within such a call Live may not be changed: use a timer. */
    function watch(path, property, changed) {
        var observer = isReady ? new LiveAPI(changed, path) : null;
        if (observer !== null && Number(observer.id) !== 0) {
            observer.property = property;
            watchers.push(observer);
        }
    }

    return {
        isReady: function () {
            return isReady;
        },
        start: start, at: at, byId: byId, song: song, idOf: idOf, number: number, text: text, ids: ids, child: child,
        trackOf: trackOf, ownTrack: ownTrack, now: now, isAutomationRecorded: isAutomationRecorded, watch: watch
    };
}());

// undo.js

/** One undo step for several edits, where Live offers that to a device. */
var Undo = (function () {
    var isOffered = null; // not known before it is asked

    /** Whether edits can be put together. Where not, each is a step of its own: make as few as can be. */
    function canGather() {
        var song;
        var functions;
        if (isOffered === null) {
            song = LiveSet.song();
            functions = song === null ? "" : String(song.info);
            isOffered = functions.indexOf("begin_undo_step") >= 0 && functions.indexOf("end_undo_step") >= 0;
        }
        return isOffered;
    }

    /** Does all the edits of a piece of work in one step; no edit may be left for later. Gives what the work gives. */
    function inOneStep(work) {
        var song;
        if (!canGather()) {
            return work();
        }
        song = LiveSet.song();
        song.call("begin_undo_step");
        try {
            return work();
        } finally {
            song.call("end_undo_step");
        }
    }

    return { canGather: canGather, inOneStep: inOneStep };
}());

// notes.js

/** Notes as the wire has them, rows of eight numbers, from and to what Live has. */
var Notes = (function () {
    var PITCH = 0;
    var START = 1;
    var DURATION = 2;
    var VELOCITY = 3;
    var LIVE_NAMES = [
        "pitch", "start_time", "duration", "velocity", "mute", "probability", "velocity_deviation", "release_velocity"
    ];
    var USUAL = [0, 0, 0, 100, 0, 1, 0, 64];
    // What the wire allows where Live allows more: a velocity of 0, a release velocity between two whole numbers.
    var LOWEST = [0, -1048576, 1e-6, 1, 0, 0, -127, 0];
    var HIGHEST = [127, 1048576, 1048576, 127, 1, 1, 127, 127];
    var WHOLE = [0, 4, 7];
    var ALL_PITCHES = 128;
    var SHORTEST_SPAN_QUARTERS = 0.25;
    var DECIMALS = 1e6; // half a microsecond: what the Set keeps is then exactly what was captured

    /** The notes of a clip that begin within a span, by onset and pitch, with times from the span's start on. */
    function read(clip, startQuarters, lengthQuarters) {
        return readSpan(clip, startQuarters, lengthQuarters).map(function (note) {
            return fromLive(note, startQuarters);
        }).sort(byOnset);
    }

    /** The notes chosen in the clip's editor, in the same way. */
    function readSelected(clip, startQuarters) {
        var told = parse(clip.call("get_selected_notes_extended"));
        return (told || []).map(function (note) {
            return fromLive(note, startQuarters);
        }).sort(byOnset);
    }

    /** A text that came cut off cannot be read: then its halves are asked for. */
    function readSpan(clip, fromQuarters, spanQuarters) {
        var told = parse(clip.call("get_notes_extended", 0, ALL_PITCHES, fromQuarters, spanQuarters));
        var half = spanQuarters / 2;
        if (told !== null) {
            return told;
        }
        if (half < SHORTEST_SPAN_QUARTERS) {
            return [];
        }
        return readSpan(clip, fromQuarters, half).concat(readSpan(clip, fromQuarters + half, half));
    }

    function parse(told) {
        var read;
        try {
            read = typeof told === "string" ? JSON.parse(told) : told;
        } catch (error) {
            return null;
        }
        return read && read.notes instanceof Array ? read.notes : null;
    }

    function fromLive(note, startQuarters) {
        return LIVE_NAMES.map(function (name, place) {
            var value = note[name] === undefined ? USUAL[place] : Number(note[name]);
            return allowed(place, place === START ? value - startQuarters : value);
        });
    }

    /** What Live has, as near to it as the wire can say it. */
    function allowed(place, value) {
        var near = WHOLE.indexOf(place) < 0 ? rounded(value) : Math.round(value);
        return Math.max(LOWEST[place], Math.min(HIGHEST[place], near));
    }

    /** The argument of `add_new_notes`. */
    function toLive(rows, startQuarters) {
        return {
            notes: rows.map(function (row) {
                var note = {};
                LIVE_NAMES.forEach(function (name, place) {
                    note[name] = place === START ? row[place] + startQuarters : row[place];
                });
                return note;
            })
        };
    }

    /** Writes notes; how many Live shows there afterwards, which is fewer where notes of one pitch overlapped. */
    function write(clip, rows, startQuarters) {
        var from = startQuarters + lowest(rows) - 1;
        var span = highest(rows) - lowest(rows) + 2;
        if (rows.length === 0) {
            return 0;
        }
        clip.call("add_new_notes", toLive(rows, startQuarters));
        return readSpan(clip, from, span).length;
    }

    function remove(clip, fromQuarters, spanQuarters) {
        clip.call("remove_notes_extended", 0, ALL_PITCHES, fromQuarters, spanQuarters);
    }

    function lowest(rows) {
        return rows.reduce(function (least, row) {
            return Math.min(least, row[START]);
        }, Infinity);
    }

    function highest(rows) {
        return rows.reduce(function (most, row) {
            return Math.max(most, row[START]);
        }, -Infinity);
    }

    /** The messages that take notes to the engine: those from an index on, as many as are wanted. */
    function messages(clipNumber, rows, firstIndex, count) {
        var sent = [];
        var end = Math.min(rows.length, firstIndex + count);
        var at;
        var some;
        for (at = Math.max(0, firstIndex); at < end; at += Protocol.NOTES_PER_MESSAGE) {
            some = rows.slice(at, Math.min(end, at + Protocol.NOTES_PER_MESSAGE));
            sent.push(Protocol.SEND.clipNotes(clipNumber, at, some));
        }
        return sent;
    }

    function same(rows, others) {
        return rows.length === others.length && rows.every(function (row, index) {
            return row.every(function (value, place) {
                return value === others[index][place];
            });
        });
    }

    function byOnset(a, b) {
        return a[START] - b[START] || a[PITCH] - b[PITCH];
    }

    function rounded(value) {
        return Math.round(value * DECIMALS) / DECIMALS;
    }

    return {
        PITCH: PITCH, START: START, DURATION: DURATION, VELOCITY: VELOCITY, USUAL: USUAL, read: read,
        readSelected: readSelected, write: write, remove: remove, messages: messages, same: same, rounded: rounded
    };
}());

// pictures.js

/** What the two pictures show: the pad with its letters, and the piano roll. */
var Pictures = (function () {
    var OUTLET = 2;
    var NOTES_A_MESSAGE = 40;
    var NOT_BEFORE_MS = 60; // a cursor that is dragged makes patterns faster than they can be drawn
    var latest = null;
    var isResting = false;
    var rest = Timers.make(rested);

    function pad(message) {
        outlet(OUTLET, ["pad"].concat(message));
    }

    function roll(message) {
        outlet(OUTLET, ["roll"].concat(message));
    }

    /** Shows music soon; only the newest of what comes meanwhile. `music` has notes, length, meter and kind. */
    function show(music) {
        latest = music;
        if (!isResting) {
            draw();
        }
    }

    function clear() {
        latest = null;
        roll(["clear"]);
    }

    function rested() {
        isResting = false;
        if (latest !== null) {
            draw();
        }
    }

    function draw() {
        var music = latest;
        var at;
        latest = null;
        isResting = true;
        rest.after(NOT_BEFORE_MS);
        roll(["begin", music.lengthQuarters, (music.numerator * 4) / music.denominator, music.kind || "melody"]);
        for (at = 0; at < music.notes.length; at += NOTES_A_MESSAGE) {
            roll(["notes"].concat(drawn(music.notes.slice(at, at + NOTES_A_MESSAGE))));
        }
        roll(["end"]);
    }

    function drawn(rows) {
        return rows.reduce(function (list, row) {
            return list.concat(row[Notes.PITCH], row[Notes.START], row[Notes.DURATION], row[Notes.VELOCITY]);
        }, []);
    }

    return { pad: pad, show: show, clear: clear };
}());

// ports.js

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

// connection.js

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

// offers.js

/** Which requests the engine says that it can do; the buttons of the others are dimmed. */
var Offers = (function () {
    var ALL_CAME_MS = 200;
    var offered = {};
    var settle = Timers.make(show);

    function clear() {
        offered = {};
        settle.after(ALL_CAME_MS);
    }

    function heard(message) {
        offered[message.requestAddress] = true;
        settle.after(ALL_CAME_MS);
    }

    /** Whether an action can be asked for; an engine that offers nothing has not said. */
    function has(action) {
        return Object.keys(offered).length === 0 || offered.hasOwnProperty(Protocol.REQUESTS[action]);
    }

    function show() {
        Actions.NAMES.forEach(function (action) {
            Screen.setActive(action, has(action));
        });
    }

    return { clear: clear, heard: heard, has: has };
}());

// slots.js

/** The eight places A..H for captured clips, and older clips that a snapshot still needs. */
var Slots = (function () {
    var COUNT = 8;
    var clips = [null, null, null, null, null, null, null, null];
    var older = []; // replaced, but named by a snapshot
    var LOOKED_AT_MS = 1500;
    var lastNumber = 0;
    var lookedMs = 0;

    function chosen() {
        return Math.max(0, Math.min(COUNT - 1, Math.round(Controls.value("slot"))));
    }

    function second() {
        return Math.max(0, Math.min(COUNT - 1, Math.round(Controls.value("second"))));
    }

    function get(slot) {
        return clips[slot];
    }

    /** The clips that are there, in the order of their letters. */
    function filled() {
        return clips.filter(function (clip) {
            return clip !== null;
        });
    }

    /** All clips that the engine must hold to have the morph and its snapshots again. */
    function all() {
        return filled().concat(older);
    }

    function byNumber(number) {
        return all().filter(function (clip) {
            return clip.number === number;
        })[0] || null;
    }

    /** Puts music into a slot, under a number that was never used, and sends it; the same music stays what it is. */
    function put(slot, music) {
        var before = clips[slot];
        var clip = music;
        if (before !== null && isSame(before, music)) {
            before.name = music.name;
            before.color = music.color;
            before.origin = music.origin;
            show();
            return before;
        }
        lastNumber += 1;
        clip.number = lastNumber;
        clip.isNew = true;
        place(slot, clip);
        if (before !== null) {
            retire(before);
        }
        Clips.send(clip);
        Keeping.keepClip(slot);
        show();
        return clip;
    }

    /** Puts a clip that the Set has kept where it was, under its own number. */
    function putKept(slot, clip, olderClips) {
        clips[slot] = null;
        older = older.filter(function (other) {
            return other.slot !== slot;
        });
        if (clip !== null) {
            place(slot, clip);
        }
        older = older.concat(olderClips);
        olderClips.concat(clip || []).forEach(function (kept) {
            kept.slot = slot;
            lastNumber = Math.max(lastNumber, kept.number);
        });
        show();
    }

    function place(slot, clip) {
        clip.slot = slot;
        clip.kind = clip.kind || "";
        clip.bars = clip.bars || 0;
        clip.isHeld = clip.isRefused = clip.isCached = false;
        clips[slot] = clip;
    }

    function clear(slot) {
        var before = clips[slot];
        clips[slot] = null;
        if (before !== null) {
            retire(before);
            Keeping.keepClip(slot);
        }
        show();
    }

    /** The engine forgets it; the device does when no snapshot has it. */
    function retire(clip) {
        Outbox.send(Protocol.SEND.clipDrop(clip.number));
        if (Outbox.isOpen() || States.isNamed(clip.number)) {
            older.push(clip);
        }
    }

    /** Forgets the older clips that no snapshot has. */
    function keepOlder(isNeeded) {
        var dropped = [];
        older = older.filter(function (clip) {
            if (!isNeeded(clip.number)) {
                dropped.push(clip.slot);
            }
            return isNeeded(clip.number);
        });
        dropped.forEach(Keeping.keepClip);
    }

    function olderOf(slot) {
        return older.filter(function (clip) {
            return clip.slot === slot;
        });
    }

    function isSame(clip, music) {
        return clip.lengthQuarters === music.lengthQuarters && clip.numerator === music.numerator &&
            clip.denominator === music.denominator && Notes.same(clip.notes, music.notes);
    }

    /** Shows the chosen clip. */
    function show() {
        var clip = clips[chosen()];
        Pictures.pad(["selected", chosen() + 1]);
        Screen.write("clip_name", Readable.clipName(clip, chosen()));
        Screen.write("clip_info", Readable.clipInfo(clip));
    }

    /** Shows the chosen clip's notes too. */
    function showNotes() {
        var clip = clips[chosen()];
        lookedMs = Timers.nowMs();
        show();
        if (clip !== null) {
            Pictures.show(clip);
        } else {
            Pictures.clear();
        }
    }

    /** Whether the chosen clip was shown a moment ago: then the morph does not paint over it. */
    function isLookedAt() {
        return Timers.nowMs() - lookedMs < LOOKED_AT_MS;
    }

    return {
        COUNT: COUNT, chosen: chosen, second: second, get: get, filled: filled, all: all, byNumber: byNumber, put: put,
        putKept: putKept, clear: clear, keepOlder: keepOlder, olderOf: olderOf, show: show, showNotes: showNotes,
        isLookedAt: isLookedAt
    };
}());

// clips.js

/** Clips on their way to the engine: sent, healed where notes were lost, and waited for until it holds them. */
var Clips = (function () {
    var LOOK_MS = 250;
    var FIRST_PATIENCE_MS = 1000;
    var MOST_PATIENCE_MS = 4000;
    var HOLES_TOLD_MS = 60;
    var NOISE_OVER_MS = 300;
    // Errors after which the clip is held all the same; requests that need no latents of it work.
    var HELD_ALL_THE_SAME = ["unsupported_meter", "wrong_kind"];
    var PASSING = ["busy", "not_ready", "clip_incomplete"];
    var onTheWay = []; // in the order in which they were sent
    var waits = []; // { clips, work }
    var look = Timers.make(lookAfter);
    var endHealed = Timers.make(sendEnds);
    var sendLost = Timers.make(sendUnheld);

    /** Sends a clip whole. */
    function send(clip) {
        clip.isHeld = clip.isRefused = clip.isHealed = false;
        clip.patienceMs = FIRST_PATIENCE_MS;
        onTheWay = onTheWay.filter(isOther(clip)).concat(clip);
        if (!Outbox.isOpen()) {
            return;
        }
        clip.askedMs = Infinity; // until all of it has gone out
        begin(clip);
        Notes.messages(clip.number, clip.notes, 0, clip.notes.length).forEach(Outbox.send);
        end(clip);
        look.every(LOOK_MS);
    }

    function begin(clip) {
        Outbox.send(
            Protocol.SEND.clipBegin(
                clip.number, clip.notes.length, clip.lengthQuarters, clip.numerator, clip.denominator
            )
        );
    }

    function end(clip) {
        Outbox.send(Protocol.SEND.clipEnd(clip.number));
        Outbox.then(function () {
            clip.askedMs = Timers.nowMs();
        });
    }

    function ready(message) {
        var clip = Slots.byNumber(message.clip);
        if (clip !== null) {
            clip.kind = String(message.kind);
            clip.bars = message.bars;
            clip.isCached = message.cached === 1;
            clip.isHeld = true;
            settle(clip);
        }
    }

    function missing(message) {
        var clip = sent(message.clip);
        if (clip !== null) {
            Notes.messages(clip.number, clip.notes, message.firstIndex, message.count).forEach(Outbox.send);
            clip.isHealed = true;
            clip.askedMs = Infinity;
            endHealed.after(HOLES_TOLD_MS);
        }
    }

    /** An error in answer to a clip's message: it does not say of which clip, but they are answered in order. */
    function refused(message) {
        var clip = onTheWay[0] || null;
        if (clip === null || PASSING.indexOf(message.code) >= 0) {
            return;
        }
        if (message.code === "unknown_clip") {
            sendLost.after(NOISE_OVER_MS); // its begin was lost, and each of its notes is refused
            return;
        }
        clip.isHeld = HELD_ALL_THE_SAME.indexOf(message.code) >= 0;
        clip.isRefused = !clip.isHeld;
        clip.kind = clip.isHeld ? "other" : "";
        Screen.warn(Readable.error("Clip " + Readable.letter(clip.slot), message.code));
        settle(clip);
    }

    /** Does a piece of work once the engine holds all of some clips, or has refused them. */
    function whenSettled(clips, work) {
        waits.push({ clips: clips, work: work });
        lookAtWaits();
    }

    /** Sends what the engine turned out not to hold. */
    function sendAgain(clips) {
        clips.forEach(send);
    }

    /** The engine is gone, and all clips with it. */
    function lost() {
        waits = [];
        onTheWay = [];
        look.stop();
        Slots.all().forEach(function (clip) {
            clip.isHeld = clip.isRefused = false;
        });
        Slots.show();
    }

    function settle(clip) {
        onTheWay = onTheWay.filter(isOther(clip));
        if (onTheWay.length === 0) {
            look.stop();
        }
        if (Slots.get(clip.slot) === clip) {
            Slots.show();
            Anchors.settled(clip);
        }
        lookAtWaits();
    }

    function lookAtWaits() {
        var done = waits.filter(isOver);
        waits = waits.filter(function (wait) {
            return !isOver(wait);
        });
        done.forEach(function (wait) {
            wait.work();
        });
    }

    function isOver(wait) {
        return wait.clips.every(function (clip) {
            return clip.isHeld || clip.isRefused;
        });
    }

    /** Asks again for an answer that did not come. Before the models are warm none comes. */
    function lookAfter() {
        var nowMs = Timers.nowMs();
        if (Connection.isWarm()) {
            onTheWay.forEach(function (clip) {
                if (nowMs - clip.askedMs > clip.patienceMs) {
                    clip.patienceMs = Math.min(2 * clip.patienceMs, MOST_PATIENCE_MS);
                    clip.askedMs = Infinity;
                    end(clip);
                }
            });
        }
    }

    function sendEnds() {
        onTheWay.forEach(function (clip) {
            if (clip.isHealed) {
                clip.isHealed = false;
                end(clip);
            }
        });
    }

    function sendUnheld() {
        onTheWay.slice().forEach(send);
    }

    function sent(number) {
        return onTheWay.filter(function (clip) {
            return clip.number === number;
        })[0] || null;
    }

    function isOther(clip) {
        return function (other) {
            return other !== clip;
        };
    }

    return {
        send: send, ready: ready, missing: missing, refused: refused, whenSettled: whenSettled, sendAgain: sendAgain,
        lost: lost
    };
}());

// capture.js

/** Takes the clip that the musician looks at: the one in detail view, else the one in the highlighted slot. */
var Capture = (function () {
    var MOST_NOTES = 20000;
    var LONGEST_QUARTERS = 16384;
    var SETTLED_MS = 80; // a click changes the slot and the detail view, one after the other
    var LONGEST_NAME = 40;
    var isFollowing = false;
    var isWatching = false;
    var lastId = 0; // of the clip that was selected when last looked
    var followed = Timers.make(follow);

    /** Captures into the chosen slot; false, and a line that says why, where there is nothing to capture. */
    function capture() {
        var slot = Slots.chosen();
        var clip = selectedClip();
        var music;
        if (clip === null) {
            Screen.warn("Nothing to capture: select a MIDI clip in Live, then press Capture");
            return false;
        }
        if (LiveSet.number(clip, "is_midi_clip") !== 1) {
            Screen.warn("That is an audio clip: select a MIDI clip, then press Capture");
            return false;
        }
        music = read(clip);
        if (!isUsable(music)) {
            return false;
        }
        Slots.put(slot, music);
        Slots.showNotes();
        Screen.say(
            "Captured " + Readable.name(music.name || "clip", LONGEST_NAME) + " into " + Readable.letter(slot) +
                " \u00b7 " + Readable.count(music.notes.length, "note", "notes")
        );
        return true;
    }

    /** The clip that is looked at; null where there is none. */
    function selectedClip() {
        var view = LiveSet.at("live_set view");
        var clip = view === null ? null : LiveSet.child(view, "detail_clip");
        var slot;
        if (clip !== null || view === null) {
            return clip;
        }
        slot = LiveSet.child(view, "highlighted_clip_slot");
        return slot !== null && LiveSet.number(slot, "has_clip") === 1 ? LiveSet.child(slot, "clip") : null;
    }

    /** A clip's music, its times from where it begins, and where it came from. */
    function read(clip) {
        var span = spanOf(clip);
        return {
            name: LiveSet.text(clip, "name"),
            color: LiveSet.number(clip, "color"),
            numerator: LiveSet.number(clip, "signature_numerator"),
            denominator: LiveSet.number(clip, "signature_denominator"),
            lengthQuarters: span.lengthQuarters,
            notes: Notes.read(clip, span.startQuarters, span.lengthQuarters),
            origin: originOf(clip, span)
        };
    }

    /** The loop where the clip loops, else from marker to marker. */
    function spanOf(clip) {
        var loops = LiveSet.number(clip, "looping") === 1;
        var startQuarters = LiveSet.number(clip, loops ? "loop_start" : "start_marker");
        var endQuarters = LiveSet.number(clip, loops ? "loop_end" : "end_marker");
        return { startQuarters: startQuarters, lengthQuarters: Notes.rounded(endQuarters - startQuarters) };
    }

    /** Where results belong: the track, and the slot's row, -1 for a clip of the arrangement. */
    function originOf(clip, span) {
        var slot = LiveSet.child(clip, "canonical_parent");
        var track = LiveSet.trackOf(clip);
        return {
            clipId: LiveSet.idOf(clip),
            trackId: track === null ? 0 : LiveSet.idOf(track),
            row: track === null || slot === null ? -1 : LiveSet.ids(track, "clip_slots").indexOf(LiveSet.idOf(slot)),
            startQuarters: span.startQuarters
        };
    }

    function isUsable(music) {
        if (music.notes.length === 0) {
            Screen.warn("That clip has no notes in its loop: draw some, then press Capture");
        } else if (music.notes.length > MOST_NOTES) {
            Screen.warn("That clip has over " + MOST_NOTES + " notes: choose a shorter loop, then press Capture");
        } else if (!(music.lengthQuarters > 0 && music.lengthQuarters <= LONGEST_QUARTERS)) {
            Screen.warn("That clip is too long: choose a shorter loop, then press Capture");
        } else {
            return true;
        }
        return false;
    }

    /** Follows the selection, or no more. What is selected already is taken where `now` is true. */
    function setFollow(on, now) {
        isFollowing = on;
        lastId = now ? 0 : selectedId(); // observers tell at once what there is
        if (on && !isWatching) {
            isWatching = true;
            // The highlighted slot cannot be watched itself: it is where these two cross.
            ["detail_clip", "selected_track", "selected_scene"].forEach(function (property) {
                LiveSet.watch("live_set view", property, selectionChanged);
            });
        }
        selectionChanged();
    }

    function selectedId() {
        var clip = selectedClip();
        return clip === null ? 0 : LiveSet.idOf(clip);
    }

    function selectionChanged() {
        if (isFollowing) {
            followed.after(SETTLED_MS);
        }
    }

    /** Takes what is selected now, where it can be taken; else keeps still. */
    function follow() {
        var clip = isFollowing ? selectedClip() : null;
        if (clip !== null && LiveSet.idOf(clip) !== lastId && LiveSet.number(clip, "is_midi_clip") === 1) {
            lastId = LiveSet.idOf(clip);
            capture();
        }
    }

    /** Brings the chosen slot up to date before an action; false where there is nothing. */
    function ensure() {
        var held = Slots.get(Slots.chosen());
        var clip = isFollowing ? selectedClip() : null;
        if (held === null) {
            return capture();
        }
        if (clip !== null && held.origin && held.origin.clipId === LiveSet.idOf(clip)) {
            capture(); // it may have been edited since
        }
        return true;
    }

    return { capture: capture, setFollow: setFollow, ensure: ensure };
}());

// gathering.js

/** Clips as they come: begin, notes in any order and perhaps twice, with holes, until all are whole. */
var Gathering = (function () {
    var MOST_NOTES = 200000;
    var MOST_HOLES = 16;

    function make() {
        var begun = {};
        var total = null;

        function begin(index, numNotes, lengthQuarters) {
            if (!begun.hasOwnProperty(index) && numNotes >= 0 && numNotes <= MOST_NOTES) {
                begun[index] = { rows: [], missing: numNotes, numNotes: numNotes, lengthQuarters: lengthQuarters };
            }
        }

        function add(index, firstIndex, rows) {
            var clip = begun.hasOwnProperty(index) ? begun[index] : null;
            if (clip !== null && firstIndex >= 0 && firstIndex + rows.length <= clip.numNotes) {
                rows.forEach(function (row, offset) {
                    clip.missing -= clip.rows[firstIndex + offset] === undefined ? 1 : 0;
                    clip.rows[firstIndex + offset] = row;
                });
            }
        }

        /** Says how many clips there are. */
        function done(count) {
            total = count;
        }

        function isDone() {
            return total !== null;
        }

        function isWhole() {
            return total !== null && holes().length === 0;
        }

        /** What to ask for again: index, first note, how many; 0 for all. At most sixteen at once. */
        function holes() {
            var found = [];
            var index;
            for (index = 0; total !== null && index < total && found.length < MOST_HOLES; index += 1) {
                found = found.concat(begun.hasOwnProperty(index) ? holesOf(index) : [[index, 0, 0]]);
            }
            return found.slice(0, MOST_HOLES);
        }

        function holesOf(index) {
            var clip = begun[index];
            var found = [];
            var at = 0;
            var from;
            while (clip.missing > 0 && at < clip.numNotes && found.length < MOST_HOLES) {
                from = at;
                while (at < clip.numNotes && clip.rows[at] === undefined) {
                    at += 1;
                }
                if (at > from) {
                    found.push([index, from, at - from]);
                }
                at += 1;
            }
            return found;
        }

        /** The last clip that was begun; -1 where none was. */
        function latest() {
            return Object.keys(begun).reduce(function (most, index) {
                return Math.max(most, Number(index));
            }, -1);
        }

        function clips() {
            return Object.keys(begun).map(Number).filter(function (index) {
                return index < total;
            }).sort(function (a, b) {
                return a - b;
            }).map(function (index) {
                return { notes: begun[index].rows, lengthQuarters: begun[index].lengthQuarters };
            });
        }

        return {
            begin: begin, add: add, done: done, isDone: isDone, isWhole: isWhole, holes: holes, latest: latest,
            clips: clips
        };
    }

    return { make: make };
}());

// requests.js

/**
 * What was asked of the engine and not answered yet. A task has `label`, `clips` (which the engine must hold first),
 * `message(request)`, and `done(clips, report)` for the whole result; what goes wrong is told in the status line, and
 * to `failed(code)` where the task has it.
 */
var Requests = (function () {
    var LOOK_MS = 200;
    var FIRST_PATIENCE_MS = 400;
    var MOST_PATIENCE_MS = 1600;
    var UNHEARD_MS = 1500;
    var GIVEN_UP_MS = 10000;
    var MOST_TRIES = 3;
    var AGAIN = ["unknown_clip", "clip_incomplete"];
    var pending = {};
    var lastId = 0;
    var look = Timers.make(lookAfter);

    function ask(task) {
        lastId += 1;
        pending[lastId] = { id: lastId, task: task, tries: 0, heardMs: Timers.nowMs() };
        send(pending[lastId]);
        look.every(LOOK_MS);
    }

    /** Sends a request once its clips are held; from the beginning where it was sent before. */
    function send(request) {
        request.gathering = Gathering.make();
        request.report = { leftOut: 0, workMs: 0 };
        request.leftOut = {};
        request.isSent = request.wasHeard = false;
        request.patienceMs = FIRST_PATIENCE_MS;
        Clips.whenSettled(request.task.clips, function () {
            if (pending[request.id] !== request || request.isSent) {
                return;
            }
            if (request.task.clips.some(isRefused)) {
                fail(request, request.task.label + ": the engine did not take the clip; capture another");
                return;
            }
            request.isSent = true;
            request.nudgedMs = request.heardMs = Timers.nowMs();
            Outbox.send(request.task.message(request.id));
        });
    }

    function isRefused(clip) {
        return clip.isRefused;
    }

    /** A new session knows none of them: all are asked again. */
    function sendAllAgain() {
        each(send);
    }

    function begin(message) {
        withRequest(message, function (request) {
            request.gathering.begin(message.index, message.numNotes, message.lengthQuarters);
        });
    }

    function notes(message) {
        withRequest(message, function (request) {
            request.gathering.add(message.index, message.firstIndex, message.notes);
        });
    }

    function end(message) {
        withRequest(message, function () {
            return;
        });
    }

    function leftOut(message) {
        withRequest(message, function (request) {
            var before = request.leftOut[message.clip] || 0; // it may be told twice
            request.report.leftOut += message.numNotes - before;
            request.leftOut[message.clip] = message.numNotes;
        });
    }

    function done(message) {
        withRequest(message, function (request) {
            request.gathering.done(message.total);
            request.report.workMs = message.queueMs + message.encodeMs + message.decodeMs;
            if (!request.gathering.isWhole()) {
                askForHoles(request);
            }
        });
    }

    /** Takes in what came for a request, and ends it where that was the last of it. */
    function withRequest(message, take) {
        var request = pending.hasOwnProperty(message.request) ? pending[message.request] : null;
        if (request === null || !request.isSent) {
            return;
        }
        request.heardMs = request.nudgedMs = Timers.nowMs();
        request.wasHeard = true;
        request.patienceMs = FIRST_PATIENCE_MS;
        take(request);
        if (request.gathering.isWhole()) {
            forget(request);
            request.task.done(request.gathering.clips(), request.report);
        }
    }

    /** The engine answers a request with an error. */
    function refused(message) {
        var request = pending.hasOwnProperty(message.request) ? pending[message.request] : null;
        if (request === null) {
            return;
        }
        request.tries += 1;
        if (AGAIN.indexOf(message.code) >= 0 && request.tries < MOST_TRIES) {
            Clips.sendAgain(request.task.clips);
            send(request);
            return;
        }
        forget(request);
        if (request.task.failed) {
            request.task.failed(message.code);
        } else {
            Screen.warn(Readable.error(request.task.label, message.code));
        }
    }

    function lookAfter() {
        each(function (request) {
            var nowMs = Timers.nowMs();
            if (Connection.isOpen() && !Connection.isWarm()) {
                request.heardMs = nowMs; // the models are being loaded: that takes as long as it takes
            }
            if (nowMs - request.heardMs > GIVEN_UP_MS) {
                Outbox.send(Protocol.SEND.cancel(request.id));
                fail(request, request.task.label + ": the engine did not answer; if it runs, press again");
            } else if (request.isSent && nowMs - request.nudgedMs > patienceOf(request)) {
                nudge(request);
            }
        });
    }

    function patienceOf(request) {
        return request.wasHeard ? request.patienceMs : Math.max(UNHEARD_MS, request.patienceMs);
    }

    function nudge(request) {
        request.nudgedMs = Timers.nowMs();
        request.patienceMs = Math.min(2 * request.patienceMs, MOST_PATIENCE_MS);
        if (!request.wasHeard) {
            Outbox.send(request.task.message(request.id));
        } else if (request.gathering.isDone()) {
            askForHoles(request);
        } else {
            Outbox.send(Protocol.SEND.resultResend(request.id, Math.max(0, request.gathering.latest()), 0, 1));
        }
    }

    function askForHoles(request) {
        request.gathering.holes().forEach(function (hole) {
            Outbox.send(Protocol.SEND.resultResend(request.id, hole[0], hole[1], hole[2]));
        });
    }

    function fail(request, text) {
        forget(request);
        if (request.task.failed) {
            request.task.failed("silence");
        } else {
            Screen.warn(text);
        }
    }

    function forget(request) {
        delete pending[request.id];
        if (Object.keys(pending).length === 0) {
            look.stop();
        }
    }

    function each(work) {
        Object.keys(pending).forEach(function (id) {
            if (pending.hasOwnProperty(id)) {
                work(pending[id]);
            }
        });
    }

    return {
        ask: ask, sendAllAgain: sendAllAgain, begin: begin, notes: notes, end: end, leftOut: leftOut, done: done,
        refused: refused
    };
}());

// actions.js

/** The buttons that make clips: what each needs, and what it asks of the engine. */
var Actions = (function () {
    var SEND = Protocol.SEND;
    var REPLACE = 2;
    var LARGEST_SEED = 999999;

    // `its` is the clips' numbers and the controls' values; a row that writes onto the second clip says so.
    var TABLE = {
        vary: {
            label: "Vary",
            message: function (request, its) {
                return SEND.vary(request, its.clip, its.count, its.amount, its.freedom);
            }
        },
        interpolate: {
            label: "Interpolate",
            needs: ["second", "several"],
            message: function (request, its) {
                return SEND.interpolate(request, its.clip, its.second, Math.max(2, its.count), its.freedom);
            }
        },
        blend: {
            label: "Blend",
            needs: ["all"],
            message: function (request, its) {
                return SEND.blend(request, its.all, its.freedom);
            }
        },
        humanize: {
            label: "Humanize",
            message: function (request, its) {
                return SEND.humanize(request, its.clip, its.timing, its.velocity, its.freedom);
            }
        },
        drumify: {
            label: "Drumify",
            message: function (request, its) {
                return SEND.drumify(request, its.clip, its.freedom);
            }
        },
        groove: {
            label: "Groove",
            needs: ["second"],
            ontoSecond: true,
            seedless: true,
            message: function (request, its) {
                return SEND.groove(request, its.clip, its.second, its.timing, its.velocity);
            }
        },
        "continue": {
            label: "Continue",
            message: function (request, its) {
                return SEND["continue"](request, its.clip, its.bars, its.count, its.freedom);
            }
        },
        infill: {
            label: "Infill",
            needs: ["span"],
            message: function (request, its) {
                return SEND.infill(request, its.clip, its.fromQuarters, its.toQuarters, its.count, its.freedom);
            }
        }
    };

    /** Does what a button says, or says what is missing. */
    function press(name) {
        var action = TABLE[name];
        var its;
        if (!Connection.isOpen()) {
            Screen.warn(Readable.notFound(Connection.facts().enginePort));
        } else if (!Offers.has(name)) {
            Screen.warn(action.label + ": no model of this engine does it");
        } else if (Capture.ensure()) {
            its = ingredients(action);
            if (its !== null) {
                askFor(name, action, its);
            }
        }
    }

    function askFor(name, action, its) {
        Screen.say(action.label + (Connection.isWarm() ? " \u2026" : ": begins as soon as the models are warm"));
        Requests.ask({
            label: action.label,
            clips: its.clips,
            message: function (request) {
                return action.message(request, its);
            },
            done: function (made, report) {
                var purpose = { source: its.target, verb: name, label: action.label, results: its.results };
                report.seed = action.seedless ? null : its.freedom.seed;
                Writing.write(made, purpose, report);
            }
        });
    }

    /** All that an action takes; null, and a line, where something is missing. */
    function ingredients(action) {
        var source = Slots.get(Slots.chosen());
        var other = Slots.get(Slots.second());
        var results = Controls.value("results");
        var its = {
            clip: source.number,
            second: other === null ? 0 : other.number,
            all: Slots.filled().map(function (clip) {
                return [clip.number, 1];
            }),
            count: results === REPLACE ? 1 : Controls.value("count"),
            bars: Controls.value("bars"),
            amount: Controls.value("amount"),
            timing: Controls.value("timing"),
            velocity: Controls.value("velocity"),
            freedom: { temperature: Controls.value("temperature"), seed: seed() },
            results: results,
            target: action.ontoSecond ? other : source,
            clips: [source]
        };
        var isAllThere = (action.needs || []).every(function (need) {
            return NEEDS[need](action.label, its, source, other);
        });
        return isAllThere ? its : null;
    }

    // Each says what is missing, or adds what it brings.
    var NEEDS = {
        second: function (label, its, source, other) {
            if (Slots.second() === Slots.chosen()) {
                Screen.warn(label + " needs two clips: choose another letter under With");
                return false;
            }
            if (other === null) {
                Screen.warn(label + " needs two clips: capture one into " + Readable.letter(Slots.second()) + " too");
                return false;
            }
            its.clips = [source, other];
            return true;
        },
        several: function (label, its) {
            if (its.results === REPLACE) {
                Screen.warn(label + " makes several clips: choose a track under Results, not Replace");
            }
            return its.results !== REPLACE;
        },
        all: function (label, its) {
            its.clips = Slots.filled();
            if (its.clips.length < 2) {
                Screen.warn(label + " needs two clips or more: capture another one into a free letter");
            }
            return its.clips.length >= 2;
        },
        span: function (label, its, source) {
            var span = Writing.selectedSpan(source);
            if (span === null) {
                Screen.warn(label + " fills what is selected: select some notes of the clip in Live's editor");
                return false;
            }
            its.fromQuarters = span[0];
            its.toQuarters = span[1];
            return true;
        }
    };

    /** The seed of the control; a new one where it is 0. */
    function seed() {
        return Math.round(Controls.value("seed")) || 1 + Math.floor(Math.random() * LARGEST_SEED);
    }

    return { NAMES: Object.keys(TABLE), press: press };
}());

// writing.js

/**
 * Results into Live: each into the next free slot, or in place of the clip that it came from. What is in a slot stays
 * there. All edits of one clip are done at once, so that they can be one undo step.
 *
 * A `purpose` has `source` (the clip that results belong to), `verb` and `label`, and `results` (0, 1 or 2).
 */
var Writing = (function () {
    var THIS_TRACK = 1;
    var REPLACE = 2;
    var AT_END = -1;

    function write(made, purpose, report) {
        var problem = purpose.results === REPLACE ? replace(made[0], purpose) : addAll(made, purpose, report);
        if (purpose.results === REPLACE) {
            report.written = problem === null ? 1 : 0;
        }
        if (problem !== null) {
            Screen.warn(purpose.label + ": " + problem);
        } else {
            Screen.say(Readable.written(purpose.label, purpose.source.slot, report));
        }
    }

    /** Writes clips into free slots; gives what went wrong, or null. */
    function addAll(made, purpose, report) {
        var place = { track: trackFor(purpose), row: purpose.source.origin ? purpose.source.origin.row : -1 };
        var problem = trackProblem(place.track);
        var index;
        report.written = 0;
        for (index = 0; index < made.length && problem === null; index += 1) {
            problem = addOne(made[index], nameOf(purpose, index, made.length), purpose.source, place);
            report.written += problem === null ? 1 : 0;
        }
        if (problem !== null && report.written > 0) {
            return report.written + " of " + made.length + " written; " + problem;
        }
        return problem;
    }

    /** The track where results go; null where it is gone. */
    function trackFor(purpose) {
        var origin = purpose.source.origin;
        if (purpose.results === THIS_TRACK || !origin) {
            return LiveSet.ownTrack();
        }
        return LiveSet.byId(origin.trackId);
    }

    function trackProblem(track) {
        if (track === null) {
            return "the clip's track is gone; choose This track under Results";
        }
        if (LiveSet.number(track, "has_midi_input") !== 1) {
            return "that track takes no MIDI clips; choose another under Results";
        }
        if (LiveSet.number(track, "is_frozen") === 1) {
            return "the track is frozen; unfreeze it";
        }
        return null;
    }

    function nameOf(purpose, index, total) {
        var number = total > 1 ? " " + (index + 1) + "/" + total : "";
        return (purpose.name || purpose.source.name || "clip") + " \u00b7 " + purpose.verb + number;
    }

    function addOne(music, name, source, place) {
        return Undo.inOneStep(function () {
            var row = freeRow(place.track, place.row + 1);
            var slot = row < 0 ? null : LiveSet.byId(LiveSet.ids(place.track, "clip_slots")[row]);
            var clip;
            if (slot === null) {
                return "no free slot is left, and no scene could be added; delete some clips";
            }
            slot.call("create_clip", music.lengthQuarters);
            clip = LiveSet.number(slot, "has_clip") === 1 ? LiveSet.child(slot, "clip") : null;
            if (clip === null) {
                return "Live makes no clip in that slot; choose another track under Results";
            }
            place.row = row;
            fill(clip, music, name, source);
            return writeNotes(clip, music, 0);
        });
    }

    function writeNotes(clip, music, startQuarters) {
        var isEmpty = music.notes.length === 0;
        return isEmpty || Notes.write(clip, music.notes, startQuarters) > 0 ? null : "Live did not take the notes";
    }

    /** Name, meter and colour, with no edit more than it takes where each is an undo step. */
    function fill(clip, music, name, source) {
        clip.set("name", name);
        setWhereOther(clip, "signature_numerator", source.numerator);
        setWhereOther(clip, "signature_denominator", source.denominator);
        setWhereOther(clip, "looping", 1);
        setWhereOther(clip, "loop_end", music.lengthQuarters);
        if (Undo.canGather() && source.color > 0) {
            setWhereOther(clip, "color", source.color);
        }
    }

    function setWhereOther(clip, property, value) {
        if (Math.abs(LiveSet.number(clip, property) - value) > 1e-6) {
            clip.set(property, value);
        }
    }

    /** The next free row from a row on; a new scene where none is left; -1 where Live makes none. */
    function freeRow(track, fromRow) {
        var ids = LiveSet.ids(track, "clip_slots");
        var row;
        for (row = Math.max(0, fromRow); row < ids.length; row += 1) {
            if (isFree(LiveSet.byId(ids[row]))) {
                return row;
            }
        }
        LiveSet.song().call("create_scene", AT_END);
        return LiveSet.ids(track, "clip_slots").length > ids.length ? ids.length : -1;
    }

    function isFree(slot) {
        return slot !== null && LiveSet.number(slot, "has_clip") === 0 && LiveSet.number(slot, "is_group_slot") !== 1;
    }

    /** Puts music in place of what was captured; gives what went wrong, or null. */
    function replace(music, purpose) {
        var source = purpose.source;
        var clip = source.origin ? LiveSet.byId(source.origin.clipId) : null;
        var startQuarters = source.origin ? source.origin.startQuarters : 0;
        if (clip === null) {
            return "its clip is no longer in the Set; capture again, or choose a track under Results";
        }
        return Undo.inOneStep(function () {
            var end = LiveSet.number(clip, "looping") === 1 ? "loop_end" : "end_marker";
            Notes.remove(clip, startQuarters, source.lengthQuarters);
            if (Math.abs(music.lengthQuarters - source.lengthQuarters) > 1e-6) {
                clip.set(end, startQuarters + music.lengthQuarters);
            }
            return writeNotes(clip, music, startQuarters);
        });
    }

    /** From where to where the notes reach that are selected in a captured clip; null where none is. */
    function selectedSpan(source) {
        var clip = source.origin ? LiveSet.byId(source.origin.clipId) : null;
        var rows = clip === null ? [] : Notes.readSelected(clip, source.origin.startQuarters);
        var from = rows.reduce(function (least, row) {
            return Math.min(least, row[Notes.START]);
        }, Infinity);
        var to = rows.reduce(function (most, row) {
            return Math.max(most, row[Notes.START] + row[Notes.DURATION]);
        }, -Infinity);
        from = Math.max(0, from);
        to = Math.min(source.lengthQuarters, to);
        return from < to ? [from, to] : null;
    }

    return { write: write, selectedSpan: selectedSpan };
}());

// anchors.js

/**
 * The letters on the pad: captured clips as anchors of the morph. All anchors are of one kind and meter; a clip that
 * does not go with those that are there stays beside the pad.
 */
var Anchors = (function () {
    // A top left, B top right, C bottom left, D bottom right, E top, F right, G bottom, H left.
    var PLACES = [[0, 1], [1, 1], [0, 0], [1, 0], [0.5, 1], [1, 0.5], [0.5, 0], [0, 0.5]];
    var LATTICE = 0.01; // the engine moves an anchor to the nearest of its own places
    var MOST_TRIES = 3;
    var triesLeft = [0, 0, 0, 0, 0, 0, 0, 0]; // of what was said and not yet seen in a state
    var KINDS = ["melody", "drums"];
    var placed = [0, 0, 0, 0, 0, 0, 0, 0]; // the clip's number in each slot, 0 for none

    function count() {
        return placed.filter(Boolean).length;
    }

    /** The clips on the pad, in the order of their letters. */
    function clips() {
        return placed.filter(Boolean).map(Slots.byNumber).filter(Boolean);
    }

    /** Of all that is on the pad: `melody` or `drums`; empty where nothing is. */
    function kind() {
        var first = clips()[0];
        return first ? first.kind : "";
    }

    /** The engine has judged a clip. */
    function settled(clip) {
        if (clip.isNew && !Restoring.isBusy()) {
            put(clip.slot);
        }
    }

    /** Puts a slot's clip on the pad, where it goes with the others. */
    function put(slot) {
        var clip = Slots.get(slot);
        var problem = problemOf(clip);
        clip.isNew = false;
        if (clip.isRefused) {
            takeOff(slot); // why, was said
        } else if (problem === null) {
            placed[slot] = clip.number;
            send(slot);
        } else {
            Screen.warn(Readable.letter(slot) + " " + problem);
            takeOff(slot);
        }
        show();
    }

    /** Why a clip cannot be on the pad; null where it can. */
    function problemOf(clip) {
        var other = clips().filter(function (one) {
            return one.slot !== clip.slot;
        })[0];
        if (!clip.isHeld || KINDS.indexOf(clip.kind) < 0) {
            return "stays off the pad: the morph takes drums, and melodies of single notes";
        }
        if (other && other.kind !== clip.kind) {
            return "stays off the pad, which holds " + other.kind + ": Clear those letters to morph this one";
        }
        if (other && (other.numerator !== clip.numerator || other.denominator !== clip.denominator)) {
            return "stays off the pad, whose letters are in " + other.numerator + "/" + other.denominator;
        }
        return null;
    }

    /** Takes a slot off the pad; when it was the last one, the others may come on. */
    function free(slot) {
        takeOff(slot);
        if (count() === 0) {
            MorphPattern.reset();
            putAllThatCan();
        }
        show();
    }

    function takeOff(slot) {
        if (placed[slot] !== 0) {
            placed[slot] = 0;
            tell(slot);
        }
    }

    /** Puts on the pad what is not there: of clips that do not go together, those of the first letter. */
    function putAllThatCan() {
        Slots.filled().forEach(function (clip) {
            var mayCome = clip.isHeld && (clip.isNew || placed[clip.slot] === 0);
            clip.isNew = clip.isNew && !clip.isHeld; // one on its way comes when it is there
            if (mayCome && problemOf(clip) === null) {
                placed[clip.slot] = clip.number;
                send(clip.slot);
            }
        });
        show();
    }

    /** A letter was dragged. */
    function drag(slot, x, y) {
        PLACES[slot] = [x, y];
        if (placed[slot] !== 0) {
            send(slot);
        }
        States.changed();
        show();
    }

    /** Tells the engine of an anchor; a clip that it has dropped is sent for as long as it takes. */
    function send(slot) {
        var clip = Slots.byNumber(placed[slot]);
        var isLent = clip !== null && Slots.get(slot) !== clip;
        if (clip === null) {
            placed[slot] = 0;
            tell(slot);
            return;
        }
        if (isLent) {
            Clips.send(clip);
        }
        Clips.whenSettled([clip], function () {
            tell(slot);
            if (isLent) {
                Outbox.send(Protocol.SEND.clipDrop(clip.number));
            }
        });
    }

    /** Says where a slot's clip is, or that it is off the pad; the state that is told next shows whether that came. */
    function tell(slot) {
        Outbox.send(Protocol.SEND.morphAnchor(slot + 1, placed[slot], PLACES[slot][0], PLACES[slot][1]));
        triesLeft[slot] = MOST_TRIES;
        States.changed();
    }

    /** The engine's anchors are what they are meant to be: they were gone back to, or it has refused one. */
    function trustEngine() {
        triesLeft = [0, 0, 0, 0, 0, 0, 0, 0];
    }

    /** Says again what the engine's anchors show to be lost; false where nothing was. */
    function tellLost(anchors) {
        var isLost = false;
        placed.forEach(function (number, slot) {
            var there = anchors.filter(function (anchor) {
                return anchor.slot === slot + 1;
            })[0];
            var isThere = there ? there.clip === number && isNear(there, PLACES[slot]) : number === 0;
            var left = triesLeft[slot];
            triesLeft[slot] = 0;
            if (!isThere && left > 0) {
                isLost = true;
                send(slot);
                triesLeft[slot] = left - 1;
            }
        });
        return isLost;
    }

    function isNear(anchor, place) {
        return Math.abs(anchor.x - place[0]) < LATTICE && Math.abs(anchor.y - place[1]) < LATTICE;
    }

    /** Tells a new session of all anchors, whose clips it holds by now. */
    function restore() {
        placed.forEach(function (number, slot) {
            var clip = Slots.byNumber(number);
            placed[slot] = clip !== null && clip.isHeld ? number : 0;
            if (placed[slot] !== 0) {
                tell(slot);
            }
        });
        show();
    }

    /** The anchors as the engine, or the Set, has them: each with slot (from 1), clip, x, y. */
    function take(anchors) {
        if (tellLost(anchors)) {
            return;
        }
        placed = [0, 0, 0, 0, 0, 0, 0, 0];
        anchors.forEach(function (anchor) {
            if (anchor.slot >= 1 && anchor.slot <= PLACES.length && Slots.byNumber(anchor.clip) !== null) {
                placed[anchor.slot - 1] = anchor.clip;
                PLACES[anchor.slot - 1] = [anchor.x, anchor.y];
            }
        });
        show();
    }

    /** Where the letters stood when the Set was saved; clips may come later than this. */
    function takeKept(anchors) {
        anchors.forEach(function (anchor) {
            placed[anchor.slot - 1] = anchor.clip;
            PLACES[anchor.slot - 1] = [anchor.x, anchor.y];
        });
        show();
    }

    function show() {
        placed.forEach(function (number, slot) {
            Pictures.pad(["anchor", slot + 1, number === 0 ? 0 : 1, PLACES[slot][0], PLACES[slot][1]]);
        });
        Pictures.pad(["awake", Connection.isOpen() && count() > 0 ? 1 : 0]);
        Knobs.show();
    }

    return {
        count: count, clips: clips, kind: kind, settled: settled, free: free, putAllThatCan: putAllThatCan, drag: drag,
        restore: restore, take: take, trustEngine: trustEngine, takeKept: takeKept,
        show: show,
        /** Slot (from 1), clip, x and y of each. */
        told: function () {
            return placed.map(function (number, slot) {
                return { slot: slot + 1, clip: number, x: PLACES[slot][0], y: PLACES[slot][1] };
            });
        }
    };
}());

// morph_pattern.js

/** The morph's present pattern: gathered as it comes, shown, and written into a slot when it shall be kept. */
var MorphPattern = (function () {
    var LOST_MS = 150;
    var GIVEN_UP_MS = 2000;
    var MOST_TRIES = 5;
    var generation = 0;
    var lengthQuarters = 0;
    var gathering = null;
    var tries = 0;
    var wanted = null; // what to do with the next whole pattern
    var askAgain = Timers.make(ask);
    var giveUp = Timers.make(giveUpKeeping);

    /** Forgets what was heard: a new session counts from 1 again. */
    function reset() {
        generation = 0;
        gathering = null;
        wanted = null;
        askAgain.stop();
        giveUp.stop();
    }

    function begin(message) {
        generation = message.generation;
        lengthQuarters = message.lengthQuarters;
        gathering = Gathering.make();
        gathering.begin(0, message.numNotes, message.lengthQuarters);
    }

    function notes(message) {
        if (gathering !== null && message.generation === generation) {
            gathering.add(0, message.firstIndex, message.notes);
        }
    }

    function end(message) {
        if (gathering === null || message.generation !== generation) {
            lost();
            return;
        }
        gathering.done(1);
        if (gathering.isWhole()) {
            tries = 0;
            askAgain.stop();
            take(gathering.clips()[0]);
        } else {
            lost();
        }
        gathering = null;
    }

    function lost() {
        if (tries < MOST_TRIES) {
            askAgain.after(LOST_MS);
        }
    }

    function ask() {
        tries += 1;
        Outbox.send(Protocol.SEND.morphGet());
    }

    function take(music) {
        var first = Anchors.clips()[0];
        var work = wanted;
        if (!first) {
            return;
        }
        music.numerator = first.numerator;
        music.denominator = first.denominator;
        music.kind = first.kind;
        if (Playing.isOn() || !Slots.isLookedAt()) {
            Pictures.show(music);
        }
        if (work !== null) {
            wanted = null;
            giveUp.stop();
            work(music);
        }
    }

    /** Writes the pattern as it is now into the next free slot. */
    function keep() {
        if (!Connection.isOpen()) {
            Screen.warn(Readable.notFound(Connection.facts().enginePort));
        } else if (Anchors.count() === 0) {
            Screen.warn("Nothing to keep: capture two clips, move the cursor between them, then press Keep");
        } else {
            wanted = write;
            giveUp.after(GIVEN_UP_MS);
            ask();
        }
    }

    function write(music) {
        var report = { written: 0, seed: null, leftOut: 0, workMs: 0 };
        var source = Anchors.clips()[0];
        var results = Controls.value("results") === 1 ? 1 : 0; // nothing is there that it could replace
        var purpose = { source: source, name: nameOfWay(), verb: "morph", label: "Morph", results: results };
        Writing.write([music], purpose, report);
    }

    /** The names of what is morphed: `from → to`, or the first and how many more. */
    function nameOfWay() {
        var names = Anchors.clips().map(function (clip) {
            return clip.name || "clip";
        });
        return names.length <= 2 ? names.join(" \u2192 ") : names[0] + " + " + (names.length - 1);
    }

    function giveUpKeeping() {
        if (wanted !== null) {
            wanted = null;
            Screen.warn("Keep: the engine sent no pattern; move the cursor, then press again");
        }
    }

    return { reset: reset, begin: begin, notes: notes, end: end, keep: keep };
}());

// knobs.js

/** The names above the eight knobs: what each does to the kind of music that is on the pad. */
var Knobs = (function () {
    var COUNT = 8;
    var MOST_LETTERS = 11;
    var FIRST_KIND = "drums"; // while nothing is on the pad
    var LOST_MS = 1000;
    var MOST_TRIES = 5;
    var names = {};
    var tries = 0;
    var lost = Timers.make(send);

    function ask() {
        tries = 0;
        send();
    }

    /** Asks again where no name comes, as long as there is hope. */
    function send() {
        tries += 1;
        Outbox.send(Protocol.SEND.morphDirections());
        if (tries < MOST_TRIES) {
            lost.after(LOST_MS);
        }
    }

    function heard(message) {
        lost.stop();
        var name = Readable.name(String(message.name), MOST_LETTERS);
        names[message.kind + " " + message.knob] = name.charAt(0).toUpperCase() + name.slice(1);
        show();
    }

    function show() {
        var kind = Anchors.kind() || FIRST_KIND;
        var knob;
        for (knob = 1; knob <= COUNT; knob += 1) {
            Screen.write("knob_" + knob + "_name", names[kind + " " + knob] || "Knob " + knob);
        }
    }

    return { ask: ask, heard: heard, show: show };
}());

// states.js

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

// snapshots.js

/** The eight snapshots: stored and gone back to. After going back the controls follow the engine, silently. */
var Snapshots = (function () {
    var COUNT = 8;
    var LATE_MS = 800;
    var MOST_TRIES = 3;
    var justStored = {}; // not in a state that was told yet
    var going = null; // { snapshot, before: state 0 as it was, tries }
    var storing = null; // { snapshot, tries }
    var unheard = Timers.make(sendStore);
    var late = Timers.make(askAgain);

    function press(snapshot) {
        if (!Connection.isOpen()) {
            Screen.warn(Readable.notFound(Connection.facts().enginePort));
        } else if (Controls.value("store") === 1) {
            store(snapshot);
        } else if (isStored(snapshot)) {
            recall(snapshot);
        } else {
            Screen.warn("Snapshot " + snapshot + " is empty: switch Store on, then press " + snapshot);
        }
    }

    function store(snapshot) {
        storing = { snapshot: snapshot, tries: 0 };
        sendStore();
        Controls.set("store", 0);
        justStored[snapshot] = true;
        show();
        States.changed();
    }

    /** Says it until it is answered, as long as there is hope. */
    function sendStore() {
        if (storing !== null && storing.tries < MOST_TRIES) {
            storing.tries += 1;
            Outbox.send(Protocol.SEND.morphSnapshotStore(storing.snapshot));
            unheard.after(LATE_MS);
        }
    }

    function stored(message) {
        storing = null;
        unheard.stop();
        Screen.say("Snapshot " + message.snapshot + " stored");
        States.changed();
    }

    /** The state is asked for before and after, so that only the controls that differ are moved. */
    function recall(snapshot) {
        going = { snapshot: snapshot, before: null, tries: 0 };
        States.listen(heard);
        States.ask();
        sendRecall(snapshot);
        Screen.say("Snapshot " + snapshot);
    }

    function sendRecall(snapshot) {
        Anchors.trustEngine();
        Locks.trustEngine();
        Outbox.send(Protocol.SEND.morphSnapshotRecall(snapshot));
        States.ask();
        late.after(LATE_MS);
    }

    /** A controller has gone to a snapshot, or locked a voice: the controls follow. */
    function follow(onlyLocks) {
        Anchors.trustEngine();
        Locks.trustEngine();
        going = { snapshot: 0, before: null, tries: 0, onlyLocks: onlyLocks };
        States.listen(heard);
        States.ask();
        late.after(LATE_MS);
    }

    function heard(states) {
        var present = states[0];
        var goal = states[going.snapshot];
        var isThere = going.before !== null || going.snapshot === 0 || same(present.position, goal && goal.position);
        if (!isThere) {
            going.before = present.position;
            return;
        }
        if (going.snapshot > 0 && !same(present.position, goal && goal.position) && going.tries < MOST_TRIES) {
            going.tries += 1; // it was lost on its way
            sendRecall(going.snapshot);
            return;
        }
        late.stop();
        States.listen(null);
        if (!going.onlyLocks) {
            catchUp(present, going.before);
        }
        Locks.show(present.locks);
        going = null;
    }

    function askAgain() {
        if (going === null) {
            return;
        }
        going.tries += 1;
        if (going.tries > MOST_TRIES || !Connection.isOpen()) {
            States.listen(null);
            going = null;
            return;
        }
        going.before = null;
        going.snapshot = 0;
        States.ask();
        late.after(LATE_MS);
    }

    /** Moves the controls that differ from the engine's present; all where it is not known what they were. */
    function catchUp(present, before) {
        States.FIELDS.forEach(function (field, place) {
            if (before === null || before[place] !== present.position[place]) {
                Controls.set(Controls.BY_FIELD[field], Notes.rounded(present.position[place]));
            }
        });
        Cursor.show();
    }

    function same(position, other) {
        return position.every(function (number, place) {
            return other !== undefined && number === other[place];
        });
    }

    /** Buttons of empty snapshots are dimmed, unless one is to be stored. */
    function show() {
        var snapshot;
        for (snapshot = 1; snapshot <= COUNT; snapshot += 1) {
            Screen.setActive("snapshot_" + snapshot, isStored(snapshot) || Controls.value("store") === 1);
        }
    }

    function isStored(snapshot) {
        return justStored.hasOwnProperty(snapshot) || States.all().hasOwnProperty(snapshot);
    }

    /** A state was told: what it has not is not stored. */
    function told() {
        justStored = {};
        show();
    }

    return { press: press, stored: stored, follow: follow, show: show, told: told };
}());

// locks.js

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

// cursor.js

/** The cursor on the pad: dragged by the mouse, moved by its controls, or by a controller at the engine. */
var Cursor = (function () {
    var AT_REST_MS = 500;
    var RECORDED_EVERY_MS = 30;
    var isDragged = false;
    var isRecorded = false;
    var writtenMs = 0;
    var movedTo = {}; // by field, what controllers have moved since the controls last followed
    var hasLeapt = false; // a controller went to a snapshot
    var hasLocked = false;
    var atRest = Timers.make(catchUp);

    /** The mouse drags: heard at once; the controls, whose every move is an undo step, wait for the end. */
    function drag(x, y) {
        if (!isDragged) {
            isRecorded = LiveSet.isAutomationRecorded();
            isDragged = true;
        }
        tellEngine(x, y);
        if (isRecorded && Timers.nowMs() - writtenMs >= RECORDED_EVERY_MS) {
            write(x, y);
        }
    }

    function release(x, y) {
        isDragged = false;
        tellEngine(x, y);
        write(x, y);
    }

    function tellEngine(x, y) {
        if (Outbox.isOpen()) {
            Outbox.sendNow(Protocol.SEND.morphXy(x, y));
        }
    }

    function write(x, y) {
        writtenMs = Timers.nowMs();
        Controls.set("x", x);
        Controls.set("y", y);
    }

    /** The controls have moved; their way to the engine is the patch's own. */
    function show() {
        if (!isDragged) {
            Pictures.pad(["cursor", Controls.value("x"), Controls.value("y")]);
        }
    }

    /** A controller at the engine has moved something: the picture follows, and the controls once it rests. */
    function moved(message) {
        var target = String(message.target);
        if (target === "play" || target === "panic") {
            Playing.heardPlay(target === "play" && message.value !== 0);
        } else if (target.indexOf("store ") === 0) {
            States.changed();
        } else if (Controls.BY_FIELD.hasOwnProperty(fieldOf(target))) {
            movedTo[fieldOf(target)] = message.value;
            showHeard();
        }
        hasLeapt = hasLeapt || target.indexOf("snapshot ") === 0;
        hasLocked = hasLocked || target.indexOf("lock ") === 0;
        atRest.after(AT_REST_MS);
    }

    /** `knob 1` is `knob1` where the state tells it, and `keep_key` is `keepKey`. */
    function fieldOf(target) {
        return target.replace(/[ _](.)/g, function (match, letter) {
            return letter.toUpperCase();
        });
    }

    function showHeard() {
        if (movedTo.hasOwnProperty("x") || movedTo.hasOwnProperty("y")) {
            Pictures.pad(["heard", latest("x"), latest("y")]);
        }
    }

    function latest(field) {
        return movedTo.hasOwnProperty(field) ? movedTo[field] : Controls.value(field);
    }

    function catchUp() {
        Object.keys(movedTo).forEach(function (field) {
            Controls.set(Controls.BY_FIELD[field], movedTo[field]);
        });
        movedTo = {};
        show();
        if (hasLeapt || hasLocked) {
            Snapshots.follow(!hasLeapt);
        }
        hasLeapt = hasLocked = false;
    }

    return { drag: drag, release: release, show: show, moved: moved };
}());

// restoring.js

/** After every new session: the clips, the anchors, snapshots and locks, what was asked, and then the controls. */
var Restoring = (function () {
    var SOON_MS = 150;
    var isBusy = false;
    var soon = Timers.make(beginWhereOpen);

    function begin() {
        var clips = Slots.all();
        isBusy = true;
        MorphPattern.reset();
        Knobs.ask();
        clips.forEach(Clips.send);
        Slots.show();
        Clips.whenSettled(clips, restore);
        Requests.sendAllAgain();
    }

    function restore() {
        States.restore();
        Anchors.restore();
        Outbox.then(function () {
            isBusy = false;
            Anchors.putAllThatCan();
            Controls.askEngines();
            States.changed();
        });
    }

    /** The Set's clips came after the engine was found. */
    function beginSoon() {
        if (Connection.isOpen()) {
            soon.after(SOON_MS);
        }
    }

    function beginWhereOpen() {
        if (Connection.isOpen()) {
            Clips.lost();
            begin();
        }
    }

    return {
        begin: begin,
        beginSoon: beginSoon,
        isBusy: function () {
            return isBusy;
        }
    };
}());

// playing.js

/** Playing the morph in time with Live, and holding a button to hear it at once. */
var Playing = (function () {
    var CLOCK = 5;
    var CHAIN = 4;
    // What the menu says: at once and parts of a whole note in quarters, then bars of the Set's meter.
    var QUARTERS = [0, 0.25, 0.5, 1, 2];
    var BARS = [1, 2, 4];
    var UNHEARD_MS = 1000;
    var MOST_TRIES = 5;
    var isWanted = false;
    var isHeld = false;
    var isEnabled = true;
    var clock = "";
    var tries = 0;
    var unheard = Timers.make(sendPlay);

    /** The play switch. */
    function setPlay(on) {
        isWanted = on;
        update();
        if (on && Connection.isOpen() && !LiveSet.now().isPlaying) {
            Screen.say(Anchors.count() === 0 ? "Nothing to play: capture two clips" : "Plays as soon as Live plays");
        }
    }

    /** A controller at the engine has switched it. */
    function heardPlay(on) {
        isWanted = on;
        Controls.set("play", on ? 1 : 0);
        setClock();
    }

    /** Live's own switch of the device. */
    function setEnabled(on) {
        isEnabled = on;
        if (LiveSet.isReady()) {
            update();
        }
    }

    /** The preview button is held, or let go: then all is as before. */
    function hold(on) {
        if (on && !Connection.isOpen()) {
            Screen.warn(Readable.notFound(Connection.facts().enginePort));
            return;
        }
        if (on && Anchors.count() === 0) {
            Screen.warn("Nothing to hear yet: capture two clips");
            return;
        }
        if (on !== isHeld) {
            isHeld = on;
            sendQuantize();
            update();
        }
    }

    function panic() {
        isWanted = isHeld = false;
        if (Outbox.isOpen()) {
            Outbox.sendNow(Protocol.SEND.panic());
        }
        Controls.set("play", 0);
        outlet(CHAIN, "flush");
        sendQuantize();
        setClock();
        Screen.say("All notes off");
    }

    function update() {
        setClock();
        tries = 0;
        sendPlay();
    }

    /** Says it again where no status comes, which an engine that plays sends each second. */
    function sendPlay() {
        tries += 1;
        Outbox.send(Protocol.SEND.play(isOn() ? 1 : 0));
        if (isOn() && tries < MOST_TRIES) {
            unheard.after(UNHEARD_MS);
        } else {
            unheard.stop();
        }
    }

    /** The engine says how the playing goes. */
    function heardStatus(message) {
        unheard.stop();
        if (message.playing === 1 && !isOn() && tries < MOST_TRIES) {
            sendPlay();
        }
    }

    function isOn() {
        return isEnabled && (isWanted || isHeld);
    }

    function setClock() {
        var live = LiveSet.now();
        if (!isOn() || !Outbox.isOpen()) {
            tellClock(["off"]);
        } else if (isHeld && !live.isPlaying) {
            tellClock(["own", live.bpm]);
        } else {
            tellClock(["live"]);
        }
    }

    function tellClock(message) {
        if (clock !== message.join(" ")) {
            clock = message.join(" ");
            outlet(CLOCK, message);
        }
    }

    /** The grid on which a new pattern takes over: the menu's choice in quarters; at once while previewing. */
    function sendQuantize() {
        Outbox.send(Protocol.SEND.morphSet("quantize", isHeld ? 0 : gridQuarters()));
    }

    function gridQuarters() {
        var choice = Math.round(Controls.value("quantize"));
        var live;
        if (choice < QUARTERS.length) {
            return QUARTERS[Math.max(0, choice)];
        }
        live = LiveSet.now();
        return (BARS[Math.min(choice - QUARTERS.length, BARS.length - 1)] * live.numerator * 4) / live.denominator;
    }

    /** Goes with the Set's meter, and with its starting and stopping, from now on. */
    function start() {
        LiveSet.watch("live_set", "signature_numerator", meterChanged);
        LiveSet.watch("live_set", "signature_denominator", meterChanged);
        LiveSet.watch("live_set", "is_playing", setClock);
    }

    function meterChanged() {
        sendQuantize();
    }

    return {
        start: start, setPlay: setPlay, heardPlay: heardPlay, update: update, heardStatus: heardStatus,
        setEnabled: setEnabled, hold: hold, panic: panic, sendQuantize: sendQuantize, isOn: isOn
    };
}());

// kept_lists.js

/**
 * What the Live Set keeps, as flat lists of numbers, with the number of their format first: from clips and states, and
 * back. Lists come from files that anybody may have written, so what does not fit the format is refused whole.
 */
var KeptLists = (function () {
    var FORMAT = 2; // in 1 no position said whether it keeps the key
    var KINDS = ["", "melody", "drums", "other"];
    var LARGEST = 2147483647;
    var MOST_QUARTERS = 1048576;
    var MOST_NOTES = 20000;
    var MOST_CLIPS = 129;
    var DIGITS = 9;

    // Writing

    /** A slot's clip, or null, the older clips of the slot, and the slot's name at the end. */
    function fromClips(clip, older) {
        var list = [FORMAT, clip === null ? 0 : 1, older.length];
        (clip === null ? [] : [clip]).concat(older).forEach(function (one) {
            list = list.concat(fromClip(one));
        });
        return clip === null ? list : list.concat(clip.name || "clip");
    }

    /** Most notes are as notes usually are but for the first four fields; the others are told after them. */
    function fromClip(clip) {
        var list = [
            clip.number, clip.lengthQuarters, clip.numerator, clip.denominator, Math.max(0, KINDS.indexOf(clip.kind)),
            clip.bars, clip.color || 0, clip.notes.length
        ];
        var unusual = [];
        clip.notes.forEach(function (row, index) {
            list.push(row[0], row[1], row[2], row[3]);
            if (row.slice(4).join() !== Notes.USUAL.slice(4).join()) {
                unusual.push([index].concat(row.slice(4)));
            }
        });
        return list.concat(unusual.length, Array.prototype.concat.apply([], unusual));
    }

    function fromStates(anchors, states) {
        var numbers = Object.keys(states).map(Number).filter(function (number) {
            return number > 0 || states[number].anchors.length > 0 || states[number].locks.length > 0;
        });
        var list = [FORMAT];
        anchors.forEach(function (anchor) {
            list.push(anchor.clip, short(anchor.x), short(anchor.y));
        });
        list.push(numbers.length);
        numbers.forEach(function (number) {
            list = list.concat(number, fromState(states[number], number === 0));
        });
        return list;
    }

    /** The present position is the controls' own, kept by the Set: zeros here, so that turning them writes nothing. */
    function fromState(state, isPresent) {
        var position = state.position.map(function (number) {
            return isPresent ? 0 : short(number);
        });
        var list = position.concat(state.anchors.length);
        state.anchors.forEach(function (anchor) {
            list.push(anchor.slot, anchor.clip, short(anchor.x), short(anchor.y));
        });
        list.push(state.locks.length);
        state.locks.forEach(function (lock) {
            list = list.concat(lock.voice, lock.position.map(short));
        });
        return list;
    }

    /** A number that came as a 32-bit float, in as few digits as it takes to be the same one again. */
    function short(number) {
        return Number(number.toPrecision(DIGITS));
    }

    // Reading; each gives null where the list is not of this format

    function toClips(list) {
        return read(list, function (next) {
            var isPresent = next(0, 1) === 1;
            var numOlder = whole(next, 0, MOST_CLIPS);
            var kept = { clip: isPresent ? toClip(next) : null, older: [] };
            while (kept.older.length < numOlder) {
                kept.older.push(toClip(next));
            }
            if (isPresent) {
                kept.clip.name = next.rest().join(" ");
            }
            return kept;
        });
    }

    function toClip(next) {
        var clip = {
            number: whole(next, 1, LARGEST), lengthQuarters: next(1e-6, 16384),
            numerator: whole(next, 1, 99), denominator: whole(next, 1, 32),
            kind: KINDS[whole(next, 0, KINDS.length - 1)], bars: whole(next, 0, LARGEST),
            color: whole(next, 0, LARGEST), name: "", notes: [], origin: null, isHeld: false, isRefused: false
        };
        var numNotes = whole(next, 0, MOST_NOTES);
        var numUnusual;
        while (clip.notes.length < numNotes) {
            clip.notes.push(toNote(next));
        }
        for (numUnusual = whole(next, 0, numNotes); numUnusual > 0; numUnusual -= 1) {
            toUnusual(next, clip.notes);
        }
        return clip;
    }

    function toNote(next) {
        return [
            whole(next, 0, 127), next(-MOST_QUARTERS, MOST_QUARTERS), next(1e-6, MOST_QUARTERS), next(1e-6, 127)
        ].concat(Notes.USUAL.slice(4));
    }

    function toUnusual(next, notes) {
        var at = whole(next, 0, notes.length - 1);
        notes[at] = notes[at].slice(0, 4).concat(whole(next, 0, 1), next(0, 1), next(-127, 127), next(0, 127));
    }

    function toStates(list) {
        return read(list, function (next) {
            var kept = { anchors: [], states: {} };
            var slot;
            var count;
            for (slot = 1; slot <= Slots.COUNT; slot += 1) {
                kept.anchors.push({ slot: slot, clip: whole(next, 0, LARGEST), x: next(0, 1), y: next(0, 1) });
            }
            for (count = whole(next, 0, MOST_CLIPS); count > 0; count -= 1) {
                kept.states[whole(next, 0, 128)] = toState(next);
            }
            return kept;
        });
    }

    function toState(next) {
        var state = { position: toPosition(next), anchors: [], locks: [] };
        var count;
        for (count = whole(next, 0, 64); count > 0; count -= 1) {
            state.anchors.push({
                slot: whole(next, 1, 1024), clip: whole(next, 1, LARGEST), x: next(0, 1), y: next(0, 1)
            });
        }
        for (count = whole(next, 0, 10); count > 0; count -= 1) {
            state.locks.push({ voice: whole(next, 0, 9), position: toPosition(next) });
        }
        return state;
    }

    function toPosition(next) {
        return States.FIELDS.map(function (field) {
            if (field === "seed") {
                return whole(next, -LARGEST - 1, LARGEST);
            }
            if (field === "keepKey") {
                return next.format < 2 ? 0 : whole(next, 0, 1);
            }
            if (field.indexOf("knob") === 0 || field === "density") {
                return next(-1, 1);
            }
            return next(0, field === "temperature" ? 2 : 1);
        });
    }

    /** Reads a list from its second number on by a function that is given `next(low, high)`. */
    function read(list, work) {
        var at = 1;
        function next(low, high) {
            var number = list[at];
            at += 1;
            if (typeof number !== "number" || !(number >= low && number <= high)) {
                throw new RangeError("not of this format");
            }
            return number;
        }
        next.rest = function () {
            return list.slice(at);
        };
        next.format = list[0];
        if (next.format !== 1 && next.format !== FORMAT) {
            return null;
        }
        try {
            return work(next);
        } catch (error) {
            if (error instanceof RangeError) {
                return null;
            }
            throw error;
        }
    }

    function whole(next, low, high) {
        var number = next(low, high);
        if (number !== Math.floor(number)) {
            throw new RangeError("not of this format");
        }
        return number;
    }

    return { fromClips: fromClips, toClips: toClips, fromStates: fromStates, toStates: toStates };
}());

// keeping.js

/** Has the Live Set keep the captured clips and the stage, and takes them back when the Set is opened. */
var Keeping = (function () {
    var OUTLET = 3;
    var REST_MS = 2000; // one write for several changes, since each is an undo step
    var LEAST_ATOMS = 3; // of any list that was kept
    var MOST_ATOMS = 30000;
    var MOST_LETTERS = 30000; // of all numbers as text, with a space between
    var isAsked = false;
    var changed = {};
    var there = {}; // what the Set has under each name, as text
    var hasWarned = {};
    var write = Timers.make(writeChanged);

    /** Asks for what the Set has kept. */
    function ask() {
        var slot;
        for (slot = 1; slot <= Slots.COUNT; slot += 1) {
            askFor("clip_" + slot);
        }
        askFor("stage");
        isAsked = true;
    }

    function askFor(name) {
        there[name] = listOf(name).join(" ");
        outlet(OUTLET, [name, "bang"]);
    }

    function listOf(name) {
        return name === "stage" ? stageList() : clipList(slotOf(name));
    }

    function keepClip(slot) {
        keep("clip_" + (slot + 1));
    }

    function keepStage() {
        keep("stage");
    }

    function keep(name) {
        if (isAsked) {
            changed[name] = true;
            write.after(REST_MS);
        }
    }

    /** Writes what differs from what is there. The storage keeps a whole message, and says it when it is asked. */
    function writeChanged() {
        Object.keys(changed).forEach(function (name) {
            var list = listOf(name);
            if (list.join(" ") !== there[name]) {
                there[name] = list.join(" ");
                outlet(OUTLET, [name, "kept", name].concat(list));
            }
        });
        changed = {};
    }

    function stageList() {
        var list = KeptLists.fromStates(Anchors.told(), States.all());
        if (fits(list)) {
            return list;
        }
        Screen.warn("Too many snapshots for the Set to keep: those of before are not kept");
        return KeptLists.fromStates(Anchors.told(), {});
    }

    /** Where a clip and its older forms are too long together, the clip alone; where it is too long itself, nothing. */
    function clipList(slot) {
        var clip = Slots.get(slot);
        var list = KeptLists.fromClips(clip, Slots.olderOf(slot));
        if (!fits(list)) {
            list = KeptLists.fromClips(clip, []);
        }
        if (fits(list)) {
            return list;
        }
        if (hasWarned[slot] !== clip.number) {
            hasWarned[slot] = clip.number;
            Screen.warn(Readable.letter(slot) + " is too long for the Set to keep: capture it again when you open it");
        }
        return KeptLists.fromClips(null, []);
    }

    function fits(list) {
        return list.length <= MOST_ATOMS && list.join(" ").length <= MOST_LETTERS;
    }

    function slotOf(name) {
        return Number(name.slice("clip_".length)) - 1;
    }

    /** What the Set has kept under a name; a new device has kept nothing. */
    function heard(name, list) {
        if (list.length < LEAST_ATOMS) {
            return;
        }
        if (name === "stage") {
            takeStage(list);
        } else if (/^clip_[1-8]$/.test(name)) {
            takeClip(slotOf(name), list);
        } else {
            return;
        }
        there[name] = listOf(name).join(" ");
        Restoring.beginSoon();
    }

    function takeClip(slot, list) {
        var kept = KeptLists.toClips(list);
        if (kept === null) {
            Screen.warn("What the Set kept for " + Readable.letter(slot) + " cannot be read: capture it again");
            return;
        }
        Slots.putKept(slot, kept.clip, kept.older);
        if (slot === Slots.chosen()) {
            Slots.showNotes();
        }
    }

    function takeStage(list) {
        var kept = KeptLists.toStates(list);
        if (kept === null) {
            Screen.warn("The snapshots that the Set kept cannot be read: store them again");
            return;
        }
        States.putKept(kept.states);
        Anchors.takeKept(kept.anchors);
        Snapshots.show();
    }

    return { ask: ask, keepClip: keepClip, keepStage: keepStage, heard: heard };
}());

// self_test.js

/** Says what works, and plays a bar: one that the engine makes, else four quarter notes. */
var SelfTest = (function () {
    var CHAIN = 4;
    var CHANNEL = 1;
    var FOUR_QUARTERS = [[60, 0, 0.5, 100], [67, 1, 0.5, 80], [64, 2, 0.5, 90], [67, 3, 0.5, 80]];
    var MS_A_MINUTE = 60000;
    var isRunning = false;

    function run() {
        var engine = Connection.facts();
        if (isRunning) {
            return;
        }
        if (engine.state === "open" && Connection.isWarm()) {
            isRunning = true;
            Screen.say("Test \u2026");
            askForBar(namesOf(engine.models), "");
            return;
        }
        play(FOUR_QUARTERS);
        Screen.warn("Test: " + home() + " \u00b7 " + withoutEngine(engine));
    }

    /** What works without an engine. */
    function home() {
        var live = LiveSet.at("this_device") === null ? "no Live" : "Live";
        return live + " \u00b7 " + (Ports.own() ? "port " + Ports.own() : "no own port yet");
    }

    function withoutEngine(engine) {
        if (engine.state === "open") {
            return "engine " + engine.version + " is warming its models: test again then";
        }
        return engine.state === "foreign"
            ? "engine of another version: update it"
            : "no engine: bridge serve --port " + engine.enginePort;
    }

    /** The models' names, those for melodies first: they sound with any instrument. */
    function namesOf(models) {
        return Object.keys(models).sort(function (a, b) {
            return (models[a].kind === "melody" ? 0 : 1) - (models[b].kind === "melody" ? 0 : 1);
        });
    }

    /** Asks one model after the other for a clip: not each makes clips of nothing. */
    function askForBar(names, code) {
        if (names.length === 0) {
            isRunning = false;
            play(FOUR_QUARTERS);
            Screen.warn(Readable.error("Test", code));
            return;
        }
        Requests.ask({
            label: "Test",
            clips: [],
            message: function (request) {
                return Protocol.SEND.sample(request, names[0], 1, { temperature: 0.5, seed: 1 });
            },
            done: function (made) {
                isRunning = false;
                play(made[0].notes);
                tellSuccess(names[0]);
            },
            failed: function (failure) {
                askForBar(names.slice(1), failure);
            }
        });
    }

    function tellSuccess(model) {
        var engine = Connection.facts();
        var words = [
            home(), "engine " + engine.version, Readable.count(Object.keys(engine.models).length, "model", "models")
        ];
        if (engine.p95Ms > 0) {
            words.push("p95 " + Math.round(engine.p95Ms) + " ms");
        }
        words.push("a bar of " + model);
        Screen.say("Test passed: " + words.join(" \u00b7 "));
    }

    /** Plays the first bar of some notes at the song's tempo, into the chain that plays. */
    function play(rows) {
        var live = LiveSet.now();
        var quarterMs = MS_A_MINUTE / live.bpm;
        var barQuarters = (live.numerator * 4) / live.denominator;
        rows.forEach(function (row) {
            if (row[Notes.START] >= 0 && row[Notes.START] < barQuarters) {
                outlet(CHAIN, [
                    row[Notes.PITCH], Math.max(1, Math.round(row[Notes.VELOCITY])), row[Notes.DURATION] * quarterMs,
                    CHANNEL, row[Notes.START] * quarterMs
                ]);
            }
        });
    }

    return { run: run };
}());

// refusals.js

/** The engine's errors: each goes to the part that it answers, which says what to do. */
var Refusals = (function () {
    var CLIPS = "/bridge/clip/";
    var SNAPSHOTS = "/bridge/morph/snapshot/";
    var LOCKS = ["/bridge/morph/lock", "/bridge/morph/state/lock"];
    var HELLO = "/bridge/hello";
    var MORPH = "/bridge/morph/";
    var GIVEN_UP_RESENDING = "/bridge/result/resend";

    function heard(message) {
        var address = String(message.address);
        var code = String(message.code);
        if (message.request > 0 && address !== GIVEN_UP_RESENDING) {
            Requests.refused(message);
        } else if (address.indexOf(CLIPS) === 0) {
            Clips.refused(message);
        } else if (address.indexOf(SNAPSHOTS) === 0) {
            Screen.warn(Readable.error("Snapshot", code));
            States.changed();
        } else if (address.indexOf(MORPH) === 0) {
            Screen.warn(Readable.error(LOCKS.indexOf(address) < 0 ? "Morph" : "Lock", code));
            Anchors.trustEngine();
            Locks.trustEngine();
            States.changed();
        } else if (Connection.isOpen() || (address === HELLO && code === "busy")) {
            Screen.warn(Readable.error("Engine", code));
        }
    }

    return { heard: heard };
}());

// dispatch.js

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

// main.js

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
