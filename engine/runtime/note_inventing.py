"""New music of many tracks out of an autoencoder of notes: samples, variations of a song, ways between two.

A song is heard in windows as long as the model's, end to end; each has a latent of its own. A variation heads for a
draw of the prior, moved into the song's key, the same one for all windows, and is played by the song's own tracks.
Samples and ways are played by the instruments that the model names.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.errors import WrongKindError
from engine.latent.slerp import slerp
from engine.models.note_filling import heard
from engine.models.note_heads import Reading
from engine.models.note_vae import NoteVae
from engine.models.spans import is_note, whole
from engine.representations.note_fitting import Company, fitted, is_line
from engine.representations.note_kit import kit_apart, with_one_kit
from engine.representations.note_sequence import Track
from engine.runtime.bands import Band, band_of
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import check_count, check_share, check_temperature
from engine.runtime.filling import check_parts, seed_of
from engine.runtime.noise import generator_of
from engine.runtime.note_keys import into_key
from engine.runtime.note_songs import Notes, Written
from engine.runtime.song_windows import notes_in_song, song_windows, unheard
from engine.runtime.ways import from_prior


def inventor_of(loaded: Checkpoint) -> NoteVae:
    """The model of a checkpoint that invents windows of notes.

    Raises:
        WrongKindError: it does something else.
    """
    if not isinstance(loaded.model, NoteVae) or loaded.model.config.is_conditional:
        raise WrongKindError(f"{loaded.name} is no autoencoder of notes; give a model such as multi_note")
    return loaded.model


def sample(loaded: Checkpoint, count: int, *, temperature: float, seed: int) -> tuple[Band, ...]:
    """New windows, each from a draw of its own of the prior; the first ones are the same however many follow.

    Args:
        loaded: a checkpoint of an autoencoder of notes.
        count: 1..128.
        temperature: of the notes, 0 the most likely for the latent drawn, up to 2.
        seed: of latents and notes.

    Raises:
        OutOfRangeError: count or temperature.
        WrongKindError: the checkpoint is of something else.
    """
    model = inventor_of(loaded)
    check_count(count)
    check_temperature(temperature)
    latents = enumerate(from_prior(loaded, count, seed))
    readings = ((z, _reading(temperature, seed, number)) for number, z in latents)
    return tuple(band_of(_decoded(model, z[None], reading), model.config.steps / 4) for z, reading in readings)


def vary(
    loaded: Checkpoint,
    tracks: Sequence[Track],
    length_quarters: float,
    *,
    count: int,
    amount: float,
    temperature: float,
    seed: int,
) -> Written:
    """Variations of a song in 4/4; where the model has no room for a track, it stays as it is.

    Args:
        loaded: a checkpoint of an autoencoder of notes.
        tracks: of the song, any number.
        length_quarters: of the song; what is new ends there.
        count: 1..128; the first ones are the same however many follow.
        amount: 0 what the model gives back of the song, 1 a draw of the prior; between them the share of the angle.
        temperature: of the notes, 0 the most likely, up to 2.
        seed: of where they head, and of the notes.

    Raises:
        OutOfRangeError: count, amount or temperature.
        TooLargeError: too much music at once.
        WrongKindError: no note sounds, or the checkpoint is of something else.
    """
    model = inventor_of(loaded)
    check_count(count)
    check_share("amount", amount)
    check_temperature(temperature)
    windows = song_windows(model.config, with_one_kit(tracks), length_quarters)
    audible = [window for window in windows if window.places]
    check_parts(count * len(audible))
    rows = torch.cat([window.rows for window in audible])
    here, playing, stays = _encoded(model, rows), heard(rows, is_note(rows)), unheard(audible, tracks)
    companies = [
        Company(track.notes[its], is_line(track), length_quarters) for track, its in zip(tracks, stays, strict=True)
    ]

    def varied(number: int, drawn: Tensor) -> Notes:
        z = here
        if amount > 0:
            end = _encoded(model, into_key(_decoded(model, drawn[None], _reading(0.0, seed, number)), rows))
            z = slerp(here, end.expand_as(here), amount)
        found = _decoded(model, z, _reading(temperature, seed, number, playing))
        by_window = [notes_in_song(one, window) for one, window in zip(found, audible, strict=True)]
        joined = [np.concatenate(notes) for notes in zip(*by_window, strict=True)]
        new = (notes[notes[:, 0] < length_quarters] for notes in kit_apart(joined, tracks))
        return tuple(fitted(*each) for each in zip(new, companies, strict=True))

    proposals = tuple(varied(*each) for each in enumerate(from_prior(loaded, count, seed)))
    return Written(proposals, stays, tuple(sorted(set().union(*(window.left_out for window in windows)))))


def interpolate(
    loaded: Checkpoint, ends: Sequence[tuple[Sequence[Track], float]], steps: int, *, temperature: float, seed: int
) -> tuple[tuple[Band, ...], float]:
    """From one song to another: what the model gives back of both, and what lies between.

    Windows without notes are passed over; the song that has fewer is played in loop. Steps are even by angle.

    Args:
        loaded: a checkpoint of an autoencoder of notes.
        ends: two songs in 4/4, of each its tracks and its length in quarters.
        steps: 2..128, both ends among them.
        temperature: of the notes, 0 the most likely, up to 2.
        seed: of the notes.

    Returns:
        The bands, and the length of each in quarters.

    Raises:
        OutOfRangeError: steps or temperature.
        TooLargeError: too much music at once.
        WrongKindError: in one of them no note sounds, or the checkpoint is of something else.
    """
    model = inventor_of(loaded)
    check_count(steps)
    check_temperature(temperature)
    songs = [song_windows(model.config, with_one_kit(tracks), length) for tracks, length in ends]
    rows = [torch.cat([window.rows for window in song if window.places]) for song in songs]
    most = max(map(len, rows))
    check_parts(steps * most)
    a, b = (_encoded(model, its)[torch.arange(most) % len(its)] for its in rows)
    shares = enumerate(torch.linspace(0, 1, steps).tolist())
    found = (_decoded(model, slerp(a, b, share), _reading(temperature, seed, number)) for number, share in shares)
    size = model.config.steps / 4
    return tuple(band_of(windows, size) for windows in found), most * size


def _reading(temperature: float, seed: int, number: int, playing: tuple[Tensor, Tensor] | None = None) -> Reading:
    """How an answer, counted from 0, is read: by all instruments, or by those of `heard`. Each window gets a note."""
    instruments, programs = playing or (None, None)
    generator = generator_of(seed_of(seed, number, 0))
    return Reading("softmax", temperature, generator, instruments, programs, is_silence_allowed=False)


@torch.inference_mode()
def _encoded(model: NoteVae, rows: Tensor) -> Tensor:
    """Posterior means, `windows, latent`."""
    return model.encode(rows)[0]


@torch.inference_mode()
def _decoded(model: NoteVae, z: Tensor, reading: Reading) -> Tensor:
    """Windows of latents, `windows, slots, 6`."""
    span = whole(z, model.config.steps)
    return model.decode(z, span, model.outside(z, span), reading)
