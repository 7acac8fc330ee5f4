"""What is done on each message of the live side: morph, snapshots, playing. One thread runs all of this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bridge.desk import Desk
from bridge.errors import UnknownSnapshotError
from bridge.protocol.message import Message
from bridge.protocol.morph_messages import (
    MorphAnchor,
    MorphDirections,
    MorphGet,
    MorphKnob,
    MorphLock,
    MorphSet,
    MorphX,
    MorphXY,
    MorphY,
)
from bridge.protocol.morph_settings import MORPH_SETTINGS, read_morph_setting
from bridge.protocol.play_messages import Panic, Play, Transport
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
)
from bridge.scene import Scene
from bridge.sessions import Session
from bridge.states import position_of, state_messages

Handler = Callable[[Desk, Session, Any], None]


# Morph


def anchor(desk: Desk, session: Session, message: MorphAnchor) -> None:
    """Puts a clip at a point, or frees the slot."""
    scene = desk.stages.of(session).scene
    if message.clip == 0:
        desk.stages.change(session, scene.without_anchor(message.slot))
    else:
        clip = session.clip(message.clip)
        desk.stages.change(session, scene.with_anchor(message.slot, message.clip, clip, message.x, message.y))
        if desk.controls is not None:
            desk.controls.look_at(session)


def move(desk: Desk, session: Session, message: MorphXY | MorphX | MorphY) -> None:
    """Moves the cursor, by those of x and y that the message has."""
    coordinates = {name: getattr(message, name) for name in ("x", "y") if hasattr(message, name)}
    desk.stages.change(session, desk.stages.of(session).scene.moved(**coordinates))


def knob(desk: Desk, session: Session, message: MorphKnob) -> None:
    """Turns a knob."""
    desk.stages.change(session, desk.stages.of(session).scene.turned(message.knob, message.value))


def setting(desk: Desk, session: Session, message: MorphSet | PutSetting) -> None:
    """Sets one of the morph's settings, or of the playing's."""
    value = read_morph_setting(message.name, message.value)
    stage = desk.stages.of(session)
    if MORPH_SETTINGS[message.name].of_position:
        desk.stages.change(session, stage.scene.moved(**{message.name: value}))
    else:
        desk.stages.set(session, message.name, value)


def lock(desk: Desk, session: Session, message: MorphLock) -> None:
    """Locks a voice as it is now, or frees it."""
    scene = desk.stages.of(session).scene
    changed = scene.locked(message.voice, scene.position) if message.on else scene.freed(message.voice)
    desk.stages.change(session, changed)


def directions(desk: Desk, session: Session, _message: MorphDirections) -> None:
    """Says what the knobs do."""
    for message in desk.directions(session):
        desk.reply(session, message)


def get(desk: Desk, session: Session, _message: MorphGet) -> None:
    """Sends the newest pattern again."""
    desk.stages.resend(session)


# Snapshots and state


def store(desk: Desk, session: Session, message: SnapshotStore) -> None:
    """Keeps the present."""
    stage = desk.stages.of(session)
    stage.snapshots[message.snapshot] = stage.scene
    desk.reply(session, SnapshotStored(message.snapshot))


def recall(desk: Desk, session: Session, message: SnapshotRecall) -> None:
    """Goes back to a snapshot."""
    snapshots = desk.stages.of(session).snapshots
    if message.snapshot not in snapshots:
        kept = ", ".join(map(str, sorted(snapshots))) or "none"
        raise UnknownSnapshotError(f"snapshot {message.snapshot} was never stored; there are: {kept}")
    desk.stages.change(session, snapshots[message.snapshot])


def drop(desk: Desk, session: Session, message: SnapshotDrop) -> None:
    """Forgets a snapshot."""
    desk.stages.of(session).snapshots.pop(message.snapshot, None)
    desk.reply(session, SnapshotDropped(message.snapshot))


def state(desk: Desk, session: Session, _message: MorphState) -> None:
    """Tells everything, as numbers."""
    for message in state_messages(desk.stages.of(session)):
        desk.reply(session, message)


def put_position(desk: Desk, session: Session, message: PutPosition) -> None:
    """Gives a state its cursor, knobs and settings."""
    _put(desk, session, message.state, lambda scene: replace(scene, position=position_of(message)))


def put_anchor(desk: Desk, session: Session, message: PutAnchor) -> None:
    """Gives a state one anchor."""
    clip = session.clip(message.clip)
    _put(
        desk,
        session,
        message.state,
        lambda scene: scene.with_anchor(message.slot, message.clip, clip, message.x, message.y),
    )


def put_lock(desk: Desk, session: Session, message: PutLock) -> None:
    """Gives a state one lock, in place of another of the voice."""
    position = position_of(message)
    _put(desk, session, message.state, lambda scene: scene.freed(message.voice).locked(message.voice, position))


def _put(desk: Desk, session: Session, number: int, change: Callable[[Scene], Scene]) -> None:
    stage = desk.stages.of(session)
    if number == 0:
        desk.stages.change(session, change(stage.scene))
    else:
        stage.snapshots[number] = change(stage.snapshots.get(number, Scene()))


# Playing


def transport(desk: Desk, session: Session, message: Transport) -> None:
    """Follows the client's clock."""
    desk.stages.follow(session, message.quarters, message.bpm, bool(message.playing))


def play(desk: Desk, session: Session, message: Play) -> None:
    """Plays, or ends."""
    desk.stages.play(session, bool(message.on))


def panic(desk: Desk, session: Session, _message: Panic) -> None:
    """Silence, now."""
    desk.stages.panic(session)


LIVE_HANDLERS: dict[type[Message], Handler] = {
    MorphAnchor: anchor,
    MorphXY: move,
    MorphX: move,
    MorphY: move,
    MorphKnob: knob,
    MorphSet: setting,
    MorphLock: lock,
    MorphDirections: directions,
    MorphGet: get,
    SnapshotStore: store,
    SnapshotRecall: recall,
    SnapshotDrop: drop,
    MorphState: state,
    PutPosition: put_position,
    PutAnchor: put_anchor,
    PutLock: put_lock,
    PutSetting: setting,
    Transport: transport,
    Play: play,
    Panic: panic,
}
"""One function a message of the live side."""
