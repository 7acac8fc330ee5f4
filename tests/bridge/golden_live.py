"""The golden bytes of the live side: morph, snapshots and state, playing, MIDI."""

from __future__ import annotations

from bridge.protocol.message import Message
from bridge.protocol.midi_messages import (
    MidiForget,
    MidiLearn,
    MidiLearned,
    MidiMoved,
    MidiRecord,
    MidiRecording,
    MidiRecordStop,
)
from bridge.protocol.morph_messages import (
    MorphAnchor,
    MorphDirection,
    MorphDirections,
    MorphEnd,
    MorphGet,
    MorphKnob,
    MorphLock,
    MorphNotes,
    MorphPattern,
    MorphSet,
    MorphX,
    MorphXY,
    MorphY,
)
from bridge.protocol.notes import WireNote
from bridge.protocol.play_messages import Panic, Play, PlayFlush, PlayNote, PlayStatus, PlaySwitched, Transport
from bridge.protocol.state_messages import (
    MorphState,
    PutAnchor,
    PutLock,
    PutPosition,
    PutSetting,
    SnapshotDrop,
    SnapshotDropped,
    SnapshotRecall,
    SnapshotStore,
    SnapshotStored,
    StateAnchor,
    StateBegin,
    StateEnd,
    StateLock,
    StatePosition,
    StateSetting,
)

NOTE = WireNote(60, 0.5, 0.25, 100.0, 0, 1.0, 0.0, 64)
LIVE: list[tuple[Message, bytes]] = [
    (
        MorphAnchor(1, 2, 0.25, 0.75),
        (
            b"/bridge/morph/anchor\x00\x00\x00\x00,iiff\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02"
            b">\x80\x00\x00?@\x00\x00"
        ),
    ),
    (
        MorphXY(0.25, 0.75),
        (b"/bridge/morph/xy\x00\x00\x00\x00,ff\x00>\x80\x00\x00?@\x00\x00"),
    ),
    (
        MorphX(0.25),
        (b"/bridge/morph/x\x00,f\x00\x00>\x80\x00\x00"),
    ),
    (
        MorphY(0.75),
        (b"/bridge/morph/y\x00,f\x00\x00?@\x00\x00"),
    ),
    (
        MorphKnob(3, -0.5),
        (b"/bridge/morph/knob\x00\x00,if\x00\x00\x00\x00\x03\xbf\x00\x00\x00"),
    ),
    (
        MorphSet("seed", 42.0),
        (b"/bridge/morph/set\x00\x00\x00,sf\x00seed\x00\x00\x00\x00B(\x00\x00"),
    ),
    (
        MorphLock(0, 1),
        (b"/bridge/morph/lock\x00\x00,ii\x00\x00\x00\x00\x00\x00\x00\x00\x01"),
    ),
    (
        MorphDirections(),
        (b"/bridge/morph/directions\x00\x00\x00\x00,\x00\x00\x00"),
    ),
    (
        MorphDirection(1, "drums", "density", "sparser", "denser", 1),
        (
            b"/bridge/morph/direction\x00,issssi\x00\x00\x00\x00\x01drum"
            b"s\x00\x00\x00density\x00sparser\x00denser\x00\x00\x00\x00\x00\x01"
        ),
    ),
    (
        MorphPattern(7, 2, 8.0),
        (b"/bridge/morph/pattern\x00\x00\x00,iif\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x02A\x00\x00\x00"),
    ),
    (
        MorphNotes(7, 30, (NOTE,)),
        (
            b"/bridge/morph/notes\x00,iiifffiffi\x00\x00\x00\x00\x07\x00\x00\x00\x1e"
            b"\x00\x00\x00<?\x00\x00\x00>\x80\x00\x00B\xc8\x00\x00\x00\x00\x00\x00?\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00@"
        ),
    ),
    (
        MorphEnd(7, 1.5),
        (b"/bridge/morph/end\x00\x00\x00,if\x00\x00\x00\x00\x07?\xc0\x00\x00"),
    ),
    (
        MorphGet(),
        (b"/bridge/morph/get\x00\x00\x00,\x00\x00\x00"),
    ),
    (
        SnapshotStore(3),
        (b"/bridge/morph/snapshot/store\x00\x00\x00\x00,i\x00\x00\x00\x00\x00\x03"),
    ),
    (
        SnapshotStored(3),
        (b"/bridge/morph/snapshot/stored\x00\x00\x00,i\x00\x00\x00\x00\x00\x03"),
    ),
    (
        SnapshotRecall(3),
        (b"/bridge/morph/snapshot/recall\x00\x00\x00,i\x00\x00\x00\x00\x00\x03"),
    ),
    (
        SnapshotDrop(3),
        (b"/bridge/morph/snapshot/drop\x00,i\x00\x00\x00\x00\x00\x03"),
    ),
    (
        SnapshotDropped(3),
        (b"/bridge/morph/snapshot/dropped\x00\x00,i\x00\x00\x00\x00\x00\x03"),
    ),
    (
        MorphState(),
        (b"/bridge/morph/state\x00,\x00\x00\x00"),
    ),
    (
        StateBegin(2),
        (b"/bridge/morph/state/begin\x00\x00\x00,i\x00\x00\x00\x00\x00\x02"),
    ),
    (
        StatePosition(0, 0.25, 0.75, -1.0, -0.5, 0.0, 0.5, 1.0, 0.0, 0.0, 0.25, 0.5, 42, 1.0, 0.75, -0.25, 1),
        (
            b"/bridge/morph/state/position\x00\x00\x00\x00,iffffff"
            b"fffffifffi\x00\x00\x00\x00\x00\x00>\x80\x00\x00?@\x00\x00\xbf\x80\x00\x00\xbf\x00\x00\x00\x00\x00\x00\x00?\x00\x00\x00"
            b"?\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00>\x80\x00\x00?\x00\x00\x00\x00\x00\x00*?\x80\x00\x00?@\x00\x00\xbe\x80\x00\x00\x00\x00\x00\x01"
        ),
    ),
    (
        PutPosition(3, 0.25, 0.75, -1.0, -0.5, 0.0, 0.5, 1.0, 0.0, 0.0, 0.25, 0.5, 42, 1.0, 0.75, -0.25, 1),
        (
            b"/bridge/morph/state/position\x00\x00\x00\x00,iffffff"
            b"fffffifffi\x00\x00\x00\x00\x00\x03>\x80\x00\x00?@\x00\x00\xbf\x80\x00\x00\xbf\x00\x00\x00\x00\x00\x00\x00?\x00\x00\x00"
            b"?\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00>\x80\x00\x00?\x00\x00\x00\x00\x00\x00*?\x80\x00\x00?@\x00\x00\xbe\x80\x00\x00\x00\x00\x00\x01"
        ),
    ),
    (
        StateAnchor(0, 1, 2, 0.25, 0.75),
        (
            b"/bridge/morph/state/anchor\x00\x00,iiiff\x00\x00\x00\x00\x00\x00"
            b"\x00\x00\x00\x01\x00\x00\x00\x02>\x80\x00\x00?@\x00\x00"
        ),
    ),
    (
        PutAnchor(3, 1, 2, 0.25, 0.75),
        (
            b"/bridge/morph/state/anchor\x00\x00,iiiff\x00\x00\x00\x00\x00\x03"
            b"\x00\x00\x00\x01\x00\x00\x00\x02>\x80\x00\x00?@\x00\x00"
        ),
    ),
    (
        StateLock(0, 9, 0.25, 0.75, -1.0, -0.5, 0.0, 0.5, 1.0, 0.0, 0.0, 0.25, 0.5, 42, 1.0, 0.75, -0.25, 1),
        (
            b"/bridge/morph/state/lock\x00\x00\x00\x00,iifffffffff"
            b"ffifffi\x00\x00\x00\x00\x00\x00\x00\x00\t>\x80\x00\x00?@\x00\x00\xbf\x80\x00\x00\xbf\x00\x00\x00\x00\x00\x00\x00?\x00\x00\x00"
            b"?\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00>\x80\x00\x00?\x00\x00\x00\x00\x00\x00*?\x80\x00\x00?@\x00\x00\xbe\x80\x00\x00\x00\x00\x00\x01"
        ),
    ),
    (
        PutLock(3, 0, 0.25, 0.75, -1.0, -0.5, 0.0, 0.5, 1.0, 0.0, 0.0, 0.25, 0.5, 42, 1.0, 0.75, -0.25, 1),
        (
            b"/bridge/morph/state/lock\x00\x00\x00\x00,iifffffffff"
            b"ffifffi\x00\x00\x00\x00\x03\x00\x00\x00\x00>\x80\x00\x00?@\x00\x00\xbf\x80\x00\x00\xbf\x00\x00\x00\x00\x00\x00\x00?\x00\x00\x00"
            b"?\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00>\x80\x00\x00?\x00\x00\x00\x00\x00\x00*?\x80\x00\x00?@\x00\x00\xbe\x80\x00\x00\x00\x00\x00\x01"
        ),
    ),
    (
        StateSetting("quantize", 4.0),
        (b"/bridge/morph/state/setting\x00,sf\x00quantize\x00\x00\x00\x00@\x80\x00\x00"),
    ),
    (
        PutSetting("channel", 10.0),
        (b"/bridge/morph/state/setting\x00,sf\x00channel\x00A \x00\x00"),
    ),
    (
        StateEnd(5),
        (b"/bridge/morph/state/end\x00,i\x00\x00\x00\x00\x00\x05"),
    ),
    (
        Transport(16.5, 120.0, 1),
        (b"/bridge/transport\x00\x00\x00,ffi\x00\x00\x00\x00A\x84\x00\x00B\xf0\x00\x00\x00\x00\x00\x01"),
    ),
    (
        Play(1),
        (b"/bridge/play\x00\x00\x00\x00,i\x00\x00\x00\x00\x00\x01"),
    ),
    (
        Panic(),
        (b"/bridge/panic\x00\x00\x00,\x00\x00\x00"),
    ),
    (
        PlayNote(36, 100.5, 125.0, 10, 180.0),
        (b"/bridge/play/note\x00\x00\x00,iffif\x00\x00\x00\x00\x00$B\xc9\x00\x00B\xfa\x00\x00\x00\x00\x00\nC4\x00\x00"),
    ),
    (
        PlayFlush(),
        (b"/bridge/play/flush\x00\x00,\x00\x00\x00"),
    ),
    (
        PlaySwitched(7, 16.0),
        (b"/bridge/play/switched\x00\x00\x00,if\x00\x00\x00\x00\x07A\x80\x00\x00"),
    ),
    (
        PlayStatus(1, 16.5, 120.0, 7, 0),
        (
            b"/bridge/play/status\x00,iffii\x00\x00\x00\x00\x00\x01A\x84\x00\x00B\xf0\x00\x00"
            b"\x00\x00\x00\x07\x00\x00\x00\x00"
        ),
    ),
    (
        MidiLearn("knob 1"),
        (b"/bridge/midi/learn\x00\x00,s\x00\x00knob 1\x00\x00"),
    ),
    (
        MidiForget("knob 1"),
        (b"/bridge/midi/forget\x00,s\x00\x00knob 1\x00\x00"),
    ),
    (
        MidiLearned("knob 1", "cc", 0, 21),
        (
            b"/bridge/midi/learned\x00\x00\x00\x00,ssii\x00\x00\x00knob 1\x00\x00"
            b"cc\x00\x00\x00\x00\x00\x00\x00\x00\x00\x15"
        ),
    ),
    (
        MidiMoved("knob 1", 0.5),
        (b"/bridge/midi/moved\x00\x00,sf\x00knob 1\x00\x00?\x00\x00\x00"),
    ),
    (
        MidiRecord(5, 2),
        (b"/bridge/midi/record\x00,ii\x00\x00\x00\x00\x05\x00\x00\x00\x02"),
    ),
    (
        MidiRecordStop(),
        (b"/bridge/midi/record/stop\x00\x00\x00\x00,\x00\x00\x00"),
    ),
    (
        MidiRecording(5, 2, 12),
        (b"/bridge/midi/recording\x00\x00,iii\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x02\x00\x00\x00\x0c"),
    ),
]
