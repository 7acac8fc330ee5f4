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
