/** The controls' values as they last said them, and asking them to say them again. */
var Controls = (function () {
    // As the patch has them on a new track; each says its own value at start.
    var values = {
        slot: 0, second: 1, count: 4, bars: 2, amount: 0.3, temperature: 0.5, timing: 1, velocity: 1, seed: 0,
        results: 0, follow: 0, engine_port: 9000, quantize: 5, play: 0, store: 0, x: 0.5, y: 0.5
    };
    var OF_POSITION = ["x", "y"]; // what they say goes to the engine too: not before it is found
    // What a snapshot keeps, by the name of its field on the wire, and the control that shows it.
    var BY_FIELD = {
        x: "x", y: "y", temperature: "morph_temperature", seed: "morph_seed", timing: "morph_timing",
        velocity: "morph_velocity", density: "morph_density", keepKey: "morph_key"
    };
    var heardOnce = {};
    var knob;

    for (knob = 1; knob <= 8; knob += 1) {
        BY_FIELD["knob" + knob] = "knob_" + knob;
    }

    /** Takes a value in; false where it is no number. */
    function heard(name, value) {
        if (typeof value !== "number" || !isFinite(value)) {
            return false;
        }
        values[name] = value;
        return true;
    }

    /** True the first time that a name is asked for: what a control says then, it has kept from before. */
    function isFirst(name) {
        var first = !heardOnce[name];
        heardOnce[name] = true;
        return first;
    }

    function value(name) {
        return values.hasOwnProperty(name) ? values[name] : 0;
    }

    /** Has all that the script goes by say its value. */
    function askOwn() {
        Object.keys(values).forEach(function (name) {
            if (name !== "play" && OF_POSITION.indexOf(name) < 0) {
                Screen.ask(name);
            }
        });
    }

    /** Has all that the engine goes by say its value: to the engine where the patch leads it there, else to here. */
    function askEngines() {
        Object.keys(BY_FIELD).forEach(function (field) {
            Screen.ask(BY_FIELD[field]);
        });
        ["channel", "quantize"].concat(Locks.CONTROLS, ["play"]).forEach(Screen.ask);
    }

    /** Puts a control to a value of the engine's, silently. */
    function set(name, newValue) {
        values[name] = newValue;
        Screen.set(name, newValue);
    }

    return {
        BY_FIELD: BY_FIELD, heard: heard, isFirst: isFirst, value: value, set: set, askOwn: askOwn,
        askEngines: askEngines
    };
}());
