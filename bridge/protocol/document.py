"""The contract as a document for whoever writes a client: rules from here, everything else from the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.protocol.arguments import Arg
from bridge.protocol.limits import (
    KEEP_RESULTS_S,
    LIMITS,
    MAX_CLIP_NOTES,
    MAX_DATAGRAM_BYTES,
    MAX_HOLES,
    NOTES_PER_MESSAGE,
    PROTOCOL,
    SILENT_S,
)
from bridge.protocol.message import WEIGHT_FIELDS, Message, Spec, signature
from bridge.protocol.morph_settings import MORPH_SETTINGS
from bridge.protocol.notes import NOTE_ARGS
from bridge.protocol.request_messages import Vary
from bridge.protocol.settings import SETTINGS, Settings
from bridge.protocol.table import CODES, MESSAGES, SECTIONS

_HEAD = f"""# The wire protocol, version {PROTOCOL}

<!-- Generated from bridge/protocol by `bridge protocol`; edit there, not here. -->

OSC 1.0 over UDP between a client (the Max for Live device, a controller app, a script) and the engine that
`bridge serve --port 9000` starts. Addresses, the order of arguments and error codes are fixed for version {PROTOCOL};
later additions leave them as they are, so a client passes over addresses that it does not know.

## A first conversation

```
→ /bridge/hello 0 1 "my script"                 who is there?
← /bridge/welcome 1 "0.1.0" 7
← /bridge/model "melody_2bar" "melody" 2 256 1  one line a model; the last 1: it is warm
→ /bridge/clip/begin 1 2 8.0 4 4                clip 1: 2 notes, 8 quarters, 4/4
→ /bridge/clip/notes 1 0  60 0.0 1.0 100.0 0 1.0 0.0 64  64 1.5 0.5 90.0 0 1.0 0.0 64
→ /bridge/clip/end 1
← /bridge/clip/ready 1 2 "melody" 2 0
→ /bridge/vary 5 1 4 0.3 "seed" 42              request 5: 4 variations of clip 1
← /bridge/result/begin 5 0 4 2 8.0              clip 0 of 4: 2 notes, 8 quarters
← /bridge/result/notes 5 0 0  60 0.0 …
← /bridge/result/end 5 0
  …                                             clips 1, 2, 3
← /bridge/done 5 4 0.1 1.9 0.7 0                waited 0.1 ms, encoded 1.9 ms, decoded 0.7 ms, not from the cache
```

## Rules

- The types are `i` (int32), `f` (float32) and `s` (string) only. A float is taken where an int is meant when it is
  whole, an int where a float is meant. NaN and infinities are refused.
- Bundles are taken, within one another too, and never needed. A time tag never delays. A bundle that cannot be read
  is refused whole.
- Times are quarters (a quarter note, what Live calls a beat) from the clip's start, whatever the meter. Velocities
  are floats over 0, at most 127.
- A request starts with `i:request`, an id from 1 on that the client picks; every reply to it carries the id. An id
  is free again once its request is answered. The same request come twice while it is worked on is answered once, so
  a client that hears nothing may send it again.
- No datagram from the engine is larger than {MAX_DATAGRAM_BYTES:,} bytes, and none to it needs to be. At most
  {NOTES_PER_MESSAGE} notes fit into a message.
- Settings end a request as pairs of `s:name` and a number, in any order, each at most once. What is not given is
  left to the engine.
- Replies go to the `reply_port` of `hello` on the sender's machine, else to the address and port that the message
  came from.
- The address and port that a client sends from are its identity: its clips, requests and results are its own, and
  no other client sees them. Nobody has to say hello: without it a client is served just the same, but hears no
  status and no `/bridge/ready`.
- A client that nothing was heard from for {SILENT_S:g} s, and that waits for nothing, is dropped with its clips:
  send `/bridge/ping` every few seconds.
- Messages that set something are absolute and may come twice, so that a lost or doubled packet heals.
- Short replies may overtake the notes of a result; the messages of one result keep their order.
- The same request with the same seed gives the same notes, also after a restart. Long clips are handled in
  overlapping windows, without seams.
- Nothing that arrives ends the engine, holds up the receiver, or loses a clip that is already held.
"""

_NOTES = """
## A note

Eight numbers in this order, Live's own note fields. In the tables below `NOTE*` stands for any number of them.
"""

_ABOUT = {
    "Session": """
A client says hello, keeps the session alive with pings, and says bye. Before the models are loaded `welcome` comes
without any `model`, while they are being warmed with `ready` 0; then every model is sent again, followed by `ready`.
A session number other than before means that the engine, or this client's place in it, is new: clips must be sent
again, and models chosen again.

Several models may play one part: `melody`, `drums`, `trio`, `humanize` or `drumify`. After the models comes one
`using` a part, with the model that plays it for this client: the default until it chooses with `use`. A choice is the
client's own; the name of the default takes it back. Which knobs of the morph work may differ from model to model: ask
with `/bridge/morph/directions`.

The engine picks up checkpoints that come to its folders, or change there, while it runs. Then every `model` and
`using` is sent again, without a `ready`: a name that was there before stands for the new weights from then on, in
stages that play too. A model whose folder was removed stays until the engine is started again.
""",
    "Requests": """
Each request is answered by a result, by `/bridge/error` with its id, or, where it is cancelled, by
`/bridge/cancelled`. Results come in the order in which the requests were sent, as far as no datagram is lost. A
request may be sent right after the `end` of its clips, without waiting for `ready`.
""",
    "Morph": """
Anchors are clips at points of the unit square, a cursor moves between them, and the pattern is their blend by
nearness. Travel is measured out by how much the music changes, so the whole way between two anchors is alive. Each
client has a morph of its own.

Every move is answered by a new pattern: `pattern`, `notes` as often as it takes, `end`. The newest position always
wins: while one is being decoded, only the newest of those that come waits, and the final one is always made. Noise is
held fixed by `seed`, so a small move makes a small change, and coming back gives the same notes back. A pattern that
was lost, or that `end` shows to be incomplete, is asked for with `/bridge/morph/get`.

All anchors are of one kind and meter. A clip that was dropped or replaced since stays what it was in its anchor.
""",
    "Snapshots and state": """
A snapshot keeps cursor, knobs, settings, locks and anchors, and gives the same notes when it is recalled. The whole
state, the present and every snapshot, comes as numbers after `/bridge/morph/state`. A client that sends the same
messages back, after the clips that they name, has it all again: in a new session too, and after a restart.
""",
    "Playing": """
The pattern is played in loop on the client's clock, or on the engine's own where no transport was ever told. It is in
phase with the song: at song position q the pattern is at q modulo its length. A new pattern takes over on the next
multiple of `quantize`; one that is not ready then waits for the next, and is counted as `late`. Notes go out at least
150 ms ahead; a client plays each `delay_ms` after it came, for `duration_ms`. When the transport jumps by other than
whole patterns, or playing ends, `flush` takes back what was sent ahead. A client that falls silent is played no more.
""",
    "MIDI": """
Where the engine was started with `--midi-in`, controllers move the morph of the client that anchored a clip last, or
the engine's own where there is no client. What is bound to what is written in the map file.
""",
    "Errors": """
Whatever cannot be read or done is answered by one message.
""",
    "Clips": f"""
A clip goes in as `begin`, any number of `notes`, `end`. Messages may be lost or overtake one another: `end` is
answered by one `missing` a hole (at most {MAX_HOLES} at once); the client sends those notes again, then `end`.
`num_notes` is at most {MAX_CLIP_NOTES:,}. A clip already held under the number stays until the new one is whole;
meanwhile requests that name it get `clip_incomplete`. Whoever puts new music under an old number drops the old clip
first, or takes a new number, so that a lost `begin` cannot pass unseen. Before the models are warm clips are taken
and `ready` comes later.

Where the engine cannot encode a clip ahead, such as one in a meter that no model follows, `end` is answered by an
error; the clip is held all the same, and requests that need no latents of it work.

`kind` in `ready` is the engine's judgement; the setting `kind` of a request overrules it. `cached` is 1 where the
latents were already there: they are kept by the clip's content and the model, not by its number, in a bounded store
that survives a restart.
""",
    "Results": f"""
A result is for each clip `begin`, `notes` as often as it takes, `end`; then `left_out` where a model could not take
in all of a clip; then `done`. Its clips have the meter of the clips they came from. `/bridge/clip/get` is answered
in the same frame, as request 0. What does not arrive is asked for with `resend` for {KEEP_RESULTS_S:g} s: it is
answered by `begin`, the notes, `end`, `left_out` and `done` of that result, so a lost frame heals too. A client
that has heard nothing of a result asks for its index 0, or sends the request again.
""",
}


def protocol_document() -> str:
    """The whole document, in Markdown."""
    return "\n".join(_document()) + "\n"


def _document() -> Iterator[str]:
    yield _HEAD
    yield "## All messages\n"
    yield from _table(("address", "direction", "arguments"), (_row(message) for message in MESSAGES))
    yield _NOTES
    yield from _argument_table((name, tag, arg) for name, tag, arg in NOTE_ARGS)
    yield "\n## Settings\n"
    yield from _argument_table((spec.name, spec.tag, spec.arg) for spec in SETTINGS.values())
    yield "\n## Morph settings\n"
    yield from _table(
        ("name", "allowed", "at first", "meaning"),
        ((f"`{row.name}`", row.arg.allowed, f"{row.default:g}", row.arg.doc) for row in MORPH_SETTINGS.values()),
    )
    for title, messages in SECTIONS:
        yield f"\n## {title}"
        yield _ABOUT[title].rstrip()
        for message in messages:
            yield from _message(message)
    yield "\n## Error codes\n"
    yield from _table(("code", "meaning"), ((f"`{code}`", meaning) for code, meaning in CODES.items()))
    yield "\nThe text says what was given, what is allowed and what to do; a program decides by the code alone."
    yield "\n## Limits\n"
    yield from _table(("what", "at most", "beyond it"), LIMITS)
    yield "\n## One message, byte by byte\n"
    yield from _example()


def _row(message: type[Message]) -> tuple[str, str, str]:
    spec = message.spec
    return f"`{spec.address}`", _direction(spec), f"`{signature(spec)}`" if spec.fields else ""


def _direction(spec: Spec) -> str:
    return "client → engine" if spec.from_client else "engine → client"


def _message(message: type[Message]) -> Iterator[str]:
    spec = message.spec
    yield f"\n### `{spec.address}`\n"
    yield f"{_direction(spec)} · {f'`{signature(spec)}`' if spec.fields else 'no arguments'}\n"
    yield spec.doc
    fields = spec.fields + (WEIGHT_FIELDS if spec.tail == "weights" else ())
    if fields:
        yield ""
        yield from _argument_table((field.name, field.tag, field.arg) for field in fields)
    if spec.settings:
        yield f"\nSettings: {', '.join(f'`{name}`' for name in spec.settings)}."
    if spec.answer:
        yield f"\nAnswer: {spec.answer}."


def _argument_table(arguments: Iterable[tuple[str, str, Arg]]) -> Iterator[str]:
    rows = (
        (f"`{tag}:{name}`", arg.allowed + (" letters" if tag == "s" and arg.high else ""), arg.doc)
        for name, tag, arg in arguments
    )
    yield from _table(("argument", "allowed", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _example() -> Iterator[str]:
    datagram = Vary(5, 1, 4, 0.5, Settings(seed=42)).to_osc()
    yield '`/bridge/vary 5 1 4 0.5 "seed" 42`: big-endian, strings end in 1 to 4 zero bytes, to a multiple of 4:\n'
    yield "```"
    for at in range(0, len(datagram), 16):
        row = datagram[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{at:04x}  {row.hex(' ', 4):<36} {shown}"
    yield "```"
