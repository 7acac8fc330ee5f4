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
