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
