/** Work that is done after a while, or again and again. Each timer has one Task, which lives as long as the script. */
var Timers = (function () {
    var all = [];

    /** A timer for a piece of work; it stands until it is told `after` or `every`. */
    function make(work) {
        var task = new Task(work);
        var timer = {
            after: function (delayMs) {
                task.cancel();
                task.schedule(delayMs);
            },
            every: function (intervalMs) {
                task.cancel();
                task.interval = intervalMs;
                task.repeat(-1);
            },
            stop: function () {
                task.cancel();
            }
        };
        all.push(timer);
        return timer;
    }

    function stopAll() {
        all.forEach(function (timer) {
            timer.stop();
        });
    }

    function nowMs() {
        return new Date().getTime();
    }

    return { make: make, stopAll: stopAll, nowMs: nowMs };
}());
