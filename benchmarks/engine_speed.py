"""Clip in, notes out, engine only: the default model and the faithful LSTM beside the yardstick, taking turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count

import torch

from benchmarks.bench_models import FAITHFUL, CheckpointFolder, default_model, random_model
from benchmarks.report import Figure
from benchmarks.timing import Times, take_turns
from benchmarks.yardstick import TEMPERATURE, Yardstick, melody_clip
from engine.models.folding import Foldable
from engine.models.vae import Vae
from engine.representations.clip import Clip, make_clip
from engine.runtime import translators
from engine.runtime.engine import Engine
from engine.runtime.melody_translator import MelodyTranslator
from engine.runtime.translators import Recipe

BATCHES = (1, 8)
_MANY = 256
_AIMS = {"default model": "1/10 of the yardstick", "faithful LSTM": "1/3 of the yardstick"}


def measure(folder: CheckpointFolder, repeats: int) -> list[Figure]:
    """Both models and `Engine.vary`, each also as a share of the yardstick's time in the same run."""
    torch.set_num_threads(1)
    yardstick, default, faithful = Yardstick().eval(), default_model(folder), random_model(FAITHFUL)
    unfolded = _unfold(random_model(FAITHFUL))
    engine = Engine.load(folder.path, device="cpu")
    new_clip = new_clips()
    figures = []
    for batch in BATCHES:
        clips = [melody_clip()] * batch
        ways: dict[str, Callable[[], object]] = {
            "yardstick": partial(yardstick.run, clips),
            "default model": partial(round_trip, default, clips),
            "faithful LSTM": partial(round_trip, faithful, clips),
            "faithful LSTM, not folded": partial(round_trip, unfolded, clips),
            "Engine.vary of a known clip": partial(engine.vary, melody_clip(), batch, 0.5),
            "Engine.vary of a new clip": _vary_new(engine, new_clip, batch),
        }
        figures += _figures(take_turns(ways, repeats), batch)
    engine.close()
    return figures


def measure_gpu(folder: CheckpointFolder, repeats: int) -> list[Figure]:
    """The same on CUDA, beside the default model on the CPU."""
    torch.set_num_threads(1)
    models = {
        "default model on the CPU": default_model(folder),
        "default model": default_model(folder, "cuda"),
        "faithful LSTM": random_model(FAITHFUL, "cuda"),
    }
    figures = []
    for batch in (*BATCHES, _MANY):
        ways = {name: partial(round_trip, model, [melody_clip()] * batch) for name, model in models.items()}
        times = take_turns(ways, repeats if batch < _MANY else max(3, repeats // 10))
        figures += [Figure.of(f"{name}, batch {batch}", taken) for name, taken in times.items()]
    return figures


def round_trip(model: Vae, clips: Sequence[Clip]) -> list[Clip]:
    """One new clip for each of these 2-bar clips, in one batch: music to tokens to latents and back, no cache."""
    translator, generator = MelodyTranslator(), torch.Generator().manual_seed(0)
    windows = torch.cat([translator.hear(clip).windows for clip in clips])
    latents = translators.encode(model, windows)[:, None]
    outputs = translators.decode(model, latents, TEMPERATURE, generator)
    recipes = (Recipe(clip, (clip,), ((1.0,),), TEMPERATURE, generator) for clip in clips)
    return [translator.speak(one, recipe)[0] for one, recipe in zip(outputs.split(1), recipes, strict=True)]


def new_clips() -> Callable[[], Clip]:
    """A source of 2-bar melodies that no cache has seen: each is a little softer than the one before."""
    clip, turns = melody_clip(), count(1)

    def new_clip() -> Clip:
        velocity = 100.0 / (1 + 1e-4 * next(turns))
        return make_clip([replace(note, velocity=velocity) for note in clip.notes], clip.length_quarters)

    return new_clip


def _vary_new(engine: Engine, new_clip: Callable[[], Clip], number: int) -> Callable[[], object]:
    return lambda: engine.vary(new_clip(), number, 0.5)


def _unfold(model: Vae) -> Vae:
    for module in model.modules():
        if isinstance(module, Foldable):
            module.unfold()
    return model


def _figures(times: dict[str, Times], batch: int) -> list[Figure]:
    whole_ms = times["yardstick"].median_ms
    return [
        Figure.of(f"{name}, batch {batch}", taken, f"1/{whole_ms / taken.median_ms:.1f}", _AIMS.get(name, ""))
        for name, taken in times.items()
    ]
