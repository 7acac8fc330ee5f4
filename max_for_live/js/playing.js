/** Playing the morph in time with Live, and holding a button to hear it at once. */
var Playing = (function () {
    var CLOCK = 5;
    var CHAIN = 4;
    // What the menu says: at once and parts of a whole note in quarters, then bars of the Set's meter.
    var QUARTERS = [0, 0.25, 0.5, 1, 2];
    var BARS = [1, 2, 4];
    var UNHEARD_MS = 1000;
    var MOST_TRIES = 5;
    var isWanted = false;
    var isHeld = false;
    var isEnabled = true;
    var clock = "";
    var tries = 0;
    var unheard = Timers.make(sendPlay);

    /** The play switch. */
    function setPlay(on) {
        isWanted = on;
        update();
        if (on && Connection.isOpen() && !LiveSet.now().isPlaying) {
            Screen.say(Anchors.count() === 0 ? "Nothing to play: capture two clips" : "Plays as soon as Live plays");
        }
    }

    /** A controller at the engine has switched it. */
    function heardPlay(on) {
        isWanted = on;
        Controls.set("play", on ? 1 : 0);
        setClock();
    }

    /** Live's own switch of the device. */
    function setEnabled(on) {
        isEnabled = on;
        if (LiveSet.isReady()) {
            update();
        }
    }

    /** The preview button is held, or let go: then all is as before. */
    function hold(on) {
        if (on && !Connection.isOpen()) {
            Screen.warn(Readable.notFound(Connection.facts().enginePort));
            return;
        }
        if (on && Anchors.count() === 0) {
            Screen.warn("Nothing to hear yet: capture two clips");
            return;
        }
        if (on !== isHeld) {
            isHeld = on;
            sendQuantize();
            update();
        }
    }

    function panic() {
        isWanted = isHeld = false;
        if (Outbox.isOpen()) {
            Outbox.sendNow(Protocol.SEND.panic());
        }
        Controls.set("play", 0);
        outlet(CHAIN, "flush");
        sendQuantize();
        setClock();
        Screen.say("All notes off");
    }

    function update() {
        setClock();
        tries = 0;
        sendPlay();
    }

    /** Says it again where no status comes, which an engine that plays sends each second. */
    function sendPlay() {
        tries += 1;
        Outbox.send(Protocol.SEND.play(isOn() ? 1 : 0));
        if (isOn() && tries < MOST_TRIES) {
            unheard.after(UNHEARD_MS);
        } else {
            unheard.stop();
        }
    }

    /** The engine says how the playing goes. */
    function heardStatus(message) {
        unheard.stop();
        if (message.playing === 1 && !isOn() && tries < MOST_TRIES) {
            sendPlay();
        }
    }

    function isOn() {
        return isEnabled && (isWanted || isHeld);
    }

    function setClock() {
        var live = LiveSet.now();
        if (!isOn() || !Outbox.isOpen()) {
            tellClock(["off"]);
        } else if (isHeld && !live.isPlaying) {
            tellClock(["own", live.bpm]);
        } else {
            tellClock(["live"]);
        }
    }

    function tellClock(message) {
        if (clock !== message.join(" ")) {
            clock = message.join(" ");
            outlet(CLOCK, message);
        }
    }

    /** The grid on which a new pattern takes over: the menu's choice in quarters; at once while previewing. */
    function sendQuantize() {
        Outbox.send(Protocol.SEND.morphSet("quantize", isHeld ? 0 : gridQuarters()));
    }

    function gridQuarters() {
        var choice = Math.round(Controls.value("quantize"));
        var live;
        if (choice < QUARTERS.length) {
            return QUARTERS[Math.max(0, choice)];
        }
        live = LiveSet.now();
        return (BARS[Math.min(choice - QUARTERS.length, BARS.length - 1)] * live.numerator * 4) / live.denominator;
    }

    /** Goes with the Set's meter, and with its starting and stopping, from now on. */
    function start() {
        LiveSet.watch("live_set", "signature_numerator", meterChanged);
        LiveSet.watch("live_set", "signature_denominator", meterChanged);
        LiveSet.watch("live_set", "is_playing", setClock);
    }

    function meterChanged() {
        sendQuantize();
    }

    return {
        start: start, setPlay: setPlay, heardPlay: heardPlay, update: update, heardStatus: heardStatus,
        setEnabled: setEnabled, hold: hold, panic: panic, sendQuantize: sendQuantize, isOn: isOn
    };
}());
