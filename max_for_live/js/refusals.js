/** The engine's errors: each goes to the part that it answers, which says what to do. */
var Refusals = (function () {
    var CLIPS = "/bridge/clip/";
    var SNAPSHOTS = "/bridge/morph/snapshot/";
    var LOCKS = ["/bridge/morph/lock", "/bridge/morph/state/lock"];
    var HELLO = "/bridge/hello";
    var MORPH = "/bridge/morph/";
    var GIVEN_UP_RESENDING = "/bridge/result/resend";

    function heard(message) {
        var address = String(message.address);
        var code = String(message.code);
        if (message.request > 0 && address !== GIVEN_UP_RESENDING) {
            Requests.refused(message);
        } else if (address.indexOf(CLIPS) === 0) {
            Clips.refused(message);
        } else if (address.indexOf(SNAPSHOTS) === 0) {
            Screen.warn(Readable.error("Snapshot", code));
            States.changed();
        } else if (address.indexOf(MORPH) === 0) {
            Screen.warn(Readable.error(LOCKS.indexOf(address) < 0 ? "Morph" : "Lock", code));
            Anchors.trustEngine();
            Locks.trustEngine();
            States.changed();
        } else if (Connection.isOpen() || (address === HELLO && code === "busy")) {
            Screen.warn(Readable.error("Engine", code));
        }
    }

    return { heard: heard };
}());
