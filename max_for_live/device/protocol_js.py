"""The wire contract for the script: `js/protocol.js`, written from the engine's own table, so that it cannot drift."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bridge.protocol.limits import NOTES_PER_MESSAGE, PROTOCOL
from bridge.protocol.message import Message, Spec
from bridge.protocol.morph_settings import MORPH_SETTINGS
from bridge.protocol.notes import NOTE_ARGS
from bridge.protocol.request_messages import Request
from bridge.protocol.table import CODES, FROM_CLIENT, FROM_ENGINE, MESSAGES

_HEAD = """\
// The wire contract: addresses and argument orders. Written by `make device` from bridge/protocol: edit there.

var Protocol = (function () {
    var SEND = {};
    var HEARD = {};

    // Settings as pairs of name and number; a name that the message does not take is a mistake of the script's own.
    function pairs(settings, allowed) {
        var list = [];
        var name;
        for (name in settings) {
            if (allowed.indexOf(name) < 0) {
                throw new Error("no setting " + name + " here; it takes " + allowed.join(", "));
            }
            list.push(name, settings[name]);
        }
        return list;
    }

    function flat(rows) {
        return Array.prototype.concat.apply([], rows);
    }

    function rowsOf(numbers, width) {
        var rows = [];
        var at;
        for (at = 0; at + width <= numbers.length; at += width) {
            rows.push(numbers.slice(at, at + width));
        }
        return rows;
    }

    // What came, with its arguments by name; null for what this version does not know or cannot read.
    function read(address, args) {
        var row = HEARD.hasOwnProperty(address) ? HEARD[address] : null;
        var message;
        var at;
        if (row === null || args.length < row.fields.length) {
            return null;
        }
        message = { address: address, is: row.is, notes: null };
        for (at = 0; at < row.fields.length; at += 1) {
            message[row.fields[at]] = args[at];
        }
        if (row.notes) {
            message.notes = rowsOf(args.slice(row.fields.length), NOTE_FIELDS.length);
        }
        return message;
    }
"""

_TAIL = """
    return {
        VERSION: VERSION,
        NOTES_PER_MESSAGE: NOTES_PER_MESSAGE,
        NOTE_FIELDS: NOTE_FIELDS,
        MORPH_SETTINGS: MORPH_SETTINGS,
        REQUESTS: REQUESTS,
        ERRORS: ERRORS,
        SEND: SEND,
        read: read
    };
}());
"""


def protocol_js() -> str:
    """The text of `js/protocol.js`."""
    return "".join([_HEAD, "\n", *_constants(), "\n", *map(_sender, FROM_CLIENT.values()), "\n", *_heard(), _TAIL])


def name_of(spec: Spec) -> str:
    """The name of a message in the script, such as `clipBegin` for `/bridge/clip/begin`."""
    return _camel(spec.address.removeprefix("/bridge/").split("/"))


def _constants() -> Iterator[str]:
    requests = {name_of(m.spec): m.spec.address for m in MESSAGES if issubclass(m, Request)}
    tables = {
        "VERSION": PROTOCOL,
        "NOTES_PER_MESSAGE": NOTES_PER_MESSAGE,
        "NOTE_FIELDS": [name for name, _, _ in NOTE_ARGS],
        "MORPH_SETTINGS": list(MORPH_SETTINGS),
        "REQUESTS": requests,
        "ERRORS": CODES,
    }
    for name, value in tables.items():
        text = json.dumps(value, indent=4 if isinstance(value, dict) else None).replace("\n", "\n    ")
        yield f"    var {name} = {text};\n"


def _sender(message: type[Message]) -> str:
    spec = message.spec
    names = [_camel(field.name.split("_")) for field in spec.fields]
    parts = [json.dumps(spec.address), *names]
    more = {"notes": ".concat(flat(notes))", "weights": ".concat(flat(weights))", None: ""}[spec.tail]
    if spec.settings:
        more += f".concat(pairs(settings, {json.dumps(list(spec.settings))}))"
    arguments = [*names, *([spec.tail] if spec.tail else []), *(["settings"] if spec.settings else [])]
    return f'    SEND["{name_of(spec)}"] = function (' f"{', '.join(_wrapped(arguments, 8))}) {{\n" \
           f"        return [{', '.join(_wrapped(parts, 12))}]{more};\n    }};\n"  # fmt: skip


def _heard() -> Iterator[str]:
    for message in FROM_ENGINE.values():
        spec = message.spec
        fields = [json.dumps(_camel(field.name.split("_"))) for field in spec.fields]
        notes = "true" if spec.tail == "notes" else "false"
        listed = ", ".join(_wrapped(fields, 12))
        yield f'    HEARD["{spec.address}"] = {{ is: "{name_of(spec)}", notes: {notes}, fields: [{listed}] }};\n'


def _wrapped(words: list[str], indent: int) -> Iterable[str]:
    """The words, every ninth on a line of its own, so that long lists stay readable."""
    return (word if at == 0 or at % 8 else f"\n{' ' * indent}{word}" for at, word in enumerate(words))


def _camel(words: list[str]) -> str:
    first, *rest = [part for word in words for part in word.split("_")]
    return first + "".join(word.capitalize() for word in rest)
