/**
 * Live's objects, by checked ways: nothing is asked of an object that is not there. Not to be used before Live has
 * said that the device is ready. Live prints a refusal instead of raising it, so whoever writes looks afterwards.
 */
var LiveSet = (function () {
    var isReady = false;
    var watchers = []; // an observer that nobody holds is collected

    function start() {
        isReady = true;
        isReady = at("this_device") !== null;
        return isReady;
    }

    /** The object at a path, or of `id N`; null where there is none. */
    function at(path) {
        var object;
        if (!isReady) {
            return null;
        }
        object = new LiveAPI(null, path);
        return Number(object.id) === 0 ? null : object;
    }

    function byId(id) {
        return Number(id) > 0 ? at("id " + id) : null;
    }

    function song() {
        return at("live_set");
    }

    function idOf(object) {
        return Number(object.id);
    }

    function first(answer) {
        return answer instanceof Array ? answer[0] : answer;
    }

    function number(object, property) {
        return Number(first(object.get(property)));
    }

    function text(object, property) {
        var answer = object.get(property);
        return answer instanceof Array ? answer.join(" ") : String(answer);
    }

    /** The ids that a property lists. */
    function ids(object, property) {
        return [].concat(object.get(property)).filter(function (atom) {
            return atom !== "id";
        }).map(Number);
    }

    /** The object that a property names; null where it names none. */
    function child(object, property) {
        return byId(ids(object, property)[0]);
    }

    /** The track that an object lies on, from however deep in racks; null where it lies on none. */
    function trackOf(object) {
        var up = object;
        var steps;
        for (steps = 0; up !== null && up.type !== "Track" && steps < 32; steps += 1) {
            up = child(up, "canonical_parent");
        }
        return up !== null && up.type === "Track" ? up : null;
    }

    function ownTrack() {
        var device = at("this_device");
        return device === null ? null : trackOf(device);
    }

    /** The Set's tempo, meter and whether it plays; as a new Set has them where Live does not say. */
    function now() {
        var live = song();
        return {
            bpm: (live && number(live, "tempo")) || 120,
            numerator: (live && number(live, "signature_numerator")) || 4,
            denominator: (live && number(live, "signature_denominator")) || 4,
            isPlaying: live !== null && number(live, "is_playing") === 1
        };
    }

    /** Whether what moves now is written down as automation. */
    function isAutomationRecorded() {
        var live = song();
        return live !== null && number(live, "is_playing") === 1 && number(live, "session_automation_record") === 1;
    }

    /** Calls back when a property changes. Within such a call Live may not be changed: use a timer. */
    function watch(path, property, changed) {
        var observer = isReady ? new LiveAPI(changed, path) : null;
        if (observer !== null && Number(observer.id) !== 0) {
            observer.property = property;
            watchers.push(observer);
        }
    }

    return {
        isReady: function () {
            return isReady;
        },
        start: start, at: at, byId: byId, song: song, idOf: idOf, number: number, text: text, ids: ids, child: child,
        trackOf: trackOf, ownTrack: ownTrack, now: now, isAutomationRecorded: isAutomationRecorded, watch: watch
    };
}());
