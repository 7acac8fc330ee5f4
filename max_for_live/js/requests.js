/**
 * What was asked of the engine and not answered yet. A task has `label`, `clips` (which the engine must hold first),
 * `message(request)`, and `done(clips, report)` for the whole result; what goes wrong is told in the status line, and
 * to `failed(code)` where the task has it.
 */
var Requests = (function () {
    var LOOK_MS = 200;
    var FIRST_PATIENCE_MS = 400;
    var MOST_PATIENCE_MS = 1600;
    var UNHEARD_MS = 1500;
    var GIVEN_UP_MS = 10000;
    var MOST_TRIES = 3;
    var AGAIN = ["unknown_clip", "clip_incomplete"];
    var pending = {};
    var lastId = 0;
    var look = Timers.make(lookAfter);

    function ask(task) {
        lastId += 1;
        pending[lastId] = { id: lastId, task: task, tries: 0, heardMs: Timers.nowMs() };
        send(pending[lastId]);
        look.every(LOOK_MS);
    }

    /** Sends a request once its clips are held; from the beginning where it was sent before. */
    function send(request) {
        request.gathering = Gathering.make();
        request.report = { leftOut: 0, workMs: 0 };
        request.leftOut = {};
        request.isSent = request.wasHeard = false;
        request.patienceMs = FIRST_PATIENCE_MS;
        Clips.whenSettled(request.task.clips, function () {
            if (pending[request.id] !== request || request.isSent) {
                return;
            }
            if (request.task.clips.some(isRefused)) {
                fail(request, request.task.label + ": the engine did not take the clip; capture another");
                return;
            }
            request.isSent = true;
            request.nudgedMs = request.heardMs = Timers.nowMs();
            Outbox.send(request.task.message(request.id));
        });
    }

    function isRefused(clip) {
        return clip.isRefused;
    }

    /** A new session knows none of them: all are asked again. */
    function sendAllAgain() {
        each(send);
    }

    function begin(message) {
        withRequest(message, function (request) {
            request.gathering.begin(message.index, message.numNotes, message.lengthQuarters);
        });
    }

    function notes(message) {
        withRequest(message, function (request) {
            request.gathering.add(message.index, message.firstIndex, message.notes);
        });
    }

    function end(message) {
        withRequest(message, function () {
            return;
        });
    }

    function leftOut(message) {
        withRequest(message, function (request) {
            var before = request.leftOut[message.clip] || 0; // it may be told twice
            request.report.leftOut += message.numNotes - before;
            request.leftOut[message.clip] = message.numNotes;
        });
    }

    function done(message) {
        withRequest(message, function (request) {
            request.gathering.done(message.total);
            request.report.workMs = message.queueMs + message.encodeMs + message.decodeMs;
            if (!request.gathering.isWhole()) {
                askForHoles(request);
            }
        });
    }

    /** Takes in what came for a request, and ends it where that was the last of it. */
    function withRequest(message, take) {
        var request = pending.hasOwnProperty(message.request) ? pending[message.request] : null;
        if (request === null || !request.isSent) {
            return;
        }
        request.heardMs = request.nudgedMs = Timers.nowMs();
        request.wasHeard = true;
        request.patienceMs = FIRST_PATIENCE_MS;
        take(request);
        if (request.gathering.isWhole()) {
            forget(request);
            request.task.done(request.gathering.clips(), request.report);
        }
    }

    /** The engine answers a request with an error. */
    function refused(message) {
        var request = pending.hasOwnProperty(message.request) ? pending[message.request] : null;
        if (request === null) {
            return;
        }
        request.tries += 1;
        if (AGAIN.indexOf(message.code) >= 0 && request.tries < MOST_TRIES) {
            Clips.sendAgain(request.task.clips);
            send(request);
            return;
        }
        forget(request);
        if (request.task.failed) {
            request.task.failed(message.code);
        } else {
            Screen.warn(Readable.error(request.task.label, message.code));
        }
    }

    function lookAfter() {
        each(function (request) {
            var nowMs = Timers.nowMs();
            if (Connection.isOpen() && !Connection.isWarm()) {
                request.heardMs = nowMs; // the models are being loaded: that takes as long as it takes
            }
            if (nowMs - request.heardMs > GIVEN_UP_MS) {
                Outbox.send(Protocol.SEND.cancel(request.id));
                fail(request, request.task.label + ": the engine did not answer; if it runs, press again");
            } else if (request.isSent && nowMs - request.nudgedMs > patienceOf(request)) {
                nudge(request);
            }
        });
    }

    function patienceOf(request) {
        return request.wasHeard ? request.patienceMs : Math.max(UNHEARD_MS, request.patienceMs);
    }

    function nudge(request) {
        request.nudgedMs = Timers.nowMs();
        request.patienceMs = Math.min(2 * request.patienceMs, MOST_PATIENCE_MS);
        if (!request.wasHeard) {
            Outbox.send(request.task.message(request.id));
        } else if (request.gathering.isDone()) {
            askForHoles(request);
        } else {
            Outbox.send(Protocol.SEND.resultResend(request.id, Math.max(0, request.gathering.latest()), 0, 1));
        }
    }

    function askForHoles(request) {
        request.gathering.holes().forEach(function (hole) {
            Outbox.send(Protocol.SEND.resultResend(request.id, hole[0], hole[1], hole[2]));
        });
    }

    function fail(request, text) {
        forget(request);
        if (request.task.failed) {
            request.task.failed("silence");
        } else {
            Screen.warn(text);
        }
    }

    function forget(request) {
        delete pending[request.id];
        if (Object.keys(pending).length === 0) {
            look.stop();
        }
    }

    function each(work) {
        Object.keys(pending).forEach(function (id) {
            if (pending.hasOwnProperty(id)) {
                work(pending[id]);
            }
        });
    }

    return {
        ask: ask, sendAllAgain: sendAllAgain, begin: begin, notes: notes, end: end, leftOut: leftOut, done: done,
        refused: refused
    };
}());
