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
