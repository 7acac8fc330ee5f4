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
