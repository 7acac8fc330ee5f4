"""What the device is made of: each section's boxes by name, and the cords between them.

Sound and time never pass through the script: notes to play, Live's transport, and the knobs of the morph have ways of
their own. All the rest comes to the script and goes out of it by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from max_for_live.device.controls import control, storage
from max_for_live.device.layout import ABOVE, CONTROLS, LABELS, LABELS_AT_RIGHT, LINES, PICTURES, TEXTS, TITLES
from max_for_live.device.parameters import CLIP, KEPT, MAKE, MORPH, SCRIPT, STAGE, Parameter
from max_for_live.device.patcher import Box, Rect, Section

SCRIPT_FILE = "latent_bridge.js"
PICTURE_FILES = {"pad": "latent_bridge_pad.js", "roll": "latent_bridge_roll.js"}
SCRIPT_OUTLETS = 6
TRANSPORT = "/bridge/transport"

_SIZE, _SMALL = 9.5, 9.0
_LEFT, _MIDDLE, _RIGHT = 0, 1, 2


def sections() -> tuple[Section, ...]:
    """All of the patch, in reading order."""
    return (_wire(), _notes(), _clock(), _keeping(), *_panel())


def _objects(**texts: str) -> tuple[Box, ...]:
    return tuple(Box(name, text) for name, text in texts.items())


def _messages(**texts: str) -> tuple[Box, ...]:
    return tuple(Box(name, text, "message") for name, text in texts.items())


def _wire() -> Section:
    """The script between the engine, Live and the panel."""
    script = Box(
        "script",
        f"js {SCRIPT_FILE}",
        attributes={"saved_object_attributes": {"filename": SCRIPT_FILE, "parameter_enable": 0}},
        outlets=SCRIPT_OUTLETS,
    )
    boxes = (
        *_objects(
            heard="udpreceive @quiet 1",
            sorted="route /bridge/play/note /bridge/play/flush",
            to_engine="udpsend 127.0.0.1 9000",
            device="live.thisdevice",
            enabled="prepend enabled",
            ports="route listen probe engine",
            own_port="prepend port",
            probe="prepend /latent/probe",
            to_itself="udpsend 127.0.0.1 9100",
            engine_port_is="prepend port",
            leaving="freebang",
        ),
        *_messages(start="start", bye="/bridge/bye"),
        script,
    )
    cords = """
        heard > sorted
        sorted.2 > script
        device > start > script
        device.1 > enabled > script
        script > to_engine
        script.1 > ports
        ports > own_port > heard        # udpreceive takes the port ...
        own_port > to_itself            # ... and the probe goes where it listens
        ports.1 > probe > to_itself
        ports.2 > engine_port_is > to_engine
        leaving > bye > to_engine
        leaving > flush_all
    """
    return Section("The script between the engine, Live and the panel", boxes, cords)


def _notes() -> Section:
    """What is played: ahead of its time from the engine, on time out of `pipe`."""
    boxes = (
        *_objects(
            midi_in="midiin",
            note="unpack 0 0. 0. 1 0.",
            whole="+ 0.5",
            loudness="clip 1. 127.",
            velocity_is="int",
            later="pipe 0 0 0. 1 0.",
            sounding="makenote 100 200 1 @repeatmode 1",
            pair="pack 0 0",
            midi="midiformat 1",
            flush_all="midiflush",
            midi_out="midiout",
            flush="t b b b",
            own_notes="route flush",
        ),
        *_messages(forget="clear", end="stop"),
    )
    cords = """
        midi_in > midi_out              # what comes in goes on as it is
        sorted > note
        note.4 > later:4                # the delay comes first, the pitch last, and with it the note goes
        note.3 > later:3
        note.2 > later:2
        note.1 > whole > loudness > velocity_is > later:1
        note > later
        later.3 > sounding:3
        later.2 > sounding:2
        later.1 > sounding:1
        later > sounding
        sounding.2 > midi:6
        sounding.1 > pair:1
        sounding > pair > midi > flush_all > midi_out
        sorted.1 > flush
        flush.2 > forget > later
        flush.1 > end > sounding
        flush > flush_all
        script.4 > own_notes > flush
        own_notes.1 > note
    """
    return Section("Playing: /bridge/play/note waits in pipe, makenote ends it, flush takes all back", boxes, cords)


def _clock() -> Section:
    """The song's position, twenty times a second: Live's, or a clock of the device's own while Live stands still."""
    boxes = (
        *_objects(
            which="route live own off",
            go_live="t b b",
            live_tick="metro 50",
            ask="t b b",
            song="transport",
            quarters="/ 480.",
            song_now="pack 0 0. 120. 0",
            go_own="t b f f b",
            own_tick="clocker 50",
            own_quarters="expr $f1 * $f2 / 60000.",
            own_now="pack 0. 120.",
            go_off="t b b b",
        ),
        *_messages(
            run="1",
            halt="0",
            halt_own="stop",
            tell_song=f"{TRANSPORT} $2 $3 $4",
            tell_own=f"{TRANSPORT} $1 $2 1",
            tell_still=f"{TRANSPORT} 0. 120. 0",
        ),
    )
    cords = """
        script.5 > which
        which > go_live
        go_live.1 > halt_own > own_tick
        go_live > run > live_tick
        live_tick > ask
        ask.1 > song                    # first all of the transport is heard ...
        song.7 > quarters > song_now:1
        song.4 > song_now:2
        song.6 > song_now:3
        ask > song_now > tell_song > to_engine  # ... then told
        which.1 > go_own
        go_own.3 > halt > live_tick
        go_own.2 > own_quarters:1
        go_own.1 > own_now:1
        go_own > own_tick > own_quarters > own_now > tell_own > to_engine
        which.2 > go_off
        go_off.2 > halt
        go_off.1 > halt_own
        go_off > tell_still > to_engine # the engine carries a clock on: it has to hear that this one stands
    """
    return Section("The clock: Live's transport, or one of its own for listening while Live stands still", boxes, cords)


def _keeping() -> Section:
    """What the Live Set keeps for the script: whole messages, which come back as they are when asked for by a bang."""
    boxes = (
        Box("keeping", f"route {' '.join(KEPT)}"),
        *(storage(name) for name in KEPT),
    )
    cords = "script.3 > keeping\n" + "\n".join(f"keeping.{at} > kept_{name} > script" for at, name in enumerate(KEPT))
    return Section("What the Live Set keeps: captured clips, snapshots and locks", boxes, cords)


def _panel() -> Iterable[Section]:
    """What is seen, part by part; each part passes on what is not for it."""
    pictures = _pictures()
    yield pictures
    above = _names_above(MORPH)
    parts = (("Clip", CLIP, ()), ("Make", MAKE, ()), ("Morph", MORPH, above), ("Play", STAGE, ()))
    before = f"show_pictures.{len(TEXTS) + len(PICTURES)}"
    for title, parameters, more in parts:
        route = f"show_{title.lower()}"
        yield Section(
            f"{title}: its controls, and where each one's value goes",
            (Box(route, f"route {' '.join(p.name for p in parameters)}"), *more, *_boxes_of(parameters)),
            "\n".join([f"{before} > {route}", *_cords_of(route, parameters)]),
        )
        before = f"{route}.{len(parameters)}"


def _pictures() -> Section:
    names = (*TEXTS, *PICTURES)
    boxes = (
        Box("show_pictures", f"route {' '.join(names)}"),
        *(_words(name, words, view) for name, (words, view) in TITLES.items()),
        *(_words(name, words, view) for name, (words, view) in LABELS.items()),
        *(_words(name, words, view, side=_RIGHT) for name, (words, view) in LABELS_AT_RIGHT.items()),
        *(_written(name, view) for name, view in TEXTS.items()),
        *(Box(name, "live.line", "live.line", view=view) for name, view in LINES.items()),
        *(_picture(name, view) for name, view in PICTURES.items()),
        Box("from_pad", "prepend pad"),
        Box("head", "prepend head"),
        Box("no_head", "head -1", "message"),
    )
    cords = ["script.2 > show_pictures", "pad > from_pad > script"]
    cords += ["quarters > head > roll", "own_quarters > head", "go_off > no_head > roll"]
    cords += [f"show_pictures.{at} > {name}" for at, name in enumerate(names)]
    return Section("What is shown: words and pictures", boxes, "\n".join(cords))


def _words(name: str, words: str, view: Rect, side: int = _LEFT, size: float = _SIZE) -> Box:
    """A line of text that no click stops at."""
    attributes = {"fontname": "Arial Bold", "fontsize": size, "ignoreclick": 1, "text": words}
    return Box(name, "live.comment", "live.comment", {**attributes, "textjustification": side}, view)


def _written(name: str, view: Rect) -> Box:
    """A line that the script fills: names of knobs stand in the middle above them, the engine's state at the right."""
    if name.startswith("knob"):
        return _words(name, "", view, _MIDDLE, _SMALL)
    return _words(name, "", view, _RIGHT if name == "engine" else _LEFT)


def _picture(name: str, view: Rect) -> Box:
    attributes = {"border": 0, "filename": PICTURE_FILES[name], "parameter_enable": 0}
    return Box(name, "jsui", "jsui", attributes, view, outlets=1)


def _names_above(parameters: Sequence[Parameter]) -> tuple[Box, ...]:
    return tuple(
        _words(f"label_{p.name}", p.label, ABOVE[p.name], _MIDDLE, _SMALL) for p in parameters if p.name in ABOVE
    )


def _boxes_of(parameters: Iterable[Parameter]) -> Iterable[Box]:
    for parameter in parameters:
        yield control(parameter, CONTROLS[parameter.name])
        if parameter.is_held:
            yield Box(f"held_{parameter.name}", "toggle", "toggle", {"parameter_enable": 0})
            yield Box(f"let_go_{parameter.name}", "set 0", "message")
        if parameter.is_rounded:
            yield Box(f"whole_{parameter.name}", "expr int($f1 + 0.5)")
        yield _sender(parameter)
        if parameter.name in ("x", "y"):
            yield Box(f"see_{parameter.name}", f"prepend param {parameter.name}")


def _sender(parameter: Parameter) -> Box:
    """The box that makes a message of what the control says."""
    name = f"say_{parameter.name}"
    if parameter.is_held:
        return Box(name, f"prepend hold {parameter.name}")
    if parameter.is_button:
        return Box(name, f"press {parameter.name}", "message")
    start = f"param {parameter.name}" if parameter.goes_to == SCRIPT else parameter.goes_to
    return Box(name, f"prepend {start}")


def _cords_of(route: str, parameters: Iterable[Parameter]) -> Iterable[str]:
    for at, parameter in enumerate(parameters):
        name = parameter.name
        through = f"{name} > held_{name}" if parameter.is_held else name
        through += f" > whole_{name}" if parameter.is_rounded else ""
        end = "script" if parameter.goes_to == SCRIPT else "to_engine"
        if parameter.is_held:
            yield f"device > let_go_{name} > held_{name}  # whatever the Set says, nobody holds it as it opens"
        yield f"{route}.{at} > {name}"
        yield f"{through} > say_{name} > {end}"
        if name in ("x", "y"):
            yield f"{name} > see_{name} > script"
