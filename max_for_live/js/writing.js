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
