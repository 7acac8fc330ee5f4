/** The buttons that make clips: what each needs, and what it asks of the engine. */
var Actions = (function () {
    var SEND = Protocol.SEND;
    var REPLACE = 2;
    var LARGEST_SEED = 999999;

    // `its` is the clips' numbers and the controls' values; a row that writes onto the second clip says so.
    var TABLE = {
        vary: {
            label: "Vary",
            message: function (request, its) {
                return SEND.vary(request, its.clip, its.count, its.amount, its.freedom);
            }
        },
        interpolate: {
            label: "Interpolate",
            needs: ["second", "several"],
            message: function (request, its) {
                return SEND.interpolate(request, its.clip, its.second, Math.max(2, its.count), its.freedom);
            }
        },
        blend: {
            label: "Blend",
            needs: ["all"],
            message: function (request, its) {
                return SEND.blend(request, its.all, its.freedom);
            }
        },
        humanize: {
            label: "Humanize",
            message: function (request, its) {
                return SEND.humanize(request, its.clip, its.timing, its.velocity, its.freedom);
            }
        },
        drumify: {
            label: "Drumify",
            message: function (request, its) {
                return SEND.drumify(request, its.clip, its.freedom);
            }
        },
        groove: {
            label: "Groove",
            needs: ["second"],
            ontoSecond: true,
            seedless: true,
            message: function (request, its) {
                return SEND.groove(request, its.clip, its.second, its.timing, its.velocity);
            }
        },
        "continue": {
            label: "Continue",
            message: function (request, its) {
                return SEND["continue"](request, its.clip, its.bars, its.count, its.freedom);
            }
        },
        infill: {
            label: "Infill",
            needs: ["span"],
            message: function (request, its) {
                return SEND.infill(request, its.clip, its.fromQuarters, its.toQuarters, its.count, its.freedom);
            }
        }
    };

    /** Does what a button says, or says what is missing. */
    function press(name) {
        var action = TABLE[name];
        var its;
        if (!Connection.isOpen()) {
            Screen.warn(Readable.notFound(Connection.facts().enginePort));
        } else if (!Offers.has(name)) {
            Screen.warn(action.label + ": no model of this engine does it");
        } else if (Capture.ensure()) {
            its = ingredients(action);
            if (its !== null) {
                askFor(name, action, its);
            }
        }
    }

    function askFor(name, action, its) {
        Screen.say(action.label + (Connection.isWarm() ? " \u2026" : ": begins as soon as the models are warm"));
        Requests.ask({
            label: action.label,
            clips: its.clips,
            message: function (request) {
                return action.message(request, its);
            },
            done: function (made, report) {
                var purpose = { source: its.target, verb: name, label: action.label, results: its.results };
                report.seed = action.seedless ? null : its.freedom.seed;
                Writing.write(made, purpose, report);
            }
        });
    }

    /** All that an action takes; null, and a line, where something is missing. */
    function ingredients(action) {
        var source = Slots.get(Slots.chosen());
        var other = Slots.get(Slots.second());
        var results = Controls.value("results");
        var its = {
            clip: source.number,
            second: other === null ? 0 : other.number,
            all: Slots.filled().map(function (clip) {
                return [clip.number, 1];
            }),
            count: results === REPLACE ? 1 : Controls.value("count"),
            bars: Controls.value("bars"),
            amount: Controls.value("amount"),
            timing: Controls.value("timing"),
            velocity: Controls.value("velocity"),
            freedom: { temperature: Controls.value("temperature"), seed: seed() },
            results: results,
            target: action.ontoSecond ? other : source,
            clips: [source]
        };
        var isAllThere = (action.needs || []).every(function (need) {
            return NEEDS[need](action.label, its, source, other);
        });
        return isAllThere ? its : null;
    }

    // Each says what is missing, or adds what it brings.
    var NEEDS = {
        second: function (label, its, source, other) {
            if (Slots.second() === Slots.chosen()) {
                Screen.warn(label + " needs two clips: choose another letter under With");
                return false;
            }
            if (other === null) {
                Screen.warn(label + " needs two clips: capture one into " + Readable.letter(Slots.second()) + " too");
                return false;
            }
            its.clips = [source, other];
            return true;
        },
        several: function (label, its) {
            if (its.results === REPLACE) {
                Screen.warn(label + " makes several clips: choose a track under Results, not Replace");
            }
            return its.results !== REPLACE;
        },
        all: function (label, its) {
            its.clips = Slots.filled();
            if (its.clips.length < 2) {
                Screen.warn(label + " needs two clips or more: capture another one into a free letter");
            }
            return its.clips.length >= 2;
        },
        span: function (label, its, source) {
            var span = Writing.selectedSpan(source);
            if (span === null) {
                Screen.warn(label + " fills what is selected: select some notes of the clip in Live's editor");
                return false;
            }
            its.fromQuarters = span[0];
            its.toQuarters = span[1];
            return true;
        }
    };

    /** The seed of the control; a new one where it is 0. */
    function seed() {
        return Math.round(Controls.value("seed")) || 1 + Math.floor(Math.random() * LARGEST_SEED);
    }

    return { NAMES: Object.keys(TABLE), press: press };
}());
