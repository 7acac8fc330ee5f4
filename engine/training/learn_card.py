"""What is told of a model learnt from a musician's own clips: on the screen while it comes to be, then in its card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch

from engine.evaluation.figure_tables import markdown_table
from engine.evaluation.memorisation import COPY, Memorisation, Nearness
from engine.models.config import to_dict
from engine.runtime.checkpoint import Checkpoint
from engine.training.learn_data import Found, OwnMusic
from engine.training.learn_fit import Fit, Kept
from engine.training.learn_look import Figures
from engine.training.learn_module import Model
from engine.training.presets import Preset

CARD_NAME = "card.md"
_MAX_NAMED_SKIPS = 5
_WHY = {
    "time": "the time was over",
    "patience": "held-out clips got no better",
    "copying": "it began to repeat the clips that it learnt from",
    "interrupted": "it was interrupted",
}
_LITTLE, _SOME = 60, 600
_EXPECT = {
    "melody_2bar": (
        "A dozen tunes changed nothing that could be measured: expect the model begun with.",
        "So many tunes changed little: notes that come back stayed at 98 % where it was measured.",
        "So many tunes were not measured; a hundred and fifty clips changed little.",
    ),
    "groove_2bar": (
        "A dozen beats teach a kit and a hand: measured was a rise of F1 of hits from .83 to .92, on other songs .89.",
        "So many beats teach a hand well: measured was a rise of F1 of hits from .83 to .96 and more.",
        "So many beats were not measured; seventy clips brought F1 of hits from .83 to .98.",
    ),
}


@dataclass(frozen=True)
class Story:
    """Everything there is to tell; what came of it is None until it came.

    Attributes:
        name: of the model.
        seed, minutes, steps: as asked for.
        found: in the folder.
        music: that is learnt from.
        preset: shape and schedule.
        start: the model begun with; None: fresh weights.
        fit: how learning went.
        model: with the weights that were kept.
        before, after: figures on the held-out windows, of the model begun with and of the new one.
    """

    name: str
    seed: int
    minutes: float
    steps: int | None
    found: Found
    music: OwnMusic
    preset: Preset
    start: Checkpoint | None
    fit: Fit | None = None
    model: Model | None = None
    before: Figures | None = None
    after: Figures | None = None

    @property
    def kept(self) -> Kept | None:
        """The weights that were kept, if any were."""
        return self.fit.kept if self.fit else None

    @property
    def memorisation(self) -> Memorisation | None:
        """The check of the new model; None for models that it says nothing of."""
        return self.kept.look.memorisation if self.kept else None

    def trained(self) -> dict[str, Any]:
        """What the checkpoint's config says of its training."""
        fit, memory = self.fit, self.memorisation
        return {
            "start": self.start and {"name": self.start.name, "hash": self.start.hash},
            "schedule": json.loads(json.dumps(asdict(self.preset.schedule))),
            "seed": self.seed,
            "steps": self.kept.step if self.kept else 0,
            "data_sha256": self.music.sha256,
            "torch": torch.__version__,
            "learnt": {
                "step": self.kept.step if self.kept else 0,
                "steps_done": fit.steps if fit else 0,
                "seconds": round(fit.seconds, 1) if fit else 0.0,
                "ended": fit.why if fit else "",
                "windows": {"train": len(self.music.train), "held_out": len(self.music.held_out)},
                "files": self.music.files,
                "before": self.before and self.before.as_dict(),
                "after": self.after and self.after.as_dict(),
                "memorisation": memory and asdict(memory),
            },
        }


def beginning(story: Story) -> Iterator[str]:
    """What was found, what was left out, what is done and what can be expected; a line each."""
    report, music = story.found.report, story.music
    yield f"{report.files:,} files, {report.files - len(report.skipped):,} of them used"
    for kind, count in story.found.counts.items():
        if count:
            yield f"  {count:,} different windows of {kind}, {report.duplicates[kind]:,} repeated ones left out"
    for reason, count in report.skipped_by_reason().most_common():
        names = [name for name, why in report.skipped if why.split(":")[0] == reason]
        more = f" and {len(names) - _MAX_NAMED_SKIPS} more" if len(names) > _MAX_NAMED_SKIPS else ""
        yield f"  left out, {reason}: {count} ({', '.join(names[:_MAX_NAMED_SKIPS])}{more})"
    yield f"Learning from {len(music.train):,} windows; {_held_out(music)}."
    yield expectation(story.start.name if story.start else None, len(music.train))
    limit = f"{story.steps:,} steps" if story.steps else f"{story.minutes:g} minutes"
    yield f"Beginning with {story.start.name if story.start else 'nothing'}, for at most {limit}."


def ending(story: Story) -> Iterator[str]:
    """What came of it; a line each."""
    if story.fit is None or story.kept is None:
        yield (
            "Nothing was written."
            if story.fit and story.fit.why == "interrupted"
            else ("Nothing was written: the model did nothing but repeat its clips. Give it more of them.")
        )
        return
    fit = story.fit
    yield f"Ended after {fit.steps:,} steps and {fit.seconds / 60:.1f} minutes: {_WHY[fit.why]}."
    yield _what_is_kept(story)
    for name, before, after in _figure_rows(story):
        yield f"  {name}: {before} before, {after} now" if before else f"  {name}: {after}"
    if story.memorisation is not None:
        yield verdict(story.memorisation)


def expectation(start: str | None, windows: int) -> str:
    """What so many training windows do to a model, by what was measured (docs/models.md); None: to fresh weights."""
    if start is None:
        return "Thousands of windows are wanted to begin from nothing; with fewer, begin with a model that ships."
    if start not in _EXPECT:
        return f"What clips do to {start} was not measured; its card will say what these did."
    sentences = _EXPECT[start]
    return sentences[0] if windows < _LITTLE else sentences[1] if windows < _SOME else sentences[2]


def verdict(memory: Memorisation) -> str:
    """The check in a sentence."""
    said = "It does not repeat its clips" if not memory.is_learnt_by_heart else "It repeats its clips"
    shares = f"{memory.samples.copies:.0%} of its samples and {memory.variations.copies:.0%} of its variations"
    return (
        f"{said}: {shares} are the same as a training window in nine notes of ten or more, of held-out clips "
        f"{memory.held_out.copies:.0%}."
    )


def card_of(story: Story, written: Checkpoint) -> str:
    """The card, as Markdown."""
    fit, music = story.fit, story.music
    begun = f"Begun with `{story.start.name}` ({story.start.hash})" if story.start else "Begun with fresh weights"
    parts = [
        f"# {written.name}",
        f"Learnt from a folder of one's own by `bridge learn`: {written.kind}, {written.bars} bars of 4/4 a window. "
        f"{begun}.",
        f"Hash {written.hash}. What may be done with it hangs on the licences of the clips that it learnt from"
        + (" and of the model that it began with." if story.start else "."),
        "## Data",
        f"{story.found.report.files:,} files, {music.files:,} of them with windows of this kind: {len(music.train):,} "
        f"to learn from; {_held_out(music)}. Data {music.sha256}.",
        "## Training",
        f"{_what_is_kept(story)} "
        + (f"{fit.steps:,} steps were done in {fit.seconds / 60:.1f} minutes; {_WHY[fit.why]}. " if fit else "")
        + f"Seed {story.seed}, PyTorch {torch.__version__}.",
        markdown_table(["setting", "value"], [[k, str(v)] for k, v in to_dict(written.model.config).items()]),
        "## Figures",
        "On the held-out windows, which also said when to stop.",
        markdown_table(
            ["", story.start.name if story.start else "", written.name], [list(row) for row in _figure_rows(story)]
        ),
    ]
    if story.memorisation is not None:
        parts += ["## Whether it learnt by heart", verdict(story.memorisation), _memory_table(story.memorisation)]
    if written.directions is not None:
        parts += ["## Knobs", f"The directions are those of `{story.start.name if story.start else ''}`, carried over."]
    if written.prior is not None:
        parts += ["## Prior", f"Learnt for `{story.start.name if story.start else ''}`, and carried over."]
    return "\n\n".join(parts) + "\n"


def _held_out(music: OwnMusic) -> str:
    where = "of files of their own" if music.by_file else "at the ends of the files"
    return f"{len(music.held_out):,} {where} are held out"


def _what_is_kept(story: Story) -> str:
    step = story.kept.step if story.kept else 0
    if step == 0 and story.start is not None:
        return (
            f"No step made held-out clips come back better: the model is {story.start.name} itself. More clips, or "
            "others, may teach it something."
        )
    return f"Kept are the weights after {step:,} steps, the best on held-out clips."


def _figure_rows(story: Story) -> Iterator[tuple[str, str, str]]:
    before, after = story.before, story.after
    if after is None:
        return
    names = {
        "notes_right": "notes that come back",
        "notes_f1": "F1 of the notes",
        "reconstruction": "reconstruction, nats",
        "kl": "KL, nats",
        "neg_elbo": "-ELBO, nats",
    }
    for field, name in names.items():
        values = [None if figures is None else figures.as_dict()[field] for figures in (before, after)]
        if values[1] is not None:
            digits = 3 if field.startswith("notes") else 1
            told = ["" if value is None else f"{value:.{digits}f}" for value in values]
            yield name, told[0], told[1]


def _memory_table(memory: Memorisation) -> str:
    def row(name: str, seen: Nearness) -> list[str]:
        return [name, f"{seen.windows:,}", f"{seen.likeness:.2f}", f"{seen.copies:.0%}"]

    return markdown_table(
        ["", "windows", "likeness to the nearest training window, median", f"of at least {COPY:g}"],
        [row("held-out clips", memory.held_out), row("samples", memory.samples), row("variations", memory.variations)],
    )
