/** The names above the eight knobs: what each does to the kind of music that is on the pad. */
var Knobs = (function () {
    var COUNT = 8;
    var MOST_LETTERS = 11;
    var FIRST_KIND = "drums"; // while nothing is on the pad
    var names = {};

    function ask() {
        Outbox.send(Protocol.SEND.morphDirections());
    }

    function heard(message) {
        var name = Readable.name(String(message.name), MOST_LETTERS);
        names[message.kind + " " + message.knob] = name.charAt(0).toUpperCase() + name.slice(1);
        show();
    }

    function show() {
        var kind = Anchors.kind() || FIRST_KIND;
        var knob;
        for (knob = 1; knob <= COUNT; knob += 1) {
            Screen.write("knob_" + knob + "_name", names[kind + " " + knob] || "Knob " + knob);
        }
    }

    return { ask: ask, heard: heard, show: show };
}());
