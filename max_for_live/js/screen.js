/** What the device shows: its texts, its controls, its buttons. Pictures have a file of their own. */
var Screen = (function () {
    var OUTLET = 2;
    var DARK = { plain: [0.56, 0.56, 0.56, 1], good: [0.28, 0.66, 0.36, 1], bad: [1, 0.62, 0.3, 1] };
    var LIGHT = { plain: [0.25, 0.25, 0.25, 1], good: [0.05, 0.4, 0.13, 1], bad: [0.7, 0.22, 0.02, 1] };
    var LIGHT_FROM = 1.5; // the sum of red, green and blue of what is behind
    var shown = {};

    /** Tells a box something; what it shows already is not told again. */
    function tell(box, message) {
        var words = message.join(" ");
        var about = box + " " + message[0];
        if (shown[about] !== words) {
            shown[about] = words;
            outlet(OUTLET, [box].concat(message));
        }
    }

    function write(box, text) {
        tell(box, ["set", text]);
    }

    function writeIn(tone, box, text) {
        write(box, text);
        tell(box, ["textcolor"].concat(colour(tone)));
    }

    /** A colour that can be read on the theme that Live has now. */
    function colour(tone) {
        var behind = themeColour("live_surface_bg");
        var isLight = behind !== null && behind[0] + behind[1] + behind[2] > LIGHT_FROM;
        return (tone === "plain" && themeColour("live_control_fg")) || (isLight ? LIGHT : DARK)[tone];
    }

    /** Four numbers; null where the theme cannot be asked. */
    function themeColour(name) {
        var asked;
        try {
            asked = max.getcolor(name);
        } catch (error) {
            return null;
        }
        return asked && asked.length === 4 && [0, 1, 2, 3].every(function (place) {
            return typeof asked[place] === "number" && isFinite(asked[place]);
        }) ? [asked[0], asked[1], asked[2], asked[3]] : null;
    }

    /** The status line: what was done. */
    function say(text) {
        writeIn("plain", "status", Readable.short(text));
    }

    /** The status line: what went wrong, and what to do. */
    function warn(text) {
        writeIn("bad", "status", Readable.short(text));
    }

    /** How it is with the engine; tones are `plain`, `good` and `bad`. */
    function engine(tone, text) {
        writeIn(tone, "engine", text);
    }

    /** Puts a control to a value without its saying so; the musician may have moved it since it was last put. */
    function set(control, value) {
        outlet(OUTLET, [control, "set", value]);
    }

    /** Has a control say its value. */
    function ask(control) {
        outlet(OUTLET, [control, "outputvalue"]);
    }

    function setActive(button, isActive) {
        tell(button, ["active", isActive ? 1 : 0]);
    }

    return { write: write, say: say, warn: warn, engine: engine, set: set, ask: ask, setActive: setActive };
}());
