"""A morph as a Python caller has it: clips at their anchors, small changes for small moves, the same at a return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import beat, line, tiny_vae, write_checkpoints
from morphing import KINDS, MAKERS, Make, anchors_of, field_of, hits, pattern, pattern_at, wander

from engine.errors import OutOfRangeError, TooLargeError, UnsupportedMeterError, WrongKindError
from engine.models.vae import Vae
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.kind import DRUMS, MELODY
from engine.runtime import checkpoint, translators
from engine.runtime.engine import Engine
from engine.runtime.position import Anchor, Position

METERS = [(4, 4), (3, 4), (7, 8)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    loaded = Engine.load(write_checkpoints(tmp_path_factory.mktemp("checkpoints")), "cpu")
    yield loaded
    loaded.close()


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_at_an_anchor_its_clip_is_rebuilt_to_the_note(engine: Engine, make: Make, count: int) -> None:
    anchors = anchors_of(make, count)
    found = engine.morph(engine.field(anchors), [Position(anchor.x, anchor.y) for anchor in anchors]).clips
    for anchor, clip in zip(anchors, found, strict=True):
        assert clip.notes == engine.blend([anchor.clip], [1]).clips[0].notes
        assert clip.notes == engine.interpolate(anchor.clip, make(9), 3).clips[0].notes
    assert len(set(found)) == count


@pytest.mark.parametrize("make", MAKERS)
def test_between_two_anchors_lie_the_stops_of_their_path(engine: Engine, make: Make) -> None:
    a, b = make(1, bars=2), make(2, bars=2)
    field = engine.field([Anchor(a, 0.0, 0.5), Anchor(b, 1.0, 0.5)])
    found = engine.morph(field, [Position(k / 8, 0.5) for k in range(9)]).clips
    for clip, stop in zip(found, engine.interpolate(a, b, 9).clips, strict=True):
        assert hits(clip) == hits(stop)
        for one, other in zip(clip.notes, stop.notes, strict=True):
            assert one.velocity == pytest.approx(other.velocity, abs=0.01)
            assert one.start_quarters == pytest.approx(other.start_quarters, abs=1e-4)


@pytest.mark.parametrize("temperature", [0.0, 0.8])
@pytest.mark.parametrize("make", MAKERS)
def test_a_pattern_is_the_blend_by_its_shares(engine: Engine, make: Make, temperature: float) -> None:
    anchors = sorted(anchors_of(make, 4), key=lambda anchor: anchor.clip.fingerprint())
    field = engine.field(anchors)
    for position in wander(10, temperature=temperature, seed=4):
        shares = field.shares([position])[0].tolist()
        blended = engine.blend([anchor.clip for anchor in anchors], shares, temperature=temperature, seed=4)
        for one, other in zip(pattern_at(engine, field, position).notes, blended.clips[0].notes, strict=True):
            assert replace(one, velocity=1) == replace(other, velocity=1)
            assert one.velocity == pytest.approx(other.velocity, rel=1e-12)


@pytest.mark.parametrize("make", MAKERS)
def test_the_order_of_anchors_changes_no_note(engine: Engine, make: Make) -> None:
    anchors = anchors_of(make, 5)
    positions = wander(20, temperature=0.6)
    one, other = (engine.morph(engine.field(given), positions) for given in (anchors, anchors[::-1]))
    assert one.clips == other.clips


@pytest.mark.parametrize("make", MAKERS)
def test_one_anchor_is_its_clip_anywhere(engine: Engine, make: Make) -> None:
    field = field_of(engine, make, 1)
    assert set(engine.morph(field, wander(9)).clips) == {engine.blend([make(0)], [1]).clips[0]}


@pytest.mark.parametrize("make", MAKERS)
def test_anchors_at_one_point_share_it(engine: Engine, make: Make) -> None:
    clips = [make(1), make(2)]
    field = engine.field([Anchor(clip, 0.5, 0.5) for clip in clips])
    middle = pattern(engine, field)
    assert middle == pattern(engine, field, 0.1, 0.9)
    twice = engine.field([Anchor(make(1), 0.3, 0.3), Anchor(make(1), 0.3, 0.3), Anchor(make(2), 0.9, 0.3)])
    assert pattern(engine, twice, 0.3, 0.3).notes == engine.blend([make(1)], [1]).clips[0].notes


@pytest.mark.parametrize("make", MAKERS)
def test_positions_together_are_as_each_alone(engine: Engine, make: Make) -> None:
    field = field_of(engine, make, 4)
    positions = [
        replace(
            at, temperature=(0.0, 0.7, 1.3)[k % 3], seed=k % 4, density=(k % 5) / 4 - 0.5, timing=(k % 2) / 2,
            velocity=(k % 3) / 2,
        )
        for k, at in enumerate(wander(50))
    ]  # fmt: skip
    together = engine.morph(field, positions).clips
    assert list(together) == [engine.morph(field, [position]).clips[0] for position in positions]


@pytest.mark.parametrize("make", MAKERS)
def test_all_positions_are_decoded_in_one_pass(engine: Engine, monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    field, passes, before = field_of(engine, make), [], translators.decode
    monkeypatch.setattr(translators, "decode", lambda *given: passes.append(given) or before(*given))
    assert len(engine.morph(field, wander(25, temperature=0.5)).clips) == 25
    assert len(passes) == 1


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("make", MAKERS)
def test_small_moves_make_small_changes(engine: Engine, make: Make, temperature: float) -> None:
    field = field_of(engine, make, 4, bars=2)
    line_of_moves = [Position(k / 256, 0.4, temperature=temperature, seed=1) for k in range(0, 257, 2)]
    patterns = [
        hits(clip) for start in (0, 64) for clip in engine.morph(field, line_of_moves[start : start + 65]).clips
    ]
    changes = [len(one ^ other) for one, other in zip(patterns[1:], patterns, strict=False)]
    assert max(changes) <= 6
    assert sum(changes) > 10


@pytest.mark.parametrize("make", MAKERS)
def test_noise_is_the_seeds_alone(engine: Engine, make: Make) -> None:
    field = field_of(engine, make)
    here, there = (Position(0.4, 0.4, temperature=1.0, seed=7), Position(0.8, 0.1, temperature=1.0, seed=7))
    way = [engine.morph(field, [at]).clips[0] for at in (here, there, here)]
    assert way[0] == way[2] != way[1]
    assert engine.morph(field, [replace(here, seed=8)]).clips[0] != way[0]
    assert engine.morph(field, [replace(here, seed=-1)]).clips[0] != way[0]


@pytest.mark.parametrize("make", MAKERS)
def test_a_field_stays_as_it_is_whatever_else_is_asked(engine: Engine, make: Make) -> None:
    field, positions = field_of(engine, make), wander(5, temperature=0.5)
    before = engine.morph(field, positions)
    other = field_of(engine, make, 5, bars=3)
    engine.morph(other, wander(20))
    engine.vary(make(3), 4, 0.5)
    assert engine.morph(field, positions).clips == before.clips
    assert (before.encode_ms, before.cached, before.left_out) == (0.0, True, (0, 0, 0))
    assert before.decode_ms > 0


def test_ways_between_clips_are_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Engine.load(write_checkpoints(tmp_path), "cpu", tmp_path / "latents.sqlite")
    before = field_of(first, line, 5)
    first.close()
    again = Engine.load(tmp_path, "cpu", tmp_path / "latents.sqlite")
    monkeypatch.setattr(translators, "decode", lambda *_: pytest.fail("something was measured again"))
    moved = [replace(anchor, x=1 - anchor.x) for anchor in anchors_of(line, 5)]
    assert (again.field(moved[::-1]).ways == before.ways).all()
    again.close()


def test_of_many_anchors_only_neighbours_are_measured(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    anchors = [Anchor(beat(k, bars=2), k % 8 / 7, k // 8 / 7) for k in range(64)]
    passes, before = [], translators.decode
    monkeypatch.setattr(translators, "decode", lambda *given: passes.append(given) or before(*given))
    field = engine.field(anchors)
    assert len(passes) < 64 * 4
    at = engine.morph(field, [Position(anchor.x, anchor.y) for anchor in anchors]).clips
    assert [clip.notes for clip in at] == [engine.blend([a.clip], [1]).clips[0].notes for a in anchors]


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: f"{meter[0]}/{meter[1]}")
@pytest.mark.parametrize("bars", [1, 2, 2.6, 16])
@pytest.mark.parametrize("make", MAKERS)
def test_patterns_have_their_clips_length_and_meter(
    engine: Engine, make: Make, bars: float, meter: tuple[int, int]
) -> None:
    field = field_of(engine, make, 3, bars=bars, numerator=meter[0], denominator=meter[1])
    knobs = (0.0,) * 6 + (0.7, -1.0)
    for clip in engine.morph(field, wander(3, temperature=0.7, knobs=knobs)).clips:
        assert (clip.length_quarters, clip.meter) == (field.frame.length_quarters, f"{meter[0]}/{meter[1]}")
        assert all(0 <= note.start_quarters < clip.length_quarters for note in clip.notes)
        assert clip.notes


@pytest.mark.parametrize("make", MAKERS)
def test_the_shorter_clips_are_played_in_loop(engine: Engine, make: Make) -> None:
    short, long = make(1, bars=2), make(2, bars=6)
    field = engine.field([Anchor(short, 0, 0), Anchor(long, 1, 1)], kind=KINDS[make])
    assert (field.anchors[0].clip, field.frame.length_quarters) == (short, 24.0)
    at_short = pattern(engine, field, 0.0, 0.0)
    assert at_short.length_quarters == 24.0
    assert at_short.notes == engine.blend([short, long], [1, 0], kind=KINDS[make]).clips[0].notes


@pytest.mark.parametrize("music", ["melody", "groove"])
def test_a_decoder_that_looks_back_keeps_to_its_seed_too(tmp_path: Path, music: str) -> None:
    make = line if music == "melody" else beat
    torch.manual_seed(0)
    model = Vae(tiny_vae(music, "bilstm", "lstm"))
    for weight in model.parameters():
        weight.data *= 2
    checkpoint.save(tmp_path / "lstm", model, KINDS[make], {})
    engine = Engine.load(tmp_path, "cpu")
    field = field_of(engine, make, bars=2)
    positions = [replace(at, temperature=k % 2 * 0.8, seed=k % 3) for k, at in enumerate(wander(8))]
    together = engine.morph(field, positions).clips
    assert list(together) == [engine.morph(field, [position]).clips[0] for position in positions]
    likeliest, drawn, otherwise = engine.morph(
        field, [Position(), Position(temperature=1.0), Position(temperature=1.0, seed=1)]
    ).clips
    assert len({likeliest, drawn, otherwise}) == 3
    assert (
        engine.morph(field, [Position(0.1, 0.2)]).clips[0].notes == engine.blend([make(0, bars=2)], [1]).clips[0].notes
    )


def silent(_: int = 0) -> Clip:
    return Clip((), 8.0)


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (lambda engine: engine.field([]), OutOfRangeError),
        (lambda engine: engine.field([Anchor(line(1), 0, 0)] * 65), OutOfRangeError),
        (lambda engine: engine.field([Anchor(line(1), 0, 0), Anchor(beat(1), 1, 0)]), WrongKindError),
        (lambda engine: engine.field([Anchor(silent(), 0, 0)]), WrongKindError),
        (lambda engine: engine.field([Anchor(line(1), 0, 0)], kind="noise"), WrongKindError),
        (lambda engine: engine.field([Anchor(line(1), 0, 0), Anchor(line(1, 4, 3, 4), 1, 0)]), UnsupportedMeterError),
        (lambda engine: engine.field([Anchor(line(1, 4, 5, 32), 0, 0)], kind=MELODY), UnsupportedMeterError),
        (lambda engine: engine.field([Anchor(line(1, bars=500), 0, 0)] * 64), TooLargeError),
        (lambda engine: engine.morph(field_of(engine, line), []), OutOfRangeError),
        (lambda engine: engine.morph(field_of(engine, line), [Position()] * 129), OutOfRangeError),
        (lambda engine: engine.morph(field_of(engine, line, 1, bars=300), [Position()] * 64), TooLargeError),
        (lambda engine: engine.morph(field_of(engine, line), [Position()], {0: Position()}), WrongKindError),
        (lambda engine: engine.morph(field_of(engine, beat), [Position()], {10: Position()}), OutOfRangeError),
        (lambda engine: engine.morph(field_of(engine, beat), [Position()], {-1: Position()}), OutOfRangeError),
        (lambda _: Position(x=float("nan")), OutOfRangeError),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_class(
    engine: Engine, ask: Callable[[Engine], object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as refused:
        ask(engine)
    assert type(refused.value) is refusal


@pytest.mark.parametrize("make", [silent, lambda k: make_clip([Note(0.0, 60, 1.0, mute=True)], 4.0 + 4 * k)])
@pytest.mark.parametrize("kind", [MELODY, DRUMS])
def test_silence_morphs_without_breaking(engine: Engine, make: Make, kind: str) -> None:
    field = engine.field([Anchor(make(0), 0, 0), Anchor(make(1), 1, 1), Anchor(beat(1), 1, 0)], kind=kind)
    at = [Position(x, y, timing=0.5, velocity=0.5, density=-1.0) for x, y in ((0, 0), (0.5, 0.5), (1, 0))]
    assert len(engine.morph(field, at).clips) == 3
