"""`bridge learn`: a musician's folder of MIDI files to a model of their own, in minutes.

A model that ships is taught these clips: gently, by the clock, rehearsing what it could do before, and watched so that
it neither forgets nor learns by heart. What is written appears as a whole folder or not at all.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.data.kinds import kind_of
from engine.errors import CheckpointError, OutOfRangeError
from engine.models.config import music_of
from engine.runtime import checkpoint
from engine.runtime import device as devices
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.directions import save_directions
from engine.runtime.prior import save_prior
from engine.training.learn_card import CARD_NAME, Story, beginning, card_of, ending
from engine.training.learn_data import Found, Progress, find_music, own_music
from engine.training.learn_fit import Budget, Watch, fit
from engine.training.learn_look import Looker, measure
from engine.training.learn_module import PLACES, ByTheClock, Model, teachable
from engine.training.module import build_model
from engine.training.presets import PRESETS, Preset, Schedule

NOTHING = "none"
DEFAULT_STARTS = {"melody": "melody_2bar", "drums": "groove_2bar"}
WINDOWS_OF_KINDS = {"melody": "melody", "drums": "groove"}
DEFAULT_MINUTES = 10.0
FINE_TUNING = Schedule(PLACES, batch_size=64, lr=1e-4, warmup=50, weight_decay=0.0, beta_rise=0.0)
PULL = 100.0
PATIENCE, PATIENCE_FROM_NOTHING = 300, 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)  # names that Windows keeps for devices


@dataclass(frozen=True)
class LearnOptions:
    """What is learnt, from what, for how long.

    Attributes:
        folder: of MIDI files.
        name: of the model.
        out: the folder that gets the checkpoint; a running engine watches the user's own.
        start: a shipped or own model's name, a checkpoint's folder, `none` for fresh weights, or None: by the kind.
        kind: `melody` or `drums`; None takes what the folder has more of, or what `start` is of.
        minutes: of learning, at most; reading and measuring come on top.
        steps: counted instead of minutes, so that a run can be done again just so; None goes by the clock.
        seed: of all that is drawn.
        replace: whether a model of this name gives way.
        device: `auto`, `cpu`, `cuda` or `mps`.
        progress: show bars.
    """

    folder: Path
    name: str
    out: Path
    start: str | None = None
    kind: str | None = None
    minutes: float = DEFAULT_MINUTES
    steps: int | None = None
    seed: int = 1
    replace: bool = False
    device: str = "auto"
    progress: bool = True


@dataclass(frozen=True)
class Learnt:
    """How it ended: the checkpoint's folder, None where Ctrl-C ended it or nothing was good; and the story of it."""

    folder: Path | None
    story: Story

    @property
    def is_interrupted(self) -> bool:
        """Whether Ctrl-C ended it."""
        return self.story.fit is not None and self.story.fit.why == "interrupted"


def learn(
    options: LearnOptions,
    tell: Callable[[str], object],
    read_progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Learnt:
    """Learn a model and write its checkpoint.

    Args:
        options: what and how.
        tell: gets a line whenever there is something to say.
        read_progress: wraps the stream of files that are read, for a bar.
        clock: seconds, monotonic.

    Raises:
        OutOfRangeError: the name, the kind or the start will not do.
        DataError: the folder holds too little music.
        CheckpointError: the model to begin with cannot be read.
    """
    _check_name(options)
    options.out.mkdir(parents=True, exist_ok=True)
    # Hidden and one level deeper than an engine looks; gone whatever happens.
    with tempfile.TemporaryDirectory(dir=options.out, prefix=".learning-") as place:
        work = Path(place)
        start = _start_named(options)
        found = find_music(options.folder, work / "music.lbdata", _kinds_to_find(start), read_progress)
        start = start or _start_for(options, found)
        preset = _preset(options, start, found)
        music = own_music(found, preset.windows)
        story = Story(options.name, options.seed, options.minutes, options.steps, found, music, preset, start)
        for line in beginning(story):
            tell(line)
        story = _taught(story, options, clock)
        for line in ending(story):
            tell(line)
        if story.model is None:
            return Learnt(None, story)
        _write(work / options.name, story, story.model)
        _put(work, options)
    return Learnt(options.out / options.name, story)


def _check_name(options: LearnOptions) -> None:
    name = options.name
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise OutOfRangeError(
            f"no model can be called {name!r}; take up to 64 letters, digits, - and _, beginning with a letter or digit"
        )
    shipped = {path.name.lower() for path in checkpoint.find(checkpoint.default_checkpoints())}
    if name.lower() in shipped:
        raise OutOfRangeError(f"{name} is a model that ships; choose a name of your own")
    _check_free(options)


def _check_free(options: LearnOptions) -> None:
    if (options.out / options.name).exists() and not options.replace:
        raise OutOfRangeError(
            f"there is a model {options.name} in {options.out}; add --replace, or choose another name"
        )


def _start_named(options: LearnOptions) -> Checkpoint | None:
    """The checkpoint that was asked for, if one was."""
    if options.start in (None, NOTHING):
        return None
    named = str(options.start)
    for folder in (options.out / named, checkpoint.default_checkpoints() / named, Path(named)):
        if (folder / checkpoint.CONFIG_NAME).is_file():
            found = checkpoint.load(folder)
            teachable(found.model)
            return found
    known = [path.name for place in (checkpoint.default_checkpoints(), options.out) for path in checkpoint.find(place)]
    raise CheckpointError(f"no model is called {named}; begin with {', '.join(known)}, a checkpoint's folder, or none")


def _kinds_to_find(start: Checkpoint | None) -> list[str]:
    kinds = list(WINDOWS_OF_KINDS.values())
    if start is not None:
        kinds.append(kind_of(music_of(start.model.config), start.model.config.steps).name)
    return sorted(set(kinds))


def _kind(options: LearnOptions, found: Found) -> str:
    """`melody` or `drums`: what was asked for, else what there is more of."""
    return options.kind or max(WINDOWS_OF_KINDS, key=lambda kind: found.counts[WINDOWS_OF_KINDS[kind]])


def _start_for(options: LearnOptions, found: Found) -> Checkpoint | None:
    if options.start == NOTHING:
        return None
    return checkpoint.load(checkpoint.default_checkpoints() / DEFAULT_STARTS[_kind(options, found)])


def _preset(options: LearnOptions, start: Checkpoint | None, found: Found) -> Preset:
    if start is None:
        preset = PRESETS[DEFAULT_STARTS[_kind(options, found)]]
        schedule = replace(
            preset.schedule, steps=PLACES, batch_size=FINE_TUNING.batch_size, sources=(), source_weights={}
        )
        return replace(preset, schedule=schedule)
    if options.kind not in (None, start.kind):
        raise OutOfRangeError(f"{start.name} is a model of {start.kind}; leave --kind {options.kind} out, or --from")
    told = start.trained.get("schedule", {})
    kept: dict[str, Any] = {name: told[name] for name in ("free_bits", "task", "drop", "mix") if name in told}
    lines = music_of(start.model.config) in ("melody", "trio")
    semitones = told.get("transpose", (-5, 6)) if lines else (0, 0)
    beta = told.get("beta_end") or told.get("beta", Schedule.beta)
    schedule = replace(FINE_TUNING, beta=beta, transpose=(semitones[0], semitones[1]), **kept)
    return Preset(checkpoint.windowed(start).config, schedule, start.kind)


def _taught(story: Story, options: LearnOptions, clock: Callable[[], float]) -> Story:
    music, preset, start = story.music, story.preset, story.start
    looker = Looker(music.train, music.held_out, preset.schedule, options.seed)
    module = ByTheClock(preset, options.seed, None if start is None else teachable(start.model), PULL)
    budget = Budget(options.minutes, options.steps, clock, options.progress)
    patience = PATIENCE_FROM_NOTHING if start is None else PATIENCE
    watch = Watch(looker, patience, start is not None, budget)
    ended = fit(module, music.train, watch, budget, devices.choose(options.device).type)
    if ended.kept is None:
        return replace(story, fit=ended)
    model = teachable(build_model(preset.model))
    model.load_state_dict(ended.kept.weights)
    model.eval()
    task, windows = preset.schedule.task, music.held_out.music
    before = None if start is None else measure(teachable(start.model), windows, task, options.seed)
    return replace(story, fit=ended, model=model, before=before, after=measure(model, windows, task, options.seed))


def _write(folder: Path, story: Story, model: Model) -> None:
    """The whole checkpoint. Knobs and prior are those of the model begun with: its latent space has hardly moved."""
    checkpoint.save(folder, model, story.preset.kind, story.trained())
    if story.start is not None:
        new_hash = checkpoint.load(folder, bare=True).hash
        if story.start.directions is not None:
            save_directions(folder, story.start.directions, new_hash)
        if story.start.prior is not None:
            save_prior(folder, story.start.prior, new_hash)
    (folder / CARD_NAME).write_text(card_of(story, checkpoint.load(folder)), encoding="utf-8")


def _put(work: Path, options: LearnOptions) -> None:
    """Move the finished folder to its place, the old one of that name out of the way, and back where that fails."""
    _check_free(options)  # once more: learning took its time
    target, old = options.out / options.name, work / "replaced"
    if target.exists():
        target.rename(old)
    try:
        (work / options.name).rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
