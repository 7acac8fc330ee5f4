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
