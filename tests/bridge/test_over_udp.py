"""What clients ask and get over real UDP, from an engine of paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine, Served, melody

from bridge.client import Client
from bridge.clips import notes_to_wire
from bridge.errors import RefusedError
from bridge.protocol.clip_messages import ClipBegin, ClipDrop, ClipDropped, ClipEnd, ClipMissing, ClipNotes, ClipReady
from bridge.protocol.limits import MAX_SESSION_JOBS, PROTOCOL
from bridge.protocol.message import Message, Weight
from bridge.protocol.osc import pack
from bridge.protocol.request_messages import (
    Blend,
    Cancel,
    Continue,
    Drumify,
    Groove,
    Humanize,
    Infill,
    Interpolate,
    Request,
    ResultResend,
    Sample,
    Vary,
)
from bridge.protocol.result_messages import Cancelled, Done, ResultBegin, ResultEnd, ResultLeftOut, ResultNotes
from bridge.protocol.session_messages import Bye, Error, Goodbye, Hello, Offer, Ping, Pong, Status, Welcome
from bridge.protocol.settings import Settings
from engine.representations.clip import Clip, Note, make_clip

Connect = Callable[[], Client]


def refused(client: Client, message: Request) -> str:
    with pytest.raises(RefusedError) as caught:
        client.ask(message)
    assert caught.value.request == message.request
    return caught.value.code


def answer(client: Client, message: Message, kind: type[Message]) -> Message:
    client.send(message)
    return client.wait_for(kind)


def shut(served: Served, client: Client) -> None:
    """Has the engine wait in a first request, number 1000."""
    served.engine.gate.clear()
    client.send(Sample(1000, "melody_2bar", 1))
    while served.engine.calls[-1][0] != "sample":
        assert served.engine.begun.acquire(timeout=5)


def test_hello_names_the_engine_and_its_models(client: Client) -> None:
    greeting = client.hello()
    assert greeting.welcome.protocol == 1
    assert greeting.welcome.session > 0
    assert [(m.name, m.kind, m.bars, m.latent_dim, m.ready) for m in greeting.models] == [
        ("melody_2bar", "melody", 2, 8, 1),
        ("groove_2bar", "drums", 2, 16, 1),
    ]


def test_hello_is_told_which_requests_are_done_here(client: Client) -> None:
    client.send(Hello(0, PROTOCOL, "test"))
    names = ("sample", "vary", "interpolate", "blend", "humanize", "drumify", "groove", "continue", "infill")
    offered = {client.wait_for(Offer).request_address for _ in names}
    assert offered == {f"/bridge/{name}" for name in names}


def test_hello_again_keeps_the_session_and_its_clips(client: Client) -> None:
    before = client.hello().welcome.session
    client.send_clip(1, melody())
    assert client.hello().welcome.session == before
    assert len(client.get_clip(1).notes) == 4


def test_another_version_of_the_protocol_is_told_ours_and_refused(client: Client) -> None:
    client.send(Hello(0, 2, "from the future"))
    welcome = client.wait_for(Welcome)
    assert (welcome.protocol, welcome.session) == (1, 0)
    assert client.wait_for(Error).code == "out_of_range"


def test_replies_go_to_the_port_that_hello_names(connect: Connect) -> None:
    listener, speaker = connect(), connect()
    speaker.send(Hello(listener.address[1], 1, "speaker"))
    listener.wait_for(Welcome)
    speaker.send(Ping(77))
    assert listener.wait_for(Pong).token == 77


def test_a_client_that_never_said_hello_is_served_at_its_own_address(served: Served) -> None:
    with Client(port=served.server.port) as stranger:
        assert stranger.send_clip(1, melody()).num_notes == 4
        assert len(stranger.ask(Vary(1, 1, 2, 0.5)).clips) == 2


def test_status_comes_each_second_with_the_cache_and_the_queue(client: Client) -> None:
    client.ask(Sample(1, "melody_2bar", 1))
    status = client.wait_for(Status)
    assert (status.clips, status.cache_hits, status.cache_misses, status.queue_depth) == (3, 2, 1, 0)
    assert status.p95_ms > 0


def test_bye_is_answered_and_forgets_the_clips(client: Client) -> None:
    client.send_clip(1, melody())
    answer(client, Bye(), Goodbye)
    assert refused(client, Vary(1, 1, 1, 0.5)) == "unknown_clip"


def test_a_clip_comes_back_with_all_eight_fields_of_every_note(client: Client) -> None:
    notes = [
        Note(-0.125, 36, 0.5, 0.5, True, 0.25, -12.5, 0),
        Note(0.3333333432674408, 127, 1e-3, 127.0, False, 1.0, 127.0, 127),
        Note(100_000.5, 0, 2.5, 99.75),
    ]
    clip = make_clip(notes, 7.5, 5, 8)
    assert client.send_clip(3, clip) == ClipReady(3, 3, "melody", 3, 0)
    back = client.get_clip(3).to_clip(like=clip)
    assert back.notes[0] == clip.notes[0]
    assert back.notes[2] == clip.notes[2]
    assert back.notes[1].duration_quarters == pytest.approx(1e-3)
    assert (back.length_quarters, back.meter) == (7.5, "5/8")


def test_a_clip_without_notes_is_a_clip(client: Client) -> None:
    assert client.send_clip(1, Clip((), 4.0)).num_notes == 0
    assert client.get_clip(1).notes == ()


def test_notes_in_any_order_and_twice_make_the_clip(client: Client) -> None:
    notes = notes_to_wire(melody(90).notes)
    client.send(ClipBegin(1, 90, 24.0, 4, 4))
    for first in (60, 0, 30, 60):
        client.send(ClipNotes(1, first, notes[first : first + 30]))
    answer(client, ClipEnd(1), ClipReady)
    assert client.get_clip(1).notes == notes


def test_holes_are_named_and_the_clip_is_incomplete_until_they_are_filled(client: Client) -> None:
    notes = notes_to_wire(melody(90).notes)
    client.send(ClipBegin(1, 90, 24.0, 4, 4))
    client.send(ClipNotes(1, 10, notes[10:40]))
    client.send(ClipEnd(1))
    assert [client.wait_for(ClipMissing), client.wait_for(ClipMissing)] == [
        ClipMissing(1, 0, 10),
        ClipMissing(1, 40, 50),
    ]
    assert refused(client, Vary(1, 1, 1, 0.5)) == "clip_incomplete"
    for first in (0, 40, 70):
        client.send(ClipNotes(1, first, notes[first : first + 30]))
    answer(client, ClipEnd(1), ClipReady)


def test_a_clip_being_replaced_is_held_until_the_new_one_is_whole(client: Client) -> None:
    client.send_clip(1, melody(4))
    client.send(ClipBegin(1, 8, 4.0, 4, 4))
    assert refused(client, Vary(1, 1, 1, 0.5)) == "clip_incomplete"
    client.send(ClipNotes(1, 0, notes_to_wire(melody(8).notes)))
    answer(client, ClipEnd(1), ClipReady)
    assert len(client.get_clip(1).notes) == 8


def test_a_dropped_clip_is_gone_and_dropping_is_answered_however_often(client: Client) -> None:
    client.send_clip(1, melody())
    assert answer(client, ClipDrop(1), ClipDropped) == answer(client, ClipDrop(1), ClipDropped) == ClipDropped(1)
    assert refused(client, Vary(1, 1, 1, 0.5)) == "unknown_clip"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (ClipNotes(9, 0, ()), "unknown_clip"),
        (ClipEnd(9), "unknown_clip"),
        (ClipBegin(9, 20_001, 4.0, 4, 4), "too_large"),
        (ClipBegin(9, 4, 4.0, 4, 3), "unsupported_meter"),
    ],
    ids=lambda case: type(case).__name__,
)
def test_a_clip_that_cannot_be_taken_is_refused(client: Client, message: Message, code: str) -> None:
    error = answer(client, message, Error)
    assert isinstance(error, Error)
    assert (error.request, error.code, error.address) == (0, code, message.spec.address)


def test_notes_beyond_the_announced_number_are_out_of_range(client: Client) -> None:
    client.send(ClipBegin(1, 2, 4.0, 4, 4))
    client.send(ClipNotes(1, 0, notes_to_wire(melody(4).notes)))
    assert client.wait_for(Error).code == "out_of_range"


def test_a_client_can_hold_no_more_notes_than_its_share_and_loses_none_of_them(client: Client) -> None:
    client.send_clip(1, melody(4))
    for number in range(2, 15):
        client.send(ClipBegin(number, 20_000, 4.0, 4, 4))
    assert client.wait_for(Error).code == "too_large"
    assert len(client.get_clip(1).notes) == 4


REQUESTS: list[tuple[Request, int, str, tuple[object, ...], dict[str, object]]] = [
    (Sample(5, "melody_2bar", 3, Settings(0.5, 7)), 3, "sample", ("melody_2bar", 3), {"temperature": 0.5, "seed": 7}),
    (Vary(5, 1, 3, 0.5), 3, "vary", ("a", 3, 0.5), {}),
    (Vary(5, 1, 3, 0.5, Settings(kind="drums")), 3, "vary", ("a", 3, 0.5), {"kind": "drums"}),
    (Interpolate(5, 1, 2, 4, Settings(spacing=1)), 4, "interpolate", ("a", "b", 4), {"spacing": "angle"}),
    (Interpolate(5, 1, 2, 4, Settings(keep_key=1)), 4, "interpolate", ("a", "b", 4), {"keep_key": True}),
    (Interpolate(5, 1, 2, 4, Settings(spacing=0)), 4, "interpolate", ("a", "b", 4), {"spacing": "change"}),
    (Blend(5, (Weight(2, 0.25), Weight(1, 0.75))), 1, "blend", (("b", "a"), (0.25, 0.75)), {}),
    (Humanize(5, 1, 0.5, 0.25, Settings(seed=-1)), 1, "humanize", ("a", 0.5, 0.25), {"seed": -1}),
    (Drumify(5, 1), 1, "drumify", ("a",), {}),
    (Groove(5, 1, 2, 0.5, 0.25), 1, "groove", ("a", "b", 0.5, 0.25), {}),
]


@pytest.mark.parametrize(("message", "count", "name", "args", "settings"), REQUESTS, ids=lambda c: type(c).__name__)
def test_a_request_reaches_the_engine_with_what_was_chosen_and_nothing_else(
    client: Client,
    engine: FakeEngine,
    message: Request,
    count: int,
    name: str,
    args: tuple[object, ...],
    settings: dict[str, object],
) -> None:
    clips = {"a": melody(4), "b": melody(8, pitch=40)}
    for number, clip in enumerate(clips.values(), start=1):
        client.send_clip(number, clip)
    received = client.ask(message)
    called, given, chosen = engine.calls[-1]
    named = {clip: letter for letter, clip in clips.items()}
    letters = [tuple(named.get(x, x) for x in g) if isinstance(g, tuple) else named.get(g, g) for g in given]  # type: ignore[call-overload]
    assert (called, tuple(letters), chosen) == (name, args, settings)
    assert len(received.clips) == received.done.total == count
    assert (received.done.encode_ms, received.done.decode_ms, received.done.cached) == (1.5, 2.5, 1)
    assert received.done.queue_ms >= 0


def test_a_result_is_framed_as_the_contract_says(client: Client) -> None:
    client.send_clip(1, melody(40))
    client.send(Vary(5, 1, 2, 0.5))
    framed: list[Message] = []
    while not framed or not isinstance(framed[-1], Done):
        framed += [m for m in client.receive(5) if getattr(m, "request", None) == 5]
    one = [ResultBegin, ResultNotes, ResultNotes, ResultEnd]
    assert [type(message) for message in framed] == [*one, *one, Done]
    assert framed[0] == ResultBegin(5, 0, 2, 40, 12.0)
    assert [m.first_index for m in framed if isinstance(m, ResultNotes)] == [0, 30, 0, 30]


def test_what_a_model_could_not_hear_is_told_for_each_clip_before_done(client: Client, engine: FakeEngine) -> None:
    engine.left_out = (0, 3)
    client.send_clip(1, melody())
    client.send_clip(2, melody())
    assert client.ask(Interpolate(5, 1, 2, 2)).left_out == (ResultLeftOut(5, 2, 3),)


def test_clips_are_continued_and_filled(client: Client, engine: FakeEngine) -> None:
    client.send_clip(1, melody())
    assert len(client.ask(Continue(5, 1, 2, 3, Settings(seed=7))).clips) == 3
    assert len(client.ask(Infill(6, 1, 1.0, 2.5, 2, Settings(temperature=0.5))).clips) == 2
    (_, went_on, its), (_, filled, others) = (call for call in engine.calls if call[0] in ("continue_clip", "infill"))
    assert (went_on[1:], its) == ((2, 3), {"seed": 7})
    assert (filled[1:], others) == ((1.0, 2.5, 2), {"temperature": 0.5})


def test_the_engines_own_errors_keep_their_codes(client: Client) -> None:
    client.send_clip(1, make_clip([Note(0.0, 60)], 3.5, 7, 8))
    assert refused(client, Vary(5, 1, 1, 0.5)) == "unsupported_meter"
    assert refused(client, Sample(6, "no_such_model", 1)) == "unknown_model"


def test_a_fault_of_the_engine_is_internal_and_the_next_request_works(
    client: Client, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "drumify", lambda _clip: 1 // 0)
    client.send_clip(1, melody())
    assert refused(client, Drumify(5, 1)) == "internal"
    assert len(client.ask(Vary(6, 1, 1, 0.5)).clips) == 1


def test_a_blend_of_nothing_but_zeros_is_out_of_range(client: Client) -> None:
    client.send_clip(1, melody())
    assert refused(client, Blend(5, (Weight(1, 0.0),))) == "out_of_range"


def test_a_result_that_would_be_too_large_is_refused_before_any_work(client: Client, engine: FakeEngine) -> None:
    client.send_clip(1, melody(4_000))
    assert refused(client, Vary(5, 1, 64, 0.5)) == "too_large"
    assert all(name != "vary" for name, _, _ in engine.calls)


def test_waiting_work_is_cancelled_and_never_done(served: Served, client: Client) -> None:
    client.send_clip(1, melody())
    shut(served, client)
    client.send(Vary(5, 1, 1, 0.5))
    assert answer(client, Cancel(5), Cancelled) == Cancelled(5)
    served.engine.gate.set()
    assert len(client.ask(Vary(6, 1, 1, 0.75)).clips) == 1
    assert [args[2] for name, args, _ in served.engine.calls if name == "vary"] == [0.75]


def test_of_cancelled_work_that_was_begun_nothing_is_sent(served: Served, client: Client) -> None:
    client.send_clip(1, melody())
    shut(served, client)
    assert answer(client, Cancel(1000), Cancelled) == Cancelled(1000)
    served.engine.gate.set()
    client.send(Vary(5, 1, 1, 0.5))
    heard: list[Message] = []
    while not any(isinstance(message, Done) for message in heard):
        heard += client.receive(5)
    assert {getattr(message, "request", 5) for message in heard} == {5}


def test_the_same_request_twice_is_done_once_and_another_one_under_its_id_is_busy(
    served: Served, client: Client
) -> None:
    client.send_clip(1, melody())
    shut(served, client)
    client.send(Vary(5, 1, 1, 0.5))
    client.send(Vary(5, 1, 1, 0.5))
    client.send(Vary(5, 1, 2, 0.5))
    error = client.wait_for(Error)
    assert (error.request, error.code) == (5, "busy")
    served.engine.gate.set()
    client.wait_for(Done)
    assert client.wait_for(Done) == Done(5, 1, pytest.approx(0, abs=1e6), 1.5, 2.5, 1)  # type: ignore[arg-type]
    assert sum(name == "vary" for name, _, _ in served.engine.calls) == 1


def test_a_full_queue_is_busy_and_what_waits_is_still_done(served: Served, client: Client) -> None:
    shut(served, client)
    for request in range(1, MAX_SESSION_JOBS + 2):
        client.send(Sample(request, "melody_2bar", 1))
    error = client.wait_for(Error)
    assert (error.request, error.code) == (MAX_SESSION_JOBS + 1, "busy")
    served.engine.gate.set()
    done = {client.wait_for(Done).request for _ in range(MAX_SESSION_JOBS + 1)}
    assert done == {1000, *range(1, MAX_SESSION_JOBS + 1)}


def test_notes_of_a_result_are_sent_again_with_their_frame(client: Client) -> None:
    client.send_clip(1, melody(90))
    received = client.ask(Vary(5, 1, 2, 0.5))
    client.send(ResultResend(5, 1, 10, 40))
    assert client.wait_for(ResultBegin) == ResultBegin(5, 1, 2, 90, 24.0)
    first, second = client.wait_for(ResultNotes), client.wait_for(ResultNotes)
    assert (first.first_index, second.first_index) == (10, 40)
    assert (*first.notes, *second.notes) == received.clips[1].notes[10:50]
    assert client.wait_for(Done) == received.done


@pytest.mark.parametrize(("request_id", "index"), [(6, 0), (5, 2)])
def test_a_result_that_is_not_kept_is_out_of_range(client: Client, request_id: int, index: int) -> None:
    client.send_clip(1, melody())
    client.ask(Vary(5, 1, 2, 0.5))
    client.send(ResultResend(request_id, index, 0, 0))
    error = client.wait_for(Error)
    assert (error.request, error.code) == (request_id, "out_of_range")


def test_two_clients_at_once_never_see_each_others_clips_and_results(connect: Connect) -> None:
    low, high = connect(), connect()
    low.send_clip(1, melody(8, pitch=30))
    high.send_clip(1, melody(8, pitch=90))
    for request in range(1, 40):
        low.send(Vary(request, 1, 2, 0.5))
        high.send(Vary(request, 1, 2, 0.5))
    for client, pitches in ((low, range(30, 50)), (high, range(90, 110))):
        heard: list[Message] = []
        while sum(isinstance(message, Done) for message in heard) < 39:
            heard += client.receive(5)
        assert sum(isinstance(message, ResultBegin) for message in heard) == 78
        assert all(note.pitch in pitches for m in heard if isinstance(m, ResultNotes) for note in m.notes)


def test_an_error_from_bytes_that_are_no_osc_has_no_request(client: Client) -> None:
    client._socket.sendto(b"noise", ("127.0.0.1", client._engine[1]))
    error = client.wait_for(Error)
    assert (error.request, error.code, error.address) == (0, "malformed", "")


def test_an_error_about_a_giant_address_still_fits_into_a_datagram(client: Client) -> None:
    giant = b"/" + b"\xc3\xa9" * 20_000 + b"\0\0\0"
    client._socket.sendto(giant, ("127.0.0.1", client._engine[1]))
    assert client.wait_for(Error).code == "unknown_address"


def test_an_unknown_address_is_named_back(client: Client) -> None:
    client._socket.sendto(pack("/bridge/morph/z", "f", (0.5,)), ("127.0.0.1", client._engine[1]))
    error = client.wait_for(Error)
    assert (error.code, error.address) == ("unknown_address", "/bridge/morph/z")
