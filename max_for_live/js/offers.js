/** Which requests the engine says that it can do; the buttons of the others are dimmed. */
var Offers = (function () {
    var ALL_CAME_MS = 200;
    var offered = {};
    var settle = Timers.make(show);

    function clear() {
        offered = {};
        settle.after(ALL_CAME_MS);
    }

    function heard(message) {
        offered[message.requestAddress] = true;
        settle.after(ALL_CAME_MS);
    }

    /** Whether an action can be asked for; an engine that offers nothing has not said. */
    function has(action) {
        return Object.keys(offered).length === 0 || offered.hasOwnProperty(Protocol.REQUESTS[action]);
    }

    function show() {
        Actions.NAMES.forEach(function (action) {
            Screen.setActive(action, has(action));
        });
    }

    return { clear: clear, heard: heard, has: has };
}());
