"""Every form of autoencoder plays: windows of any length, drums of classes, trios; laws that hold for random models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import FORMS, beat, line, tiny_vae, write_forms

from engine.errors import OutOfRangeError, TooLargeError, UnsupportedMeterError, WrongKindError
from engine.models.vae import Vae
from engine.representations import drum_classes
from engine.representations.clip import Clip, Note, loop_to, make_clip
from engine.representations.drum_classes import HIT_VELOCITY
from engine.representations.drums import GENERAL_MIDI
from engine.representations.grid import clip_steps, nearest_step
from engine.representations.kind import DRUMS, MELODY
from engine.representations.melody import FIRST_PITCH_CLASS
from engine.representations.trio import TrioClips, trios_of
from engine.runtime import checkpoint
from engine.runtime.drum_class_translator import DrumClassTranslator
from engine.runtime.engine import Engine
from engine.runtime.knobs import KNOBS
from engine.runtime.melody_translator import MelodyTranslator
from engine.runtime.position import Anchor, Position
from engine.runtime.touch import AS_IT_IS
from engine.runtime.trio_translator import TrioTranslator
from engine.runtime.writers import HitWriter

LINES, KITS = ("melody_16bar", "melody_16bar_flat"), ("groove_4bar", "drums_2bar")
LENGTHS = (0.6, 1, 2, 5, 16, 21)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine.load(write_forms(tmp_path_factory.mktemp("forms")), "cpu")


def played_by(model: str) -> dict[str, object]:
    kind = MELODY if model in LINES else DRUMS
    return {"kind": kind, "models": {kind: model}}


def clip_for(model: str, seed: int = 1, bars: float = 2, **form: int) -> Clip:
    return (line if model in LINES else beat)(seed, bars, **form)


def trio(seed: int = 1, melody_bars: float = 16, bass_bars: float = 16, drum_bars: float = 16) -> TrioClips:
    bass = make_clip((replace(note, pitch=note.pitch - 24) for note in line(seed + 50, bass_bars).notes), 4 * bass_bars)
    return TrioClips(line(seed, melody_bars), bass, beat(seed, drum_bars))


def places(clip: Clip) -> set[tuple[int, int]]:
    return {(nearest_step(note.start_quarters, clip)[0], note.pitch) for note in clip.notes}


@pytest.mark.parametrize("model", [*LINES, *KITS])
@pytest.mark.parametrize("bars", LENGTHS)
def test_an_answer_is_as_long_as_its_clip(engine: Engine, model: str, bars: float) -> None:
    clip = clip_for(model, 1, bars)
    for answer in (
        engine.vary(clip, 2, 0.7, temperature=0.5, **played_by(model)),
        engine.interpolate(clip, clip_for(model, 2, bars), 3, **played_by(model)),
        engine.blend([clip, clip_for(model, 3, bars)], [1, 2], **played_by(model)),
    ):
        assert {one.length_quarters for one in answer.clips} == {clip.length_quarters}
        assert all(0 <= note.start_quarters < clip.length_quarters for one in answer.clips for note in one.notes)


@pytest.mark.parametrize("model", [*LINES, *KITS])
@pytest.mark.parametrize("meter", [(3, 4), (7, 8), (9, 4)])
def test_other_meters_are_answered_in_their_own(engine: Engine, model: str, meter: tuple[int, int]) -> None:
    clip = clip_for(model, 1, 13, numerator=meter[0], denominator=meter[1])
    answer = engine.vary(clip, 1, 0.5, **played_by(model)).clips[0]
    assert (answer.length_quarters, answer.meter) == (clip.length_quarters, clip.meter)


@pytest.mark.parametrize("model", [*LINES, *KITS])
def test_the_same_seed_gives_the_same_notes_and_the_first_ones_do_not_depend_on_how_many_follow(
    engine: Engine, model: str
) -> None:
    def varied(count: int, seed: int) -> tuple[Clip, ...]:
        return engine.vary(clip_for(model, 1, 5), count, 0.8, seed=seed, **played_by(model)).clips

    assert varied(3, 7)[:2] == varied(2, 7) != varied(2, 8)


@pytest.mark.parametrize("model", [*LINES, *KITS])
@pytest.mark.parametrize("bars", [2, 21])
def test_no_amount_is_the_reconstruction(engine: Engine, model: str, bars: float) -> None:
    clip, other = clip_for(model, 1, bars), clip_for(model, 2, bars)
    (here,) = set(engine.vary(clip, 3, 0.0, **played_by(model)).clips)
    assert here == engine.blend([clip, other], [1, 0], **played_by(model)).clips[0]
    assert places(here) == places(engine.interpolate(clip, other, 3, **played_by(model)).clips[0])


@pytest.mark.parametrize("length_steps", [32, 64, 256])
def test_a_short_clip_fills_the_window_as_it_would_sound_in_loop(length_steps: int) -> None:
    short = line(1, 1)
    looped = loop_to(short, length_steps / 4)
    translator = MelodyTranslator(length_steps)
    assert torch.equal(translator.hear(short).windows, translator.hear(looped).windows)
    drums = DrumClassTranslator(GENERAL_MIDI, length_steps)
    bar = drums.hear(beat(1, 1)).windows
    assert torch.equal(bar, bar[:, :16].repeat(1, length_steps // 16))


@pytest.mark.parametrize("bars", [3, 16, 21, 40])
def test_what_a_translator_hears_it_speaks_again(bars: float) -> None:
    """Windows of a clip, said with certainty, join to the clip's own music."""
    clip, kit, song = line(1, bars), beat(1, bars), trio(1, bars, bars, bars)
    for translator, piece, tokens in (
        (MelodyTranslator(256), clip, 90),
        (DrumClassTranslator(GENERAL_MIDI, 32), kit, 512),
    ):
        heard = translator.hear(piece).windows  # type: ignore[arg-type]
        said = translator.join(torch.nn.functional.one_hot(heard, tokens)[None] * 30.0, piece)
        assert torch.equal(said.argmax(-1)[:, : clip_steps(piece)], _music(translator, piece))
    translator = TrioTranslator(GENERAL_MIDI, 256)
    heard = translator.hear(song).windows
    depths = zip(heard.unbind(-1), (90, 90, 512), strict=True)
    outputs = torch.cat([torch.nn.functional.one_hot(part, depth) for part, depth in depths], -1)[None] * 30.0
    music = translator.draw(translator.join(outputs, song.melody), 0.0, None)
    clips = translator.writer([song]).write(music, song.melody, [[1.0]], [AS_IT_IS])
    assert [places(one) for one in clips] == [places(one) for one in song.clips]


def _music(translator: MelodyTranslator | DrumClassTranslator, clip: Clip) -> torch.Tensor:
    whole = type(translator)(clip_steps(clip)) if isinstance(translator, MelodyTranslator) else None
    if whole is not None:
        return whole.hear(clip).windows
    return torch.from_numpy(drum_classes.to_tensor(clip, GENERAL_MIDI))[None]


def test_drums_of_classes_are_played_on_the_clips_kit(engine: Engine) -> None:
    notes = [replace(note, pitch={36: 35, 38: 40, 42: 44}[note.pitch]) for note in beat(1, 2).notes]
    drums = make_clip([*notes, Note(1.3, 1, 0.5, 77.0)], 8.0)
    answer = engine.vary(drums, 4, 0.9, seed=2, temperature=1.0, **played_by("drums_2bar"))
    for clip in answer.clips:
        pitches = {GENERAL_MIDI.voice_of(n.pitch): n.pitch for n in clip.notes if n.pitch in (35, 36, 38, 40, 42, 44)}
        assert pitches.items() <= {0: 35, 1: 40, 2: 44}.items()
        assert Note(1.3, 1, 0.5, 77.0) in clip.notes
    assert answer.left_out == (1,)


def test_hits_are_played_as_the_sources_play_them_there_and_plainly_elsewhere() -> None:
    source = make_clip([Note(0.02, 36, 0.25, 50.0), Note(1.0, 38, 0.25, 90.0)], 8.0)
    other = make_clip([Note(0.0, 36, 0.25, 100.0)], 8.0)
    music = torch.zeros(1, 32, 27)
    music[0, [0, 4, 8], [0, 1, 0]] = 1.0
    writer = HitWriter([source, other], GENERAL_MIDI)
    own = writer.write(music, source, [[1.0, 0.0]], [AS_IT_IS])[0]
    assert [(n.pitch, round(n.start_quarters, 5), round(n.velocity, 3)) for n in own.notes] == [
        (36, 0.02, 50.0), (38, 1.0, 90.0), (36, 2.0, round(HIT_VELOCITY * 127, 3)),
    ]  # fmt: skip
    mixed = writer.write(music, source, [[0.5, 0.5]], [AS_IT_IS])[0]
    assert (mixed.notes[0].velocity, mixed.notes[1].velocity) == (pytest.approx(75.0), pytest.approx(90.0))
    assert mixed.notes[0].start_quarters == pytest.approx(0.01)
    plain = HitWriter([], GENERAL_MIDI).write(music, source, [[]], [AS_IT_IS])[0]
    assert {round(n.velocity, 3) for n in plain.notes} == {80.0}


def test_density_makes_drums_of_classes_denser_all_the_way() -> None:
    said = torch.randn(1, 32, 512, generator=torch.Generator().manual_seed(1))
    hits = [DrumClassTranslator(GENERAL_MIDI).draw(said, 0.0, None, k / 4)[..., :9].sum().item() for k in range(-4, 5)]
    assert hits == sorted(hits)
    assert hits[0] == 0
    assert hits[-1] > hits[4]


@pytest.mark.parametrize("model", [*LINES, *KITS])
def test_a_morph_goes_with_every_form(engine: Engine, model: str) -> None:
    anchors = [Anchor(clip_for(model, seed, 4), *at) for seed, at in enumerate(((0, 0), (1, 0), (0, 1)))]
    field = engine.field(anchors, **played_by(model))
    at_anchor = engine.morph(field, [Position(1, 0)]).clips[0]
    assert at_anchor == engine.blend([anchors[1].clip], [1], **played_by(model)).clips[0]
    wild = Position(0.3, 0.4, temperature=1.0, seed=3)
    assert engine.morph(field, [wild]).clips == engine.morph(field, [wild, Position()]).clips[:1]
    knobs = {knob.name for _, knob in engine.knobs(field.kind, models=played_by(model)["models"])}  # type: ignore[arg-type]
    assert knobs == ({knob.name for knob in KNOBS[MELODY]} if field.kind == MELODY else set())
    turned = Position(0.3, 0.4, knobs=(0.5,) * 8)
    assert engine.morph(field, [turned, Position()]).clips[0] == engine.morph(field, [turned]).clips[0]


def test_a_field_stays_with_the_model_that_made_it(engine: Engine) -> None:
    anchors = [Anchor(line(1), 0, 0), Anchor(line(2), 1, 0)]
    field = engine.field(anchors, models={MELODY: "melody_16bar"})
    before = engine.morph(field, [Position(0.4, 0.2)]).clips
    other = engine.field(anchors, models={MELODY: "melody_16bar_flat"})
    assert engine.morph(other, [Position(0.4, 0.2)]).clips != before
    assert engine.morph(field, [Position(0.4, 0.2)]).clips == before


def test_locks_hold_drums_of_classes(engine: Engine) -> None:
    anchors = [Anchor(beat(seed, 4), seed, 0) for seed in (0, 1)]
    field = engine.field(anchors, **played_by("drums_2bar"))
    here, there = Position(0.1, 0.0), Position(0.9, 0.0, temperature=1.0, seed=5)
    kicks = [note for note in engine.morph(field, [here]).clips[0].notes if note.pitch in (35, 36)]
    locked = engine.morph(field, [there], {0: here}).clips[0]
    assert [note for note in locked.notes if note.pitch in (35, 36)] == kicks


@pytest.mark.parametrize(("music", "decoder"), [("melody", "bars_lstm"), ("melody", "lstm"), ("trio", "bars_lstm")])
def test_decoders_that_look_back_play_too(tmp_path: Path, music: str, decoder: str) -> None:
    config = tiny_vae(music, "bilstm", decoder, 64)
    checkpoint.save(tmp_path / "long", Vae(config), music, {})
    engine = Engine.load(tmp_path, "cpu")
    if music == "trio":
        clips = engine.vary_trio(trio(1, 4, 2, 2), 2, 0.5, temperature=0.7, seed=1).clips
        assert clips == engine.vary_trio(trio(1, 4, 2, 2), 2, 0.5, temperature=0.7, seed=1).clips
    else:
        clips = engine.vary(line(1, 4), 2, 0.5, temperature=0.7, seed=1).clips
        assert clips == engine.vary(line(1, 4), 2, 0.5, temperature=0.7, seed=1).clips
        field = engine.field([Anchor(line(1), 0, 0), Anchor(line(2), 1, 0)])
        assert engine.morph(field, [Position(temperature=0.5)]).clips[0].length_quarters == 16.0
    assert {clip.length_quarters for clip in clips} == {16.0}


def test_a_sample_is_as_long_as_the_models_window(engine: Engine) -> None:
    steps = {name: {clip_steps(clip) for clip in engine.sample(name, 2, seed=1).clips} for name in FORMS}
    assert steps == {name: {config.steps} for name, (config, _) in FORMS.items()}


def test_a_sampled_trio_is_three_clips_an_item_melody_bass_and_drums(engine: Engine) -> None:
    clips = engine.sample("trio_16bar", 3, temperature=1.0, seed=4).clips
    assert len(clips) == 9
    assert engine.sample("trio_16bar", 2, temperature=1.0, seed=5).clips != clips[:6]
    assert trios_of(clips)[1] == TrioClips(*clips[3:6])
    exemplars = {GENERAL_MIDI.exemplar(voice) for voice in range(9)}
    assert {note.pitch for one in trios_of(clips) for note in one.drums.notes} <= exemplars


def test_no_amount_of_variation_of_a_trio_is_its_reconstruction(engine: Engine) -> None:
    song, other = trio(1), trio(2)
    varied = trios_of(engine.vary_trio(song, 2, 0.0).clips)
    end = trios_of(engine.interpolate_trio(song, other, 3).clips)[0]
    assert len(set(varied)) == 1
    assert [places(clip) for clip in varied[0].clips] == [places(clip) for clip in end.clips]
    assert set(trios_of(engine.vary_trio(song, 2, 1.0).clips)).isdisjoint(varied)


@pytest.mark.parametrize("bars", [(2, 2, 2), (8, 2, 1), (16, 4, 16), (24, 8, 2)])
def test_a_trio_is_as_long_as_its_longest_part_and_the_others_play_in_loop(
    engine: Engine, bars: tuple[int, int, int]
) -> None:
    song = trio(1, *bars)
    answer = engine.vary_trio(song, 2, 0.5, temperature=0.5, seed=3)
    assert {clip.length_quarters for clip in answer.clips} == {4.0 * max(bars)}
    assert answer == replace(
        engine.vary_trio(song, 2, 0.5, temperature=0.5, seed=3),
        encode_ms=answer.encode_ms, decode_ms=answer.decode_ms, cached=answer.cached,
    )  # fmt: skip
    looped = TrioClips(*(loop_to(clip, 4.0 * max(bars)) for clip in song.clips))
    assert answer.clips == engine.vary_trio(looped, 2, 0.5, temperature=0.5, seed=3).clips
    assert engine.vary_trio(song, 1, 0.5).cached


def test_a_trio_takes_its_velocities_from_its_own_parts(engine: Engine) -> None:
    song = trio(1)
    for clip, source in zip(engine.vary_trio(song, 1, 0.4).clips[:2], song.clips, strict=False):
        assert {n.velocity for n in clip.notes} <= {n.velocity for n in source.notes}


def test_melody_and_bass_of_a_variation_move_into_the_key_by_one_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moved each for itself, they would end in two keys."""
    foreign = TrioClips(*(make_clip((replace(n, pitch=n.pitch + 3) for n in c.notes), 64.0) for c in trio(2).clips))
    translator = TrioTranslator(GENERAL_MIDI, 256)
    said, heard = translator.hear(foreign).windows, []
    monkeypatch.setattr("engine.runtime.trio_translator.music_of", lambda _model, _z: said.clone())
    monkeypatch.setattr("engine.runtime.trio_translator.encode", lambda _model, windows: heard.append(windows) or said)
    translator.attuned(None, torch.zeros(1, 1), trio(1))  # type: ignore[arg-type]
    onsets = said[..., :2] >= FIRST_PITCH_CLASS
    moved = (heard[0] - said)[..., :2][onsets]
    assert len(moved.unique()) == 1
    assert moved[0] != 0
    assert torch.equal(heard[0][..., 2], said[..., 2])


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (lambda engine: engine.vary(line(1), 1, 0.5, models={MELODY: "trio_16bar"}), WrongKindError),
        (lambda engine: engine.vary_trio(trio(1), 1, 0.5, models={"trio": "melody_16bar"}), WrongKindError),
        (lambda engine: engine.vary_trio(trio(1), 0, 0.5), OutOfRangeError),
        (lambda engine: engine.vary_trio(trio(1), 1, 1.5), OutOfRangeError),
        (lambda engine: engine.interpolate_trio(trio(1), trio(2), 3, spacing="time"), OutOfRangeError),
        (lambda engine: engine.vary_trio(TrioClips(line(1), line(1, 4, 3, 4), beat(1)), 1, 0.5), UnsupportedMeterError),
        (lambda engine: engine.vary_trio(trio(1, 3000, 3000, 3000), 128, 0.5), TooLargeError),
        (lambda engine: engine.vary(line(1, 3000), 128, 0.5, models={MELODY: "melody_16bar"}), TooLargeError),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_class(engine: Engine, ask: object, refusal: type[Exception]) -> None:
    with pytest.raises(refusal) as refused:
        ask(engine)  # type: ignore[operator]
    assert type(refused.value) is refusal


def test_a_warm_engine_has_met_every_form(tmp_path: Path) -> None:
    engine = Engine.load(write_forms(tmp_path), "cpu")
    engine.warm_up()
    assert engine.cache_stats().clips > 0
