"""Every model that can be trained, by name: its parts and its schedule. A new preset is one entry here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.data.kinds import HUMAN_DRUMS, kind_of
from engine.models.config import FeelConfig, NoteConfig, VaeConfig, music_of

_SCORES = {
    "OpenScore String Quartets": 0.25,  # many and less song-like
    "OpenScore Orchestra (Hauptstimme scores)": 0.25,
}


@dataclass(frozen=True)
class Schedule:
    """How a model is trained.

    Attributes:
        steps: optimiser steps.
        batch_size: windows a step.
        lr: peak learning rate.
        lr_shape: `cosine` (warm-up, then down to 2 %) or `exponential` (the reference's: 0.9999 a step, to 1e-5).
        warmup: steps of warm-up (cosine only).
        weight_decay: of AdamW; 0 makes it the reference's Adam.
        grad_norm: gradients are clipped to this global norm.
        beta: the KL's weight once risen.
        beta_rise: share of the steps over which beta rises in a line; 0 with `beta_rate` follows the reference.
        beta_rate: the reference's rate, beta * (1 - rate^step).
        beta_end: the KL's weight that the last `beta_end_share` of the steps glide to; None keeps `beta`.
        beta_end_share: see `beta_end`.
        free_bits: of the whole KL.
        sampling_k: constant of the inverse-sigmoid scheduled sampling; 0 for none.
        transpose: lowest and highest shift in semitones that training draws from.
        task: what a groove autoencoder is shown of what it shall play, a name in `models.tasks.TASKS`.
        spans: length in sixteenths of the windows of notes that spans to be filled are drawn in; 0 for none.
        drop: largest share of hits (and of whole voices) hidden from the encoder or the condition.
        mix: share of trios that are shown with the bass, or with the drums, of another window of the batch.
        borrow: share of trios whose melody, bass or drums are, each for itself, played by other collections.
        sources: collections to train on; empty for all.
        source_weights: weight of each window in the loss, by collection.
        odd_weight: weight besides of melodies with next to no notes, or one on nearly every step.
    """

    steps: int
    batch_size: int = 256
    lr: float = 1e-3
    lr_shape: str = "cosine"
    warmup: int = 200
    weight_decay: float = 1e-5
    grad_norm: float = 20.0
    beta: float = 0.2
    beta_rise: float = 0.3
    beta_rate: float = 0.0
    beta_end: float | None = None
    beta_end_share: float = 0.3
    free_bits: float = 48.0
    sampling_k: float = 0.0
    transpose: tuple[int, int] = (0, 0)
    task: str = "plain"
    spans: int = 0
    drop: float = 0.0
    mix: float = 0.0
    borrow: float = 0.0
    sources: tuple[str, ...] = ()
    source_weights: dict[str, float] = field(default_factory=dict)
    odd_weight: float = 1.0


@dataclass(frozen=True)
class Preset:
    """A model and how it is trained; `kind` is what the bridge calls it: melody, drums, trio or notes."""

    model: VaeConfig | FeelConfig | NoteConfig
    schedule: Schedule
    kind: str

    @property
    def windows(self) -> str:
        """What the data set must hold, a name in `engine.data.kinds.KINDS`."""
        return kind_of(music_of(self.model), self.model.steps).name


# Source: magenta's configs: Adam from 1e-3 down to 1e-5, 512 windows a step, gradient norm 1, beta to 0.2.
_REFERENCE = Schedule(
    steps=50_000, batch_size=512, lr_shape="exponential", weight_decay=0.0, grad_norm=1.0, beta=0.2, beta_rise=0.0
)

_REFERENCE_LONG = replace(_REFERENCE, steps=100_000, free_bits=256.0)

_MELODY_2BAR = VaeConfig("melody", decoder="guided", latent_dim=258, decoder_width=512, keys="apart", prior_spread=0.8)

# What ships of 16 bars: bars at both ends, a latent twice as large as of two bars.
_MELODY_16BAR = VaeConfig(
    "melody", "bars", "bars", 256, latent_dim=512, encoder_width=384, encoder_depth=1, decoder_width=192,
    decoder_depth=1,
)  # fmt: skip
_LONG = Schedule(steps=8000, batch_size=64, beta_end=0.4, free_bits=256.0, transpose=(-5, 6), source_weights=_SCORES)
# From melody_16bar's encoder: a decoder that looks back does without a latent that tells nothing yet, for very long.
_LSTM_PAIR = replace(_LONG, steps=600, beta_rise=0.0, beta_end=None)
_REFERENCE_16BAR = VaeConfig(
    "melody", "bilstm", "bars_lstm", 256, latent_dim=512, encoder_width=2048, encoder_layers=2, decoder_width=1024,
    conductor_width=1024, conductor_depth=2,
)  # fmt: skip
_REFERENCE_16BAR_FLAT = replace(_REFERENCE_16BAR, decoder="lstm", decoder_width=2048, decoder_depth=3)

_TRIO_16BAR = replace(_MELODY_16BAR, music="trio", latent_dim=768)
_TRIOS = replace(_LONG, steps=4500, beta_end=None, mix=0.3, borrow=0.6, weight_decay=0.05, source_weights={})

_NOTES = Schedule(
    steps=12000,
    batch_size=32,
    lr=1.5e-3,
    warmup=100,
    beta=0.16,
    free_bits=64.0,  # without them 600 steps left the latent nearly unasked
    transpose=(-5, 6),
    source_weights=_SCORES,
)
_MULTI_NOTE = NoteConfig(latent_dim=256, decoder_depth=1, forgetting=0.5, dense=768)
_MANY_NOTES = replace(_NOTES, steps=3600, batch_size=256, beta=20 / 256)  # 20, as `training.sweep` counts beta
_INFILL_2BAR = NoteConfig("looks_back", True, 64, 160, latent_dim=32, encoder_depth=2, decoder_depth=3)

PRESETS: dict[str, Preset] = {
    "multi_note": Preset(_MULTI_NOTE, _MANY_NOTES, "notes"),
    "multi_note_parallel": Preset(NoteConfig("parallel"), _NOTES, "notes"),  # all rows at once, as the report has it
    "multi_note_one_guess": Preset(replace(_MULTI_NOTE, guesses="one"), _MANY_NOTES, "notes"),  # plain squared errors
    "infill_2bar": Preset(_INFILL_2BAR, replace(_NOTES, beta=1.0, free_bits=16.0, spans=64), "notes"),
    "melody_2bar": Preset(_MELODY_2BAR, Schedule(steps=4000, transpose=(-5, 6), source_weights=_SCORES), "melody"),
    "melody_2bar_settle": Preset(  # from a trained melody_2bar: less KL, and hardly any odd melodies
        _MELODY_2BAR,
        Schedule(
            steps=5500, lr=8e-4, warmup=100, beta=0.25, beta_rise=0.0, beta_end=0.28, beta_end_share=0.5,
            free_bits=40.0, transpose=(-5, 6), source_weights=_SCORES, odd_weight=0.05,
        ),
        "melody",
    ),
    "melody_2bar_finish": Preset(  # from one that has settled: what it gave up of its clips comes back
        _MELODY_2BAR,
        Schedule(
            steps=2500, lr=5e-4, warmup=100, beta=0.18, beta_rise=0.0, free_bits=40.0, transpose=(-5, 6),
            source_weights=_SCORES, odd_weight=0.05,
        ),
        "melody",
    ),
    "melody_2bar_parallel": Preset(  # in all keys, without a language: what shipped first
        VaeConfig("melody"),
        Schedule(steps=9000, beta_end=0.4, transpose=(-5, 6), source_weights=_SCORES),
        "melody",
    ),
    "melody_2bar_lstm": Preset(
        VaeConfig("melody", encoder="bilstm", decoder="lstm", encoder_width=512),
        replace(
            _REFERENCE, steps=200_000, beta_rate=0.99999, free_bits=0.0, sampling_k=1000.0, transpose=(-5, 5),
            source_weights=_SCORES,
        ),
        "melody",
    ),
    "groove_2bar": Preset(
        VaeConfig("groove", decoder_depth=1, encoder_width=768),
        Schedule(steps=5000, beta=0.1, drop=0.1, sources=HUMAN_DRUMS, weight_decay=0.1),
        "drums",
    ),
    "groove_2bar_settle": Preset(  # from a trained groove_2bar: a language beside its decoder
        VaeConfig("groove", decoder="guided", decoder_depth=1),
        Schedule(
            steps=1800, lr=4e-4, warmup=100, beta=0.1, beta_rise=0.0, drop=0.1, sources=HUMAN_DRUMS, weight_decay=0.1
        ),
        "drums",
    ),
    "groove_2bar_lstm": Preset(
        VaeConfig("groove", encoder="bilstm", decoder="lstm", encoder_width=512, dropout=0.7),
        replace(_REFERENCE, sources=HUMAN_DRUMS),
        "drums",
    ),
    "humanize_2bar_lstm": Preset(
        VaeConfig("groove", encoder="bilstm", decoder="lstm", encoder_width=512, dropout=0.7),
        replace(_REFERENCE, task="humanize", sources=HUMAN_DRUMS),
        "drums",
    ),
    "drumify_2bar_lstm": Preset(
        VaeConfig("groove", encoder="bilstm", decoder="lstm", encoder_width=512, dropout=0.7),
        replace(_REFERENCE, task="tap", sources=HUMAN_DRUMS),
        "drums",
    ),
    "humanize_2bar": Preset(
        FeelConfig("hits", members=2, dropout=0.25),
        Schedule(steps=3000, drop=0.3, free_bits=0.0, beta=1.0, sources=HUMAN_DRUMS, weight_decay=5e-5),
        "drums",
    ),
    "drumify_2bar": Preset(
        FeelConfig("tap", dropout=0.15),
        Schedule(steps=5000, free_bits=0.0, beta=1.0, sources=HUMAN_DRUMS, weight_decay=0.05),
        "drums",
    ),
    "melody_16bar": Preset(_MELODY_16BAR, _LONG, "melody"),
    "melody_16bar_flat": Preset(replace(_MELODY_16BAR, decoder="parallel"), _LONG, "melody"),
    "melody_16bar_small_lstm": Preset(  # two levels against one, of the same encoder and width
        replace(_MELODY_16BAR, decoder="bars_lstm", conductor_width=384, decoder_width=384), _LSTM_PAIR, "melody"
    ),
    "melody_16bar_flat_small_lstm": Preset(
        replace(_MELODY_16BAR, decoder="lstm", decoder_depth=2, decoder_width=384), _LSTM_PAIR, "melody"
    ),
    "melody_16bar_lstm": Preset(_REFERENCE_16BAR, _REFERENCE_LONG, "melody"),
    "melody_16bar_flat_lstm": Preset(_REFERENCE_16BAR_FLAT, _REFERENCE_LONG, "melody"),
    "trio_16bar": Preset(_TRIO_16BAR, _TRIOS, "trio"),
    "trio_16bar_settle": Preset(  # from a trained trio_16bar: a little less weight on the KL, at a lower learning rate
        _TRIO_16BAR, replace(_TRIOS, steps=500, lr=4e-4, beta=0.15, beta_rise=0.0, warmup=50), "trio"
    ),
    "trio_16bar_lstm": Preset(
        replace(_REFERENCE_16BAR, music="trio"), replace(_REFERENCE_LONG, batch_size=256), "trio"
    ),
    "trio_16bar_flat_lstm": Preset(
        replace(_REFERENCE_16BAR_FLAT, music="trio"),
        replace(_REFERENCE_LONG, batch_size=256, beta=1.0, free_bits=0.0),
        "trio",
    ),
    "drums_2bar": Preset(
        VaeConfig("drums", decoder_depth=1), Schedule(steps=5000, weight_decay=0.05), "drums"
    ),
    "drums_2bar_lstm": Preset(
        VaeConfig("drums", "bilstm", "lstm", encoder_width=512), replace(_REFERENCE, sampling_k=1000.0), "drums"
    ),
    "groove_4bar": Preset(
        VaeConfig(  # narrow: wider ones learn the players' windows by heart
            "groove", "bars", "bars", 64, encoder_width=256, encoder_depth=1, decoder_width=128, decoder_depth=1,
            conductor_width=128,
        ),
        Schedule(steps=4000, beta=0.1, drop=0.2, sources=HUMAN_DRUMS, weight_decay=0.1),
        "drums",
    ),
    "groove_4bar_lstm": Preset(
        VaeConfig("groove", "bilstm", "lstm", 64, encoder_width=512, dropout=0.7),
        replace(_REFERENCE, sources=HUMAN_DRUMS),
        "drums",
    ),
    "add_hats_2bar_lstm": Preset(
        VaeConfig("groove", encoder="bilstm", decoder="lstm", encoder_width=512, dropout=0.7),
        replace(_REFERENCE, task="add_closed_hats", sources=HUMAN_DRUMS),
        "drums",
    ),
}  # fmt: skip
