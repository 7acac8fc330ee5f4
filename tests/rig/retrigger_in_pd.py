"""Max's `makenote @repeatmode 1` in Pure Data, whose own knows no such mode."""

from __future__ import annotations

from collections.abc import Sequence

from pd_parts import CHANNEL_KEYS, NotInPdError, Parts, numbers

_KEYS, _SERIALS = 2304, 60_000


def makenote(words: Sequence[str]) -> Parts:
    """A note that begins while one of its key sounds ends that one first, whose own end is then left out.

    Each note goes through Pd's `makenote` under a number of its own. One table knows which key the number is, another
    which number sounds on a key. A key is channel * 128 + pitch.

    Differs: Max's reference speaks of repeated notes and names no channel; here one pitch on two channels is two notes.
    Pd's leaves out a velocity of 0; none comes here.
    """
    if len(words) != 5 or words[3:] != ["@repeatmode", "1"]:
        raise NotInPdError(f"`makenote {' '.join(words)}`: give velocity, duration, channel and @repeatmode 1")
    velocity, duration, channel = numbers(words[:1]), numbers(words[1:2]), int(words[2])
    objects = {
        "keys": f"table of-number {_SERIALS + 1}",
        "sounding": f"table on-key {_KEYS}",
        "kinds": "route stop",
        "stop": "msg stop",
        "channel_is": f"* {CHANNEL_KEYS}",
        "begun": "t b f b",
        "key": f"+ {channel * CHANNEL_KEYS}",
        "number": "f",
        "wrapped": f"mod {_SERIALS}",
        "next": "+ 1",
        "remember": "tabwrite of-number",
        "go": "f",
        "timed": f"makenote {velocity} {duration}",
        **_RETRIGGERED,
    }
    cords = """
        inlet > kinds > stop > timed
        inlet.1 > timed:1
        inlet.2 > timed:2
        inlet.3 > channel_is > key:1
        kinds.1 > begun
        begun.2 > number > wrapped > next > number:1
        next > remember:1
        next > go:1
        begun.1 > key > remember
        begun > go > timed
    """
    return Parts(objects, cords + _RETRIGGERED_CORDS)


_RETRIGGERED = {
    "each": "t b f f",
    "velocity": "f",
    "mine": "f",
    "key_of": "tabread of-number",
    "known": "t f f f",
    "before": "tabread on-key",
    "which": "t f f",
    "is_end": "select 0",
    "ending": "f",
    "same": "==",
    "if_same": "select 1",
    "end": "t b b",
    "none": "msg 0",
    "silent": "msg 0",
    "begin": "t f b b",
    "older": "f",
    "is_none": "select 0",
    "write": "tabwrite on-key",
    "out": "t b f b",
    "key_out": "f",
    "channel_out": f"div {CHANNEL_KEYS}",
    "key_again": "f",
    "pitch_out": f"mod {CHANNEL_KEYS}",
}
_RETRIGGERED_CORDS = """
        timed.1 > velocity:1
        timed > each                        # the number that begins or ends: its key, and what sounds there
        each.2 > mine:1
        each.2 > same:1
        each.1 > key_of > known
        known.2 > write:1
        known.1 > key_out:1
        known.1 > key_again:1
        known > before > which
        which.1 > older:1
        which > ending:1
        each > velocity > is_end
        is_end > ending > same > if_same    # an end: only of what still sounds
        if_same > end
        end.1 > none > write
        end > silent > out
        is_end.1 > begin                    # a beginning: first the end of what sounds there
        begin.2 > older > is_none
        is_none.1 > silent
        begin.1 > mine > write
        begin > out
        out.2 > key_out > channel_out > outlet:2
        out.1 > outlet:1
        out > key_again > pitch_out > outlet
"""
