/** Clips on their way to the engine: sent, healed where notes were lost, and waited for until it holds them. */
var Clips = (function () {
    var LOOK_MS = 250;
    var FIRST_PATIENCE_MS = 1000;
    var MOST_PATIENCE_MS = 4000;
    var HOLES_TOLD_MS = 60;
    var NOISE_OVER_MS = 300;
    // Errors after which the clip is held all the same; requests that need no latents of it work.
    var HELD_ALL_THE_SAME = ["unsupported_meter", "wrong_kind"];
    var PASSING = ["busy", "not_ready", "clip_incomplete"];
    var onTheWay = []; // in the order in which they were sent
    var waits = []; // { clips, work }
    var look = Timers.make(lookAfter);
    var endHealed = Timers.make(sendEnds);
    var sendLost = Timers.make(sendUnheld);

    /** Sends a clip whole. */
    function send(clip) {
        clip.isHeld = clip.isRefused = clip.isHealed = false;
        clip.patienceMs = FIRST_PATIENCE_MS;
        onTheWay = onTheWay.filter(isOther(clip)).concat(clip);
        if (!Outbox.isOpen()) {
            return;
        }
        clip.askedMs = Infinity; // until all of it has gone out
        begin(clip);
        Notes.messages(clip.number, clip.notes, 0, clip.notes.length).forEach(Outbox.send);
        end(clip);
        look.every(LOOK_MS);
    }

    function begin(clip) {
        Outbox.send(
            Protocol.SEND.clipBegin(
                clip.number, clip.notes.length, clip.lengthQuarters, clip.numerator, clip.denominator
            )
        );
    }

    function end(clip) {
        Outbox.send(Protocol.SEND.clipEnd(clip.number));
        Outbox.then(function () {
            clip.askedMs = Timers.nowMs();
        });
    }

    function ready(message) {
        var clip = Slots.byNumber(message.clip);
        if (clip !== null) {
            clip.kind = String(message.kind);
            clip.bars = message.bars;
            clip.isCached = message.cached === 1;
            clip.isHeld = true;
            settle(clip);
        }
    }

    function missing(message) {
        var clip = sent(message.clip);
        if (clip !== null) {
            Notes.messages(clip.number, clip.notes, message.firstIndex, message.count).forEach(Outbox.send);
            clip.isHealed = true;
            clip.askedMs = Infinity;
            endHealed.after(HOLES_TOLD_MS);
        }
    }

    /** An error in answer to a clip's message: it does not say of which clip, but they are answered in order. */
    function refused(message) {
        var clip = onTheWay[0] || null;
        if (clip === null || PASSING.indexOf(message.code) >= 0) {
            return;
        }
        if (message.code === "unknown_clip") {
            sendLost.after(NOISE_OVER_MS); // its begin was lost, and each of its notes is refused
            return;
        }
        clip.isHeld = HELD_ALL_THE_SAME.indexOf(message.code) >= 0;
        clip.isRefused = !clip.isHeld;
        clip.kind = clip.isHeld ? "other" : "";
        Screen.warn(Readable.error("Clip " + Readable.letter(clip.slot), message.code));
        settle(clip);
    }

    /** Does a piece of work once the engine holds all of some clips, or has refused them. */
    function whenSettled(clips, work) {
        waits.push({ clips: clips, work: work });
        lookAtWaits();
    }

    /** Sends what the engine turned out not to hold. */
    function sendAgain(clips) {
        clips.forEach(send);
    }

    /** The engine is gone, and all clips with it. */
    function lost() {
        waits = [];
        onTheWay = [];
        look.stop();
        Slots.all().forEach(function (clip) {
            clip.isHeld = clip.isRefused = false;
        });
        Slots.show();
    }

    function settle(clip) {
        onTheWay = onTheWay.filter(isOther(clip));
        if (onTheWay.length === 0) {
            look.stop();
        }
        if (Slots.get(clip.slot) === clip) {
            Slots.show();
            Anchors.settled(clip);
        }
        lookAtWaits();
    }

    function lookAtWaits() {
        var done = waits.filter(isOver);
        waits = waits.filter(function (wait) {
            return !isOver(wait);
        });
        done.forEach(function (wait) {
            wait.work();
        });
    }

    function isOver(wait) {
        return wait.clips.every(function (clip) {
            return clip.isHeld || clip.isRefused;
        });
    }

    /** Asks again for an answer that did not come. Before the models are warm none comes. */
    function lookAfter() {
        var nowMs = Timers.nowMs();
        if (Connection.isWarm()) {
            onTheWay.forEach(function (clip) {
                if (nowMs - clip.askedMs > clip.patienceMs) {
                    clip.patienceMs = Math.min(2 * clip.patienceMs, MOST_PATIENCE_MS);
                    clip.askedMs = Infinity;
                    end(clip);
                }
            });
        }
    }

    function sendEnds() {
        onTheWay.forEach(function (clip) {
            if (clip.isHealed) {
                clip.isHealed = false;
                end(clip);
            }
        });
    }

    function sendUnheld() {
        onTheWay.slice().forEach(send);
    }

    function sent(number) {
        return onTheWay.filter(function (clip) {
            return clip.number === number;
        })[0] || null;
    }

    function isOther(clip) {
        return function (other) {
            return other !== clip;
        };
    }

    return {
        send: send, ready: ready, missing: missing, refused: refused, whenSettled: whenSettled, sendAgain: sendAgain,
        lost: lost
    };
}());
