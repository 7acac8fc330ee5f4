"""Where a sound begins anew: onsets in recorded audio, without a look at the MIDI that made it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

WINDOW_FRAMES = 512
HOP_FRAMES = 64
_GAP_HOPS = 24  # two onsets within 32 ms at 48 kHz are one
_COMPRESSION = 100.0
_THRESHOLD = 0.2  # of the strongest onset

Floats = npt.NDArray[np.floating]


def find_onsets(sound: Floats) -> list[int]:
    """The samples at which something begins, as the peaks of the spectral flux.

    Source: Bello et al., "A Tutorial on Onset Detection in Music Signals", 2005: half-wave rectified difference of
    compressed magnitudes between a frame and the one before.
    """
    flux = _spectral_flux(sound)
    if not flux.size or flux.max() == 0:
        return []
    peaks: list[int] = []
    for hop in np.flatnonzero(flux > _THRESHOLD * flux.max()):
        around = flux[max(0, hop - _GAP_HOPS) : hop + _GAP_HOPS + 1]
        if flux[hop] == around.max() and (not peaks or hop - peaks[-1] > _GAP_HOPS):
            peaks.append(int(hop))
    return [hop * HOP_FRAMES + WINDOW_FRAMES for hop in peaks]


def nearest_errors(expected: Sequence[int], found: Sequence[int]) -> list[int]:
    """How far after each expected onset the nearest found one lies, in frames."""
    places = np.asarray(found)
    return [int(places[np.abs(places - onset).argmin()] - onset) for onset in expected] if found else []


def merged(frames: Sequence[int], gap_frames: int) -> list[int]:
    """Onsets of chords as one: those within the gap after an earlier one are left out."""
    kept: list[int] = []
    for frame in sorted(frames):
        if not kept or frame - kept[-1] > gap_frames:
            kept.append(frame)
    return kept


def _spectral_flux(sound: Floats) -> Floats:
    if len(sound) <= WINDOW_FRAMES:
        return np.zeros(0)
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW_FRAMES)[::HOP_FRAMES]
    magnitudes = np.log1p(_COMPRESSION * np.abs(np.fft.rfft(windows * np.hanning(WINDOW_FRAMES))))
    return np.asarray(np.maximum(np.diff(magnitudes, axis=0), 0).sum(axis=1))
