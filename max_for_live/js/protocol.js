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
