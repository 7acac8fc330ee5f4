/** The cursor on the pad: dragged by the mouse, moved by its controls, or by a controller at the engine. */
var Cursor = (function () {
    var AT_REST_MS = 500;
    var RECORDED_EVERY_MS = 30;
    var isDragged = false;
    var isRecorded = false;
    var writtenMs = 0;
    var atRest = Timers.make(Snapshots.follow);

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
        if (target === "play") {
            Controls.set("play", message.value);
            Playing.heardPlay(message.value);
            return;
        }
        if (target === "x" || target === "y") {
            heard[target] = message.value;
            Pictures.pad(["heard", heard.x, heard.y]);
        }
        if (target.indexOf("store") === 0) {
            States.changed();
        } else {
            atRest.after(AT_REST_MS);
        }
    }

    var heard = { x: 0.5, y: 0.5 };

    return { drag: drag, release: release, show: show, moved: moved };
}());
