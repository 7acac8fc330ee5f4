"""What a page shows of a model of notes: windows rebuilt and invented, or spans filled, to see and to hear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.data.dataset import MusicSet
from engine.evaluation.notes import TEMPERATURE as PRIOR_TEMPERATURE
from engine.models.note_vae import NoteVae
from engine.report.note_examples import Group, filled, invented, rebuilt
from engine.report.note_rolls import scenes_picture
from engine.report.page import Exhibit, Heard
from engine.runtime.filling import TEMPERATURE

_COLOURS = "Each instrument has a colour, named below its picture, and drums have a lane for each voice."


def note_exhibits(model: NoteVae, valid: MusicSet, seed: int) -> Iterator[Exhibit]:
    """The exhibits of a model of notes.

    Args:
        model: of either sort.
        valid: windows of its kind, at least one.
        seed: of the choice of windows and of all noise.
    """
    if model.config.is_conditional:
        yield _exhibit(
            "Spans filled",
            "Validation windows, chosen by the seed: what the music itself has in the shaded span, and two proposals "
            "of the model, which sees the notes outside alone; then how it goes on from the window's first half. "
            f"Temperature {TEMPERATURE}; notes outside the span are those of the music, and paler. {_COLOURS}",
            filled(model, valid, seed),
        )
        return
    yield _exhibit(
        "Reconstructions",
        "Validation windows, chosen by the seed, and beside each what comes back of its latent, each choice the "
        f"likeliest. {_COLOURS} A colour on one side alone is an instrument that the other side has not.",
        rebuilt(model, valid, seed),
    )
    yield _exhibit(
        "Samples",
        f"Latents from the prior, notes drawn at temperature {PRIOR_TEMPERATURE}, as they came. {_COLOURS}",
        invented(model, seed),
    )


def _exhibit(title: str, text: str, groups: Sequence[Group]) -> Exhibit:
    """A picture for each group, and a sound for each scene that is not silent."""
    heard = (Heard(scene.title, scene.band) for group in groups for scene in group if scene.tracks)
    return Exhibit(title, text, tuple(scenes_picture(group) for group in groups), tuple(heard))
