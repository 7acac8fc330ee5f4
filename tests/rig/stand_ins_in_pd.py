"""What stands in Pure Data for Live, for the script and for MIDI, with the ports of the boxes in whose place it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pd_parts import CHANNEL_KEYS, Make, NotInPdError, Parts


def _midiformat(words: Sequence[str]) -> Parts:
    """What would sound is told to the test in place of bytes: its key, channel * 128 + pitch, and its velocity."""
    (channel,) = words
    objects = {
        "note": "unpack f f",
        "channel_is": f"* {CHANNEL_KEYS}",
        "key": f"+ {int(channel) * CHANNEL_KEYS}",
        "both": "pack f f",
        "named": "list prepend note",
        "report": "s report",
    }
    cords = """
        inlet.6 > channel_is > key:1
        inlet > note
        note.1 > both:1
        note > key > both > named > report
        key > outlet                        # `midiflush` and `midiout` are left out
    """
    return Parts(objects, cords)


def _transport(words: Sequence[str]) -> Parts:
    """Live's, a stand-in on Pd's own clock: the test starts and stops it, and it tells the test each change.

    Of what Max's says to a bang it says the tempo, whether it runs, and the ticks, 480 a quarter.
    """
    if words:
        raise NotInPdError("a `transport` with a name is not Live's")
    objects = {
        "start": "r clock-start",
        "starting": "t b b f b b",
        "from_0": "msg 0",
        "runs": "msg 1",
        "tempo": "r clock-tempo",
        "changing": "t b f b",
        "jump": "r clock-jump",
        "jumping": "t b b f",
        "stop": "r clock-stop",
        "stopping": "t b b b",
        "stands": "msg 0",
        "since": "timer",
        "position": "expr $f4 + $f1 * $f2 * $f3 / 60000",
        "rebase": "t b b b",
        "base": "f",
        "bpm": "t f f f",
        "playing": "t f f f",
        "ask": "t b b b b",
        "at": "f",
        "ticks": "* 480",
        "bpm_now": "f 120",
        "playing_now": "f 0",
        "say": "t b b",
        "here": "f",
        "change": "pack 0 120 0",
        "named": "list prepend transport",
        "report": "s report",
    }
    cords = """
        start > starting                    # each from the right: where it begins, when, how fast, that it runs
        starting.4 > from_0 > position:3
        starting.3 > since
        starting.2 > bpm
        starting.1 > runs > playing
        starting > say
        tempo > changing                    # where it is stays
        changing.2 > rebase
        changing.1 > bpm
        changing > say
        jump > jumping
        jumping.2 > position:3
        jumping.1 > since
        jumping > say
        stop > stopping
        stopping.2 > rebase
        stopping.1 > stands > playing
        stopping > say
        rebase.2 > since:1
        rebase.1 > base > position:3
        rebase > since
        since > position > base:1
        position > here:1
        position > at:1
        bpm.2 > position:1
        bpm.1 > bpm_now:1
        bpm > change:1
        playing.2 > position:2
        playing.1 > playing_now:1
        playing > change:2
        inlet > ask
        ask.3 > since:1
        ask.2 > at > ticks > outlet:7
        ask.1 > playing_now > outlet:6
        ask > bpm_now > outlet:4
        say.1 > since:1
        say > here > change > named > report
    """
    return Parts(objects, cords)


def _script(words: Sequence[str]) -> Parts:  # noqa: ARG001
    """The script: the test speaks for it (`script OUTLET message ...`) and is told what comes to it.

    What else the test has Pd send, and the ports that it gives, take the script's outlets as well.
    """
    objects = {
        "says": "r script",
        "by_outlet": "route 0 1 2 3 4 5",
        "message": "r to-engine",
        "engine": "r engine-port",
        "aim": "list prepend engine",
        "aimed": "list trim",
        "here": "r listen-port",
        "listen": "list prepend listen",
        "listening": "list trim",
        "heard": "list prepend script",
        "report": "s report",
    }
    cords = """
        says > by_outlet > outlet
        message > outlet
        engine > aim > aimed > outlet:1
        here > listen > listening > outlet:1
        inlet > heard > report
    """
    others = "\n".join(f"by_outlet.{at} > outlet:{at}" for at in range(1, 6))
    return Parts(objects, cords + others)


STAND_INS: Mapping[str, Make] = {
    "js": _script,
    "midiformat": _midiformat,
    "transport": _transport,
}
