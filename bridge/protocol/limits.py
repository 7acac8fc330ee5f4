"""Every bound of the protocol, once: what keeps datagrams whole and the engine's memory flat whatever arrives."""

from __future__ import annotations

from typing import NamedTuple

PROTOCOL = 1
MAX_DATAGRAM_BYTES = 1_400
NOTES_PER_MESSAGE = 30
MAX_CLIP_NOTES = 20_000
MAX_QUARTERS = 1_048_576
MAX_CLIP_QUARTERS = 16_384
MAX_COUNT = 64
MAX_RESULT_NOTES = 200_000
MAX_HOLES = 64
MAX_NAME_LETTERS = 64
NUM_KNOBS = 8
NUM_VOICES = 9
MAX_ANCHORS = 64
MAX_SLOT = 1_024
MAX_SNAPSHOT = 128

MAX_BUNDLE_DEPTH = 8
MAX_SESSIONS = 32
MAX_SESSION_CLIPS = 1_024
MAX_SESSION_NOTES = 250_000
MAX_TOTAL_NOTES = 1_000_000
MAX_KEPT_NOTES = 400_000
MAX_SESSION_JOBS = 128
MAX_JOBS = 512
MAX_INBOX = 8_192

SILENT_S = 10.0
KEEP_RESULTS_S = 10.0
STATUS_EVERY_S = 1.0
DEADLINE_S = 30.0


class Limit(NamedTuple):
    """One bound as the documentation tells it."""

    what: str
    value: str
    beyond: str


LIMITS = (
    Limit("bytes in a datagram from the engine", f"{MAX_DATAGRAM_BYTES:,}", "never sent"),
    Limit("notes in a message", f"{NOTES_PER_MESSAGE}", "`too_large`"),
    Limit("notes in a clip", f"{MAX_CLIP_NOTES:,}", "`too_large`"),
    Limit("length of a clip, in quarters", f"{MAX_CLIP_QUARTERS:,}", "`out_of_range`"),
    Limit("a note's start (either side of 0) and duration, in quarters", f"{MAX_QUARTERS:,}", "`out_of_range`"),
    Limit("clips asked for in one request, or mixed in one blend", f"{MAX_COUNT}", "`out_of_range`, `too_large`"),
    Limit("notes in one result, judged as notes of the clips times clips asked for", f"{MAX_RESULT_NOTES:,}",
          "`too_large`"),
    Limit("holes named in answer to one `/bridge/clip/end`", f"{MAX_HOLES}", "the rest after the next `end`"),
    Limit("anchors of one morph", f"{MAX_ANCHORS}", "`too_large`"),
    Limit("bundles within a bundle", f"{MAX_BUNDLE_DEPTH}", "`malformed`"),
    Limit("clients at once", f"{MAX_SESSIONS}", "`busy`"),
    Limit("clips of one client", f"{MAX_SESSION_CLIPS:,}", "`too_large`"),
    Limit("notes in all clips of one client", f"{MAX_SESSION_NOTES:,}", "`too_large`"),
    Limit("notes in all clips of all clients", f"{MAX_TOTAL_NOTES:,}", "`too_large`"),
    Limit("notes of results kept for resending, of all clients", f"{MAX_KEPT_NOTES:,}", "the oldest is let go"),
    Limit("requests and clips of one client waiting for the models", f"{MAX_SESSION_JOBS}", "`busy`"),
    Limit("requests and clips of all clients waiting for them", f"{MAX_JOBS}", "`busy`"),
    Limit("messages read and not yet looked at", f"{MAX_INBOX:,}", "dropped, as if the network had lost them"),
    Limit("silence after which a client with nothing pending is dropped", f"{SILENT_S:g} s", "its clips are gone"),
    Limit("how long a result is kept for resending", f"{KEEP_RESULTS_S:g} s", "`out_of_range`"),
    Limit("how long a request waits before its work begins", f"{DEADLINE_S:g} s", "`busy`"),
)  # fmt: skip
