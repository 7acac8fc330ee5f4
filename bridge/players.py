"""Clips that sound together, as the bytes of one small MP3 file for a page."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Synth, render
from engine.representations.clip import Clip
from engine.representations.midi_file import write_clip
from engine.representations.midi_parts import Part, write_parts

_CHANNELS = {"drums": 9}
_PROGRAMS = {"bass": 33}
_SMALLNESS = 0.9
_LOUDEST = 0.95

Samples = NDArray[np.float32]


def mp3(synth: Synth, parts: Mapping[str, Clip] | Sequence[Part]) -> bytes:
    """Renders clips that sound together, mono.

    Args:
        synth: from `find_synth`.
        parts: `melody`, `bass` or `drums`, each with its clip; the bass plays a bass, the drums the drum channel. Or
            parts of any number, each with its program and channel, cut where their loop ends.

    Raises:
        AudioError: FluidSynth fails.
    """
    import soundfile

    with tempfile.TemporaryDirectory(prefix="latent-bridge-") as folder:
        files = list(_wavs(synth, parts, Path(folder)))
        tracks = [soundfile.read(file, dtype="float32", always_2d=True) for file in files]
    mix = _mixed([track.mean(1) for track, _ in tracks])
    rate_hz = tracks[0][1]
    buffer = io.BytesIO()
    soundfile.write(buffer, mix, rate_hz, format="MP3", bitrate_mode="VARIABLE", compression_level=_SMALLNESS)
    return buffer.getvalue()


def _wavs(synth: Synth, parts: Mapping[str, Clip] | Sequence[Part], folder: Path) -> Iterator[Path]:
    """A sound for each named clip; one for all parts that have programs of their own."""
    if isinstance(parts, Mapping):
        for name, clip in parts.items():
            midi_file = folder / f"{name}.mid"
            write_clip(clip, midi_file, program=_PROGRAMS.get(name, 0), channel=_CHANNELS.get(name))
            yield _wav(synth, midi_file)
    else:
        write_parts(parts, folder / "band.mid", cut_at_loop_end=True)
        yield _wav(synth, folder / "band.mid")


def _wav(synth: Synth, midi_file: Path) -> Path:
    wav_file = midi_file.with_suffix(".wav")
    render(synth, midi_file, wav_file)
    return wav_file


def _mixed(tracks: Sequence[Samples]) -> Samples:
    """The sum, as long as the longest, made quieter where it would be too loud."""
    mix = np.zeros(max(map(len, tracks)), np.float32)
    for track in tracks:
        mix[: len(track)] += track
    return mix * np.float32(_LOUDEST / max(_LOUDEST, float(np.abs(mix).max(initial=0.0))))
