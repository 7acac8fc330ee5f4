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
