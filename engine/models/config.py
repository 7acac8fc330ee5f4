"""What a model is built from: one frozen dataclass a family, saved with the checkpoint, unknown keys refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from engine.errors import CheckpointError

ConfigT = TypeVar("ConfigT", "VaeConfig", "FeelConfig", "ChordsConfig", "NoteConfig")


@dataclass(frozen=True)
class VaeConfig:
    """A variational autoencoder of clips.

    Attributes:
        music: `melody` (90 classes a step), `drums` (512), `trio` (both and a bass), `groove` (27 numbers a step) or
            `chords` (pitch classes and a duration; a step is an event there).
        encoder: `mlp`, `bars` (bar by bar) or `bilstm`.
        decoder: `parallel` (all steps at once), `guided` (all at once, and then one after the other by the help of a
            language) or `lstm` (one after the other); the first and the last bar by bar under a conductor are `bars`
            and `bars_lstm`.
        steps: length of a window.
        latent_dim: size of the latent.
        embedding: width in which a step enters the encoders without LSTM, and leaves the parallel decoder's spread.
        encoder_width: hidden width of the encoder.
        encoder_depth: residual blocks (`mlp`), attention blocks over the bars (`bars`).
        encoder_layers: LSTM layers (`bilstm`).
        decoder_width: hidden width of the decoder.
        decoder_depth: dilated convolution blocks (parallel), residual blocks (guided) or LSTM layers (lstm).
        dropout: share of LSTM inputs dropped in training.
        bar_steps: length of what the conductor gives one embedding for; `steps` is a multiple of it.
        conductor_width: size of that embedding.
        conductor_depth: attention blocks of the conductor (`bars`), or its LSTM layers (`bars_lstm`).
        keys: of melodies: `kept`, or `apart` where the key signature has two dimensions of the latent to itself, the
            last ones, and the rest of the model hears and says letters (`signature.py`).
        prior_spread: standard deviation of the latents that samples are decoded from, > 0; below 1 they are more usual.
    """

    music: str
    encoder: str = "mlp"
    decoder: str = "parallel"
    steps: int = 32
    latent_dim: int = 256
    embedding: int = 64
    encoder_width: int = 768
    encoder_depth: int = 2
    encoder_layers: int = 1
    decoder_width: int = 256
    decoder_depth: int = 2
    dropout: float = 0.0
    bar_steps: int = 16
    conductor_width: int = 256
    conductor_depth: int = 1
    keys: str = "kept"
    prior_spread: float = 1.0


@dataclass(frozen=True)
class FeelConfig:
    """A model of hits, velocities and offsets, given a rhythm.

    Attributes:
        condition: `hits` (where each voice plays: humanize) or `tap` (one rhythm for all voices: drumify).
        steps: length of a window.
        latent_dim: size of the feel's latent.
        width: of each block.
        depth: attention blocks.
        heads: attention heads.
        members: networks whose answers are averaged.
        dropout: share of each block's output dropped in training.
    """

    condition: str
    steps: int = 32
    latent_dim: int = 16
    width: int = 128
    depth: int = 2
    heads: int = 4
    members: int = 1
    dropout: float = 0.0


@dataclass(frozen=True)
class ChordsConfig:
    """A system of chords and durations: an LSTM, and autoencoders of windows of events.

    Attributes:
        shapes: of the vocabulary, as `chord_vocabulary.closed` takes them.
        keys: `home` where all music is moved to C major or A minor before a model hears it, `kept` where it is not.
        steps: length of a new clip, on the grid.
        latent_dim: size of the latent that variations are made in.
        window_events: of the windows that it stands for.
        map_events: of the windows that the maps, with their latents of 2, stand for.
        embedding: width in which chords, durations and places in the bar enter.
        lstm_width: of each LSTM layer.
        lstm_layers: how many.
        encoder_width: hidden width of the autoencoders' encoders.
        decoder_width: of their decoders.
        dropout: share of the LSTM's inputs and outputs dropped in training.
    """

    shapes: tuple[int, ...]
    keys: str = "home"
    steps: int = 128
    latent_dim: int = 64
    window_events: int = 16
    map_events: int = 4
    embedding: int = 64
    lstm_width: int = 192
    lstm_layers: int = 2
    encoder_width: int = 256
    decoder_width: int = 128
    dropout: float = 0.35

    def __post_init__(self) -> None:
        object.__setattr__(self, "shapes", tuple(self.shapes))  # JSON gives a list


@dataclass(frozen=True)
class NoteConfig:
    """A variational autoencoder of notes of many instruments, or one that fills a span of them.

    Attributes:
        decoder: `looks_back` (note after note) or `parallel` (all rows at once).
        is_conditional: the notes outside a span are given to the prior and to the decoder; what is written is the span.
        steps: length of a window in sixteenths.
        slots: rows of a window, the most notes that it holds.
        latent_dim: size of the latent.
        embedding: width of each category's embeddings.
        width: of each block.
        encoder_depth: attention blocks of the encoders of a conditional model.
        decoder_depth: attention blocks of the decoder.
        heads: attention heads.
        summaries: tokens beside the notes, from which a conditional model's latent is read.
        guesses: `one` (times are one number, with a squared error) or `many` (one number for each common note value,
            and a choice between them).
        dropout: share of each block's output dropped in training.
        forgetting: the largest share of its own last notes that a decoder that looks back is not shown in training, so
            that it asks the latent; each window's share is drawn evenly up to it.
        dense: width of the layers that hear and plan a whole window's sixteenths side by side; of models that are not
            conditional.
        share: numbers that each sixteenth has in them.
    """

    decoder: str = "looks_back"
    is_conditional: bool = False
    steps: int = 32
    slots: int = 96
    latent_dim: int = 128
    embedding: int = 32
    width: int = 128
    encoder_depth: int = 2
    decoder_depth: int = 2
    heads: int = 4
    summaries: int = 4
    guesses: str = "many"
    dropout: float = 0.0
    forgetting: float = 0.0
    dense: int = 768
    share: int = 64

    @property
    def music(self) -> str:
        """What its windows are of, as `VaeConfig.music` has it."""
        return "notes"


ModelConfig = VaeConfig | FeelConfig | ChordsConfig | NoteConfig
"""Of any family."""


def music_of(config: ModelConfig) -> str:
    """What a step of its windows is, as `VaeConfig.music` has it; feel is of grooves."""
    if isinstance(config, ChordsConfig):
        return "chords"
    return "groove" if isinstance(config, FeelConfig) else config.music


def to_dict(config: ModelConfig) -> dict[str, Any]:
    """A plain table of the config's fields."""
    return asdict(config)


def from_dict(kind: type[ConfigT], table: Mapping[str, Any]) -> ConfigT:
    """A config from its table.

    Raises:
        CheckpointError: a key that the config does not have.
    """
    known = {field.name for field in fields(kind)}
    unknown = sorted(set(table) - known)
    if unknown:
        raise CheckpointError(f"unknown model setting {unknown[0]}; known are {', '.join(sorted(known))}")
    return kind(**table)
