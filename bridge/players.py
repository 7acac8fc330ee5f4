"""Clips that sound together, as the bytes of one small MP3 file for a page."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Synth, render
from engine.representations.clip import Clip
from engine.representations.midi_file import write_clip

_CHANNELS = {"drums": 9}
_PROGRAMS = {"bass": 33}
_SMALLNESS = 0.9
_LOUDEST = 0.95

Samples = NDArray[np.float32]


def mp3(synth: Synth, parts: Mapping[str, Clip]) -> bytes:
    """Renders clips that sound together, mono.

    Args:
        synth: from `find_synth`.
        parts: `melody`, `bass` or `drums`, each with its clip; the bass plays a bass, the drums the drum channel.

    Raises:
        AudioError: FluidSynth fails.
    """
    import soundfile

    with tempfile.TemporaryDirectory(prefix="latent-bridge-") as folder:
        files = [_wav(synth, name, clip, Path(folder)) for name, clip in parts.items()]
        tracks = [soundfile.read(file, dtype="float32", always_2d=True) for file in files]
    mix = _mixed([track.mean(1) for track, _ in tracks])
    rate_hz = tracks[0][1]
    buffer = io.BytesIO()
    soundfile.write(buffer, mix, rate_hz, format="MP3", bitrate_mode="VARIABLE", compression_level=_SMALLNESS)
    return buffer.getvalue()


def _wav(synth: Synth, name: str, clip: Clip, folder: Path) -> Path:
    midi_file, wav_file = folder / f"{name}.mid", folder / f"{name}.wav"
    write_clip(clip, midi_file, program=_PROGRAMS.get(name, 0), channel=_CHANNELS.get(name))
    render(synth, midi_file, wav_file)
    return wav_file


def _mixed(tracks: Sequence[Samples]) -> Samples:
    """The sum, as long as the longest, made quieter where it would be too loud."""
    mix = np.zeros(max(map(len, tracks)), np.float32)
    for track in tracks:
        mix[: len(track)] += track
    return mix * np.float32(_LOUDEST / max(_LOUDEST, float(np.abs(mix).max(initial=0.0))))
