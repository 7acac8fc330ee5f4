/** The eight snapshots: stored and gone back to. After going back the controls follow the engine, silently. */
var Snapshots = (function () {
    var COUNT = 8;
    var LATE_MS = 800;
    var MOST_TRIES = 3;
    var justStored = {}; // not in a state that was told yet
    var going = null; // { snapshot, before: state 0 as it was, tries }
    var late = Timers.make(askAgain);

    function press(snapshot) {
        if (!Connection.isOpen()) {
            Screen.warn(Readable.notFound(Connection.facts().enginePort));
        } else if (Controls.value("store") === 1) {
            store(snapshot);
        } else if (isStored(snapshot)) {
            recall(snapshot);
        } else {
            Screen.warn("Snapshot " + snapshot + " is empty: switch Store on, then press " + snapshot);
        }
    }

    function store(snapshot) {
        Outbox.send(Protocol.SEND.morphSnapshotStore(snapshot));
        Controls.set("store", 0);
        justStored[snapshot] = true;
        show();
        States.changed();
    }

    function stored(message) {
        Screen.say("Snapshot " + message.snapshot + " stored");
        States.changed();
    }

    /** The state is asked for before and after, so that only the controls that differ are moved. */
    function recall(snapshot) {
        going = { snapshot: snapshot, before: null, tries: 0 };
        States.listen(heard);
        States.ask();
        Outbox.send(Protocol.SEND.morphSnapshotRecall(snapshot));
        States.ask();
        late.after(LATE_MS);
        Screen.say("Snapshot " + snapshot);
    }

    /** A controller has gone to a snapshot, or moved something else: the controls follow. */
    function follow() {
        going = { snapshot: 0, before: null, tries: 0 };
        States.listen(heard);
        States.ask();
        late.after(LATE_MS);
    }

    function heard(states) {
        var present = states[0];
        var goal = states[going.snapshot];
        var isThere = going.before !== null || going.snapshot === 0 || same(present.position, goal && goal.position);
        if (!isThere) {
            going.before = present.position;
            return;
        }
        late.stop();
        States.listen(null);
        catchUp(present, going.before);
        going = null;
    }

    function askAgain() {
        going.tries += 1;
        if (going.tries > MOST_TRIES || !Connection.isOpen()) {
            States.listen(null);
            going = null;
            return;
        }
        going.before = null;
        going.snapshot = 0;
        States.ask();
        late.after(LATE_MS);
    }

    /** Moves the controls that differ from the engine's present; all where it is not known what they were. */
    function catchUp(present, before) {
        States.FIELDS.forEach(function (field, place) {
            if (before === null || before[place] !== present.position[place]) {
                Controls.set(Controls.BY_FIELD[field], Notes.rounded(present.position[place]));
            }
        });
        Cursor.show();
        Locks.show(present.locks);
    }

    function same(position, other) {
        return position.every(function (number, place) {
            return other !== undefined && number === other[place];
        });
    }

    /** Buttons of empty snapshots are dimmed, unless one is to be stored. */
    function show() {
        var snapshot;
        for (snapshot = 1; snapshot <= COUNT; snapshot += 1) {
            Screen.setActive("snapshot_" + snapshot, isStored(snapshot) || Controls.value("store") === 1);
        }
    }

    function isStored(snapshot) {
        return justStored.hasOwnProperty(snapshot) || States.all().hasOwnProperty(snapshot);
    }

    /** A state was told: what it has not is not stored. */
    function told() {
        justStored = {};
        show();
    }

    return { COUNT: COUNT, press: press, stored: stored, follow: follow, show: show, told: told };
}());
