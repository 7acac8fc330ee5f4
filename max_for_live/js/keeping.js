/** Has the Live Set keep the captured clips and the stage, and takes them back when the Set is opened. */
var Keeping = (function () {
    var OUTLET = 3;
    var REST_MS = 2000; // one write for several changes, since each is an undo step
    var LEAST_ATOMS = 3; // of any list that was kept
    var MOST_ATOMS = 30000;
    var MOST_LETTERS = 30000; // of all numbers as text, with a space between
    var isAsked = false;
    var changed = {};
    var there = {}; // what the Set has under each name, as text
    var hasWarned = {};
    var write = Timers.make(writeChanged);

    /** Asks for what the Set has kept. */
    function ask() {
        var slot;
        for (slot = 1; slot <= Slots.COUNT; slot += 1) {
            askFor("clip_" + slot);
        }
        askFor("stage");
        isAsked = true;
    }

    function askFor(name) {
        there[name] = listOf(name).join(" ");
        outlet(OUTLET, [name, "bang"]);
    }

    function listOf(name) {
        return name === "stage" ? stageList() : clipList(slotOf(name));
    }

    function keepClip(slot) {
        keep("clip_" + (slot + 1));
    }

    function keepStage() {
        keep("stage");
    }

    function keep(name) {
        if (isAsked) {
            changed[name] = true;
            write.after(REST_MS);
        }
    }

    /** Writes what differs from what is there. The storage keeps a whole message, and says it when it is asked. */
    function writeChanged() {
        Object.keys(changed).forEach(function (name) {
            var list = listOf(name);
            if (list.join(" ") !== there[name]) {
                there[name] = list.join(" ");
                outlet(OUTLET, [name, "kept", name].concat(list));
            }
        });
        changed = {};
    }

    function stageList() {
        var list = KeptLists.fromStates(Anchors.told(), States.all());
        if (fits(list)) {
            return list;
        }
        Screen.warn("Too many snapshots for the Set to keep: those of before are not kept");
        return KeptLists.fromStates(Anchors.told(), {});
    }

    /** Where a clip and its older forms are too long together, the clip alone; where it is too long itself, nothing. */
    function clipList(slot) {
        var clip = Slots.get(slot);
        var list = KeptLists.fromClips(clip, Slots.olderOf(slot));
        if (!fits(list)) {
            list = KeptLists.fromClips(clip, []);
        }
        if (fits(list)) {
            return list;
        }
        if (hasWarned[slot] !== clip.number) {
            hasWarned[slot] = clip.number;
            Screen.warn(Readable.letter(slot) + " is too long for the Set to keep: capture it again when you open it");
        }
        return KeptLists.fromClips(null, []);
    }

    function fits(list) {
        return list.length <= MOST_ATOMS && list.join(" ").length <= MOST_LETTERS;
    }

    function slotOf(name) {
        return Number(name.slice("clip_".length)) - 1;
    }

    /** What the Set has kept under a name; a new device has kept nothing. */
    function heard(name, list) {
        if (list.length < LEAST_ATOMS) {
            return;
        }
        if (name === "stage") {
            takeStage(list);
        } else if (/^clip_[1-8]$/.test(name)) {
            takeClip(slotOf(name), list);
        } else {
            return;
        }
        there[name] = listOf(name).join(" ");
        Restoring.beginSoon();
    }

    function takeClip(slot, list) {
        var kept = KeptLists.toClips(list);
        if (kept === null) {
            Screen.warn("What the Set kept for " + Readable.letter(slot) + " cannot be read: capture it again");
            return;
        }
        Slots.putKept(slot, kept.clip, kept.older);
        if (slot === Slots.chosen()) {
            Slots.showNotes();
        }
    }

    function takeStage(list) {
        var kept = KeptLists.toStates(list);
        if (kept === null) {
            Screen.warn("The snapshots that the Set kept cannot be read: store them again");
            return;
        }
        States.putKept(kept.states);
        Anchors.takeKept(kept.anchors);
        Snapshots.show();
    }

    return { ask: ask, keepClip: keepClip, keepStage: keepStage, heard: heard };
}());
