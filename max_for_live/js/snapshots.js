/** The eight snapshots: stored and gone back to. After going back the controls follow the engine, silently. */
var Snapshots = (function () {
    var COUNT = 8;
    var LATE_MS = 800;
    var MOST_TRIES = 3;
    var justStored = {}; // not in a state that was told yet
    var going = null; // { snapshot, before: state 0 as it was, tries }
    var storing = null; // { snapshot, tries }
    var unheard = Timers.make(sendStore);
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
        storing = { snapshot: snapshot, tries: 0 };
        sendStore();
        Controls.set("store", 0);
        justStored[snapshot] = true;
        show();
        States.changed();
    }

    /** Says it until it is answered, as long as there is hope. */
    function sendStore() {
        if (storing !== null && storing.tries < MOST_TRIES) {
            storing.tries += 1;
            Outbox.send(Protocol.SEND.morphSnapshotStore(storing.snapshot));
            unheard.after(LATE_MS);
        }
    }

    function stored(message) {
        storing = null;
        unheard.stop();
        Screen.say("Snapshot " + message.snapshot + " stored");
        States.changed();
    }

    /** The state is asked for before and after, so that only the controls that differ are moved. */
    function recall(snapshot) {
        going = { snapshot: snapshot, before: null, tries: 0 };
        States.listen(heard);
        States.ask();
        sendRecall(snapshot);
        Screen.say("Snapshot " + snapshot);
    }

    function sendRecall(snapshot) {
        Anchors.trustEngine();
        Locks.trustEngine();
        Outbox.send(Protocol.SEND.morphSnapshotRecall(snapshot));
        States.ask();
        late.after(LATE_MS);
    }

    /** A controller has gone to a snapshot, or locked a voice: the controls follow. */
    function follow(onlyLocks) {
        Anchors.trustEngine();
        Locks.trustEngine();
        going = { snapshot: 0, before: null, tries: 0, onlyLocks: onlyLocks };
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
        if (going.snapshot > 0 && !same(present.position, goal && goal.position) && going.tries < MOST_TRIES) {
            going.tries += 1; // it was lost on its way
            sendRecall(going.snapshot);
            return;
        }
        late.stop();
        States.listen(null);
        if (!going.onlyLocks) {
            catchUp(present, going.before);
        }
        Locks.show(present.locks);
        going = null;
    }

    function askAgain() {
        if (going === null) {
            return;
        }
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

    return { press: press, stored: stored, follow: follow, show: show, told: told };
}());
