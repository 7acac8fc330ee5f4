/** Says what works, and plays a bar: one that the engine makes, else four quarter notes. */
var SelfTest = (function () {
    var CHAIN = 4;
    var CHANNEL = 1;
    var FOUR_QUARTERS = [[60, 0, 0.5, 100], [67, 1, 0.5, 80], [64, 2, 0.5, 90], [67, 3, 0.5, 80]];
    var MS_A_MINUTE = 60000;
    var isRunning = false;

    function run() {
        var engine = Connection.facts();
        if (isRunning) {
            return;
        }
        if (engine.state === "open" && Connection.isWarm()) {
            isRunning = true;
            Screen.say("Test \u2026");
            askForBar(namesOf(engine.models), "");
            return;
        }
        play(FOUR_QUARTERS);
        Screen.warn("Test: " + home() + " \u00b7 " + withoutEngine(engine));
    }

    /** What works without an engine. */
    function home() {
        var live = LiveSet.at("this_device") === null ? "no Live" : "Live";
        return live + " \u00b7 " + (Ports.own() ? "port " + Ports.own() : "no own port yet");
    }

    function withoutEngine(engine) {
        if (engine.state === "open") {
            return "engine " + engine.version + " is warming its models: test again then";
        }
        return engine.state === "foreign"
            ? "engine of another version: update it"
            : "no engine: bridge serve --port " + engine.enginePort;
    }

    /** The models' names, those for melodies first: they sound with any instrument. */
    function namesOf(models) {
        return Object.keys(models).sort(function (a, b) {
            return (models[a].kind === "melody" ? 0 : 1) - (models[b].kind === "melody" ? 0 : 1);
        });
    }

    /** Asks one model after the other for a clip: not each makes clips of nothing. */
    function askForBar(names, code) {
        if (names.length === 0) {
            isRunning = false;
            play(FOUR_QUARTERS);
            Screen.warn(Readable.error("Test", code));
            return;
        }
        Requests.ask({
            label: "Test",
            clips: [],
            message: function (request) {
                return Protocol.SEND.sample(request, names[0], 1, { temperature: 0.5, seed: 1 });
            },
            done: function (made) {
                isRunning = false;
                play(made[0].notes);
                tellSuccess(names[0]);
            },
            failed: function (failure) {
                askForBar(names.slice(1), failure);
            }
        });
    }

    function tellSuccess(model) {
        var engine = Connection.facts();
        var words = [
            home(), "engine " + engine.version, Readable.count(Object.keys(engine.models).length, "model", "models")
        ];
        if (engine.p95Ms > 0) {
            words.push("p95 " + Math.round(engine.p95Ms) + " ms");
        }
        words.push("a bar of " + model);
        Screen.say("Test passed: " + words.join(" \u00b7 "));
    }

    /** Plays the first bar of some notes at the song's tempo, into the chain that plays. */
    function play(rows) {
        var live = LiveSet.now();
        var quarterMs = MS_A_MINUTE / live.bpm;
        var barQuarters = (live.numerator * 4) / live.denominator;
        rows.forEach(function (row) {
            if (row[Notes.START] >= 0 && row[Notes.START] < barQuarters) {
                outlet(CHAIN, [
                    row[Notes.PITCH], Math.max(1, Math.round(row[Notes.VELOCITY])), row[Notes.DURATION] * quarterMs,
                    CHANNEL, row[Notes.START] * quarterMs
                ]);
            }
        });
    }

    return { run: run };
}());
