"""The server's life: startup, serve, shutdown; and UDP bytes to protocol values on the way in."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import NamedTuple

from bridge.clock import Clock
from bridge.controls import Controls
from bridge.desk import Desk
from bridge.engine_interface import LoadEngine
from bridge.errors import BusyError, PortInUseError
from bridge.handlers import HANDLERS, OPENING
from bridge.jobs import Adopted, Answered, ClipPrepared, Event, Failed, Loaded, LoadFailed, Morphed, MorphFailed
from bridge.midi_arrived import MidiArrived
from bridge.midi_pulse import MidiPulse
from bridge.midi_side import NO_MIDI, MidiConfig, MidiSide
from bridge.outbox import Outbox
from bridge.pick_up import PickingUp
from bridge.protocol.limits import MAX_INBOX, STATUS_EVERY_S
from bridge.protocol.message import Message
from bridge.protocol.table import Refusal, read_datagram
from bridge.refusals import refusal
from bridge.sessions import Address, Session
from bridge.udp import LARGEST_DATAGRAM, open_udp
from bridge.version import VERSION
from bridge.worker import Worker
from engine.representations.clip import Clip

log = logging.getLogger("bridge")
osc_in = logging.getLogger("bridge.osc.in")

_POLL_S = 0.1
_WORKER_STOP_S = 1.0
_OUTBOX_STOP_S = 0.5


@dataclass(frozen=True)
class ServerConfig:
    """Where to listen.

    Attributes:
        host: an address of this machine.
        port: UDP port; 0 takes a free one.
        bpm: tempo of those who play without a transport.
        midi: ports, map and clock.
        clips: on the engine's own stage from the start, at most four.
        plays: whether that stage plays from the start.
    """

    host: str = "127.0.0.1"
    port: int = 9000
    bpm: float = 120.0
    midi: MidiConfig = NO_MIDI
    clips: tuple[Clip, ...] = ()
    plays: bool = False


class Arrival(NamedTuple):
    """What came, and from where."""

    message: Message | Refusal
    sender: Address


class Wake(NamedTuple):
    """Nothing but a reason to look up from the inbox."""


class Server:
    """One engine behind one UDP port.

    Args:
        config: where to listen.
        load: makes the engine; called in the worker's thread, so that hello is answered at once.
        clock: seconds, monotonic.
        picking_up: looks for models that come while it runs; None: nobody does.

    Raises:
        PortInUseError: the port cannot be opened.
        MidiError: a MIDI port or the map file cannot be had.
        WrongKindError, UnsupportedMeterError: the clips do not go together.
    """

    def __init__(
        self,
        config: ServerConfig,
        load: LoadEngine,
        clock: Clock = time.monotonic,
        picking_up: PickingUp | None = None,
    ) -> None:
        self._clock = clock
        self._inbox: SimpleQueue[Arrival | Event | MidiArrived | Wake] = SimpleQueue()
        self._worker = Worker(load, self._inbox.put, clock, picking_up)
        self._outbox = Outbox(self._transmit)
        self._receiver = threading.Thread(target=self._receive, name="receiver", daemon=True)
        self._receiving = True
        self._stop_reason: str | None = None
        self.load_error: Exception | None = None
        with ExitStack() as opened:  # closed again where one of the next cannot be had
            self._socket = opened.enter_context(closing(_open(config)))
            self._midi = opened.enter_context(closing(MidiSide(config.midi, self._inbox.put, clock)))
            self.desk = Desk(self._worker, self._outbox, VERSION, clock, config.bpm, self._midi.output)
            if self._midi.input is not None:
                self.desk.controls = self._controls(config.midi)
            if self._midi.output is not None and config.midi.clock_out:
                self.desk.stages.conductor.conduct(MidiPulse(self._midi.output, self.desk.stages.midi_line))
            self.desk.house.open(config.clips, config.plays)
            opened.pop_all()

    @property
    def port(self) -> int:
        """The UDP port that is open."""
        return int(self._socket.getsockname()[1])

    def run(self) -> bool:
        """Serves until `stop`.

        Returns:
            True where every thread has ended; False where the engine was still at work and was left behind.
        """
        self._startup()
        try:
            self._serve()
        finally:
            ended = self._shutdown()
        return ended

    def stop(self, reason: str = "asked to") -> None:
        """Ends `run` soon; may be called from any thread and from a signal handler."""
        self._stop_reason = self._stop_reason or reason
        self._inbox.put(Wake())

    def _startup(self) -> None:
        self._outbox.start()
        self._worker.start()
        self._midi.start()
        self.desk.stages.conductor.start()
        self._receiver.start()
        log.info("listening on udp %s:%d", *self._socket.getsockname())
        for name in self._midi.names:
            log.info("%s", name)

    def _serve(self) -> None:
        next_tick_s = self._clock() + STATUS_EVERY_S
        while self._stop_reason is None:
            self._take(self._next_event())
            self._guarded(self.desk.tell_recordings)
            if self._clock() >= next_tick_s:
                next_tick_s = self._clock() + STATUS_EVERY_S
                self._guarded(self.desk.tick)
        log.info("stopping: %s", self._stop_reason)

    def _next_event(self) -> Arrival | Event | MidiArrived | Wake:
        try:
            return self._inbox.get(timeout=_POLL_S)
        except Empty:
            return Wake()

    def _shutdown(self) -> bool:
        self._receiving = False
        with suppress(OSError):
            self._socket.sendto(b"", self._socket.getsockname())  # wakes the receiver, which would see it by itself
        ended = self._worker.stop(_WORKER_STOP_S)
        while not self._inbox.empty():
            event = self._inbox.get()
            if isinstance(event, Answered | ClipPrepared | Failed):
                self._take(event)
        self.desk.stages.conductor.stop(_OUTBOX_STOP_S)
        self.desk.stop()
        self._midi.close()
        self._outbox.close(_OUTBOX_STOP_S)
        self._receiver.join(2 * _POLL_S)
        self._socket.close()
        return ended

    def _take(self, event: Arrival | Event | MidiArrived | Wake) -> None:
        match event:
            case Arrival(message, sender):
                self._handle(message, sender)
            case Answered():
                self._guarded(partial(self.desk.answered, event))
            case ClipPrepared():
                self._guarded(partial(self.desk.prepared, event))
            case Failed():
                self._guarded(partial(self.desk.failed, event))
            case MidiArrived():
                self._guarded(partial(self._hear, event))
            case Morphed():
                self._guarded(partial(self.desk.stages.morphed, event))
            case MorphFailed():
                self._guarded(partial(self.desk.morph_failed, event))
            case Loaded(models, device_name, warm):
                names = ", ".join(model.name for model in models)
                log.info("%s: %s on %s", "ready" if warm else "loaded, warming up", names, device_name)
                self.desk.loaded(event)
            case Adopted(loaded):
                log.info("models came or changed: %s", ", ".join(model.name for model in loaded.models))
                self._guarded(partial(self.desk.adopted, event))
            case LoadFailed(error):
                self.load_error = error
                self.stop("the models cannot be loaded")

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception:  # what goes wrong in one answer must not end the service of all
            log.exception("an answer was lost")

    def _handle(self, message: Message | Refusal, sender: Address) -> None:
        sessions = self.desk.sessions
        if isinstance(message, Refusal):
            self._outbox.send(refusal(*message), sessions.known(sender).reply_to)
            return
        try:
            session = sessions.open(sender) if isinstance(message, OPENING) else sessions.known(sender)
        except BusyError as error:
            self._outbox.send(refusal(error, getattr(message, "request", 0), message.spec.address), sender)
            return
        self._do(message, session)

    def _do(self, message: Message, session: Session) -> None:
        try:
            HANDLERS[type(message)](self.desk, session, message)
        except Exception as error:  # nothing that arrives may end the process
            self.desk.reply(session, refusal(error, getattr(message, "request", 0), message.spec.address))
            if session is self.desk.house.session:
                log.warning("%s: %s", message.spec.address, error)

    def _hear(self, arrived: MidiArrived) -> None:
        """What the MIDI input has heard: for who records, and for the controls."""
        for _, stage in self.desk.stages.recording():
            if stage.recording is not None:
                stage.recording.heard(arrived)
        if self.desk.controls is not None:
            for session, message in self.desk.controls.arrived(arrived):
                self._do(message, session)

    def _controls(self, midi: MidiConfig) -> Controls:
        desk = self.desk
        return Controls(
            desk.sessions, desk.stages, desk.house.session, desk.reply, midi.map_file, midi.clock_in, self._clock
        )

    def _receive(self) -> None:
        """Parses and enqueues, nothing more."""
        while self._receiving:
            try:
                datagram, sender = self._socket.recvfrom(LARGEST_DATAGRAM)
            except TimeoutError:
                continue
            except ConnectionError:
                continue  # Windows tells here of an earlier answer that nobody took
            except OSError:
                break
            for message in read_datagram(datagram):
                osc_in.debug("%s:%d > %s", *sender, message)
                if self._inbox.qsize() < MAX_INBOX:
                    self._inbox.put(Arrival(message, sender))
                else:
                    osc_in.debug("the inbox is full: dropped")

    def _transmit(self, datagram: bytes, address: Address) -> None:
        self._socket.sendto(datagram, address)


def _open(config: ServerConfig) -> socket.socket:
    try:
        udp = open_udp(config.host, config.port)
    except (OSError, OverflowError) as error:
        raise PortInUseError(
            f"udp port {config.port} of {config.host} cannot be opened ({error}); "
            "end what uses it, or take another one with --port"
        ) from error
    udp.settimeout(_POLL_S)
    return udp
