"""How good a system of chords is: what comes next, and what comes back, beside guesses without a model.

All on the validation split. A chord counts as right where all its pitch classes are: of what is no word of the
vocabulary, the nearest word has to be found. A duration is asked for where its chord is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.chord_songs import ChordSong
from engine.evaluation.chord_baselines import Guess, bigram, majority, recalling, repeated
from engine.models.chord_head import DURATION, split, word_logits
from engine.models.chord_inputs import inputs_of
from engine.models.chord_lstm import ChordLstm
from engine.models.chords import ChordsModel
from engine.models.vae import Vae
from engine.representations.chord_tensors import ChordTokens, recalled, to_tensor
from engine.representations.chord_vocabulary import DURATION_STEPS, Vocabulary, closed

Ints = NDArray[np.int64]
Right = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""Of chords and of durations, one for each event."""
_BATCH = 512


def evaluate_chords(model: ChordsModel, train: Sequence[ChordSong], valid: Sequence[ChordSong]) -> dict[str, Any]:
    """Accuracies 0..1 of every part, for all music and for each collection.

    Args:
        model: the system.
        train: what the guesses are counted in.
        valid: what is measured.
    """
    vocabulary, keys = closed(model.config.shapes), model.config.keys
    return {
        "next_event": next_figures(model.lstm, vocabulary, keys, train, valid),
        "next_event_by_collection": {
            source: next_figures(model.lstm, vocabulary, keys, train, songs)["lstm"]
            for source, songs in _by_source(valid)
        },
        "rebuilt": rebuilt_figures(model, vocabulary, train, valid),
        "rebuilt_by_collection": {
            source: _accuracies(_rebuilt(model.varied, model.config.window_events, vocabulary, keys, songs))
            for source, songs in _by_source(valid)
        },
        "keys": key_figures((*train, *valid)),
    }


def next_figures(
    model: ChordLstm, vocabulary: Vocabulary, keys: str, train: Sequence[ChordSong], valid: Sequence[ChordSong]
) -> dict[str, dict[str, float]]:
    """Next chord and next duration: the LSTM, and guesses by what was before."""
    tokens = [tokens_of(song, keys) for song in valid]
    figures = {"lstm": _accuracies(_next_right(model, one, vocabulary) for one in tokens)}
    return figures | _guessed(vocabulary, keys, train, valid)


def rebuilt_figures(
    model: ChordsModel, vocabulary: Vocabulary, train: Sequence[ChordSong], valid: Sequence[ChordSong]
) -> dict[str, dict[str, float]]:
    """What each autoencoder gives back of windows that do not overlap, from the posterior's mean."""
    config = model.config
    parts = {
        f"varied, latent of {config.latent_dim}": (model.varied, config.window_events),
        "map, latent of 2": (model.map, config.map_events),
        "plain map, latent of 2": (model.plain_map, config.map_events),
    }
    figures = {
        name: _accuracies(_rebuilt(vae, events, vocabulary, config.keys, valid))
        for name, (vae, events) in parts.items()
    }
    return figures | _guessed(vocabulary, config.keys, train, valid)


def key_figures(songs: Iterable[ChordSong]) -> dict[str, float]:
    """How many keys are found as the signature of the file has them, relative keys being one."""
    signed = [song for song in songs if song.signature_shift is not None]
    right = sum((song.shift - (song.signature_shift or 0)) % 12 == 0 for song in signed)
    return {"files_with_signature": len(signed), "key_found": right / max(1, len(signed))}


def tokens_of(song: ChordSong, keys: str) -> ChordTokens:
    """A song's arrays, in C major or A minor, or as it is."""
    return to_tensor(song.events, song.bar_steps, song.shift if keys == "home" else 0)


def words_of(notes: Tensor, vocabulary: Vocabulary) -> Tensor:
    """The likeliest word of each event by logits of its pitch classes, `…, 12` to `…`."""
    table = torch.from_numpy(vocabulary.many_hot.copy())
    return word_logits(notes, table).argmax(-1)


@torch.no_grad()
def _next_right(model: ChordLstm, tokens: ChordTokens, vocabulary: Vocabulary) -> Right:
    words, durations, steps = (
        torch.from_numpy(array)[None] for array in (tokens.words(vocabulary), tokens.durations, tokens.steps)
    )
    again = torch.from_numpy(recalled(words[0].tolist(), len(vocabulary))[:-1])[None]
    inputs = inputs_of(words, durations, steps, torch.tensor([tokens.bar_steps]), again, len(vocabulary))
    chords, hidden, _ = model(inputs)
    lengths = model.durations(hidden, words)
    return (chords.argmax(-1) == words)[0].numpy(), (lengths.argmax(-1) == durations)[0].numpy()


@torch.no_grad()
def _rebuilt(vae: Vae, events: int, vocabulary: Vocabulary, keys: str, songs: Iterable[ChordSong]) -> Iterable[Right]:
    for song in songs:
        tokens = tokens_of(song, keys)
        windows = torch.from_numpy(tokens.windows(events, events))
        if not len(windows):
            continue
        outputs = torch.cat([vae.decode(vae.encode(part)[0]) for part in windows.split(_BATCH)])
        notes, lengths = split(outputs)
        words = torch.from_numpy(tokens.words(vocabulary)[: len(windows) * events]).view(len(windows), events)
        right = words_of(notes, vocabulary) == words, lengths.argmax(-1) == windows[..., DURATION]
        yield right[0].flatten().numpy(), right[1].flatten().numpy()


def _guessed(
    vocabulary: Vocabulary, keys: str, train: Sequence[ChordSong], valid: Sequence[ChordSong]
) -> dict[str, dict[str, float]]:
    both = [[tokens_of(song, keys) for song in songs] for songs in (train, valid)]
    split_words = [[tokens.words(vocabulary) for tokens in one] for one in both]
    split_durations = [[tokens.durations for tokens in one] for one in both]
    makers: dict[str, Callable[[Sequence[Ints], int], Guess]] = {
        "majority": lambda seen, _: majority(seen),
        "bigram": bigram,
        "repeat the last": lambda seen, _: repeated(seen),
        "recall": recalling,
    }
    figures = {}
    for name, make in makers.items():
        guess_word = make(split_words[0], len(vocabulary))
        guess_duration = make(split_durations[0], len(DURATION_STEPS))
        pairs = zip(split_words[1], split_durations[1], strict=True)
        figures[name] = _accuracies((guess_word(w) == w, guess_duration(d) == d) for w, d in pairs)
    return figures


def _accuracies(rights: Iterable[Right]) -> dict[str, float]:
    chords, durations = (np.concatenate(parts) for parts in zip(*rights, strict=True))
    return {
        "chord": float(chords.mean()),
        "duration": float(durations.mean()),
        "both": float((chords & durations).mean()),
    }


def _by_source(songs: Sequence[ChordSong]) -> list[tuple[str, list[ChordSong]]]:
    return [(source, [s for s in songs if s.source == source]) for source in sorted({s.source for s in songs})]
