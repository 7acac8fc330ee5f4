/** The cursor on the pad: dragged by the mouse, moved by its controls, or by a controller at the engine. */
var Cursor = (function () {
    var AT_REST_MS = 500;
    var RECORDED_EVERY_MS = 30;
    var isDragged = false;
    var isRecorded = false;
    var writtenMs = 0;
    var movedTo = {}; // by field, what controllers have moved since the controls last followed
    var hasLeapt = false; // a controller went to a snapshot
    var hasLocked = false;
    var atRest = Timers.make(catchUp);

    /** The mouse drags: heard at once; the controls, whose every move is an undo step, wait for the end. */
    function drag(x, y) {
        if (!isDragged) {
            isRecorded = LiveSet.isAutomationRecorded();
            isDragged = true;
        }
        tellEngine(x, y);
        if (isRecorded && Timers.nowMs() - writtenMs >= RECORDED_EVERY_MS) {
            write(x, y);
        }
    }

    function release(x, y) {
        isDragged = false;
        tellEngine(x, y);
        write(x, y);
    }

    function tellEngine(x, y) {
        if (Outbox.isOpen()) {
            Outbox.sendNow(Protocol.SEND.morphXy(x, y));
        }
    }

    function write(x, y) {
        writtenMs = Timers.nowMs();
        Controls.set("x", x);
        Controls.set("y", y);
    }

    /** The controls have moved; their way to the engine is the patch's own. */
    function show() {
        if (!isDragged) {
            Pictures.pad(["cursor", Controls.value("x"), Controls.value("y")]);
        }
    }

    /** A controller at the engine has moved something: the picture follows, and the controls once it rests. */
    function moved(message) {
        var target = String(message.target);
        if (target === "play" || target === "panic") {
            Playing.heardPlay(target === "play" && message.value !== 0);
        } else if (target.indexOf("store ") === 0) {
            States.changed();
        } else if (Controls.BY_FIELD.hasOwnProperty(fieldOf(target))) {
            movedTo[fieldOf(target)] = message.value;
            showHeard();
        }
        hasLeapt = hasLeapt || target.indexOf("snapshot ") === 0;
        hasLocked = hasLocked || target.indexOf("lock ") === 0;
        atRest.after(AT_REST_MS);
    }

    /** `knob 1` is `knob1` where the state tells it, and `keep_key` is `keepKey`. */
    function fieldOf(target) {
        return target.replace(/[ _](.)/g, function (match, letter) {
            return letter.toUpperCase();
        });
    }

    function showHeard() {
        if (movedTo.hasOwnProperty("x") || movedTo.hasOwnProperty("y")) {
            Pictures.pad(["heard", latest("x"), latest("y")]);
        }
    }

    function latest(field) {
        return movedTo.hasOwnProperty(field) ? movedTo[field] : Controls.value(field);
    }

    function catchUp() {
        Object.keys(movedTo).forEach(function (field) {
            Controls.set(Controls.BY_FIELD[field], movedTo[field]);
        });
        movedTo = {};
        show();
        if (hasLeapt || hasLocked) {
            Snapshots.follow(!hasLeapt);
        }
        hasLeapt = hasLocked = false;
    }

    return { drag: drag, release: release, show: show, moved: moved };
}());
