/** The names above the eight knobs: what each does to the kind of music that is on the pad. */
var Knobs = (function () {
    var COUNT = 8;
    var MOST_LETTERS = 11;
    var FIRST_KIND = "drums"; // while nothing is on the pad
    var LOST_MS = 1000;
    var MOST_TRIES = 5;
    var names = {};
    var tries = 0;
    var lost = Timers.make(send);

    function ask() {
        tries = 0;
        send();
    }

    /** Asks again where no name comes, as long as there is hope. */
    function send() {
        tries += 1;
        Outbox.send(Protocol.SEND.morphDirections());
        if (tries < MOST_TRIES) {
            lost.after(LOST_MS);
        }
    }

    function heard(message) {
        lost.stop();
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
