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
