"""Songs of many tracks made up by a seed, as MIDI files and as tracks, and tiny models of notes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mido
import torch
from made_up import line

from engine.models.config import NoteConfig
from engine.models.note_vae import NoteVae
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.midi_parts import Part, write_parts
from engine.representations.note_sequence import Track
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint

FILLER = NoteConfig("looks_back", True, 64, 96, latent_dim=8, embedding=8, width=16, heads=2)
INVENTOR = NoteConfig(
    slots=48, latent_dim=8, embedding=8, width=16, heads=2, decoder_depth=1, forgetting=0.5, dense=16, share=4
)


def hits(pitch: int, bars: int, every: float = 1.0) -> Clip:
    """One drum again and again."""
    times = (k * every for k in range(int(bars * 4 / every)))
    return make_clip([Note(time, pitch, 0.1, 100.0) for time in times], bars * 4.0)


def song_parts(bars: int = 4, numerator: int = 4) -> list[Part]:
    """A lead, chords, a bass, and kick and snare as tracks of their own."""
    low = line(2, bars, numerator)
    bass = replace(low, notes=tuple(replace(note, pitch=note.pitch - 36) for note in low.notes))
    starts = [bar * 4.0 for bar in range(bars)]
    chords = make_clip([Note(on, pitch, 3.5, 70.0) for on in starts for pitch in (60, 64, 67)], bars * 4.0)
    return [
        Part(line(1, bars, numerator), "lead", 73, 0),
        Part(chords, "chords", 4, 1),
        Part(bass, "bass", 33, 2),
        Part(hits(36, bars), "kick", 0, 9),
        Part(hits(38, bars, 2.0), "snare", 0, 9),
    ]


def song_tracks(bars: int = 4) -> list[Track]:
    """The same song as tracks."""
    return [Track.of(part.clip, part.program, part.channel == 9) for part in song_parts(bars)]


def write_song(path: Path, bars: int = 4, numerator: int = 4) -> Path:
    """The song as a file, with what no clip holds: a change of tempo, a pedal, a bend and words."""
    write_parts(song_parts(bars, numerator), path)
    file = mido.MidiFile(path)
    extras = [
        mido.MetaMessage("set_tempo", tempo=400_000, time=0),
        mido.MetaMessage("lyrics", text="la", time=0),
        mido.Message("control_change", control=64, value=127, channel=0, time=0),
        mido.Message("pitchwheel", pitch=-500, channel=0, time=0),
    ]
    place = len(file.tracks[0]) // 2
    file.tracks[0][place:place] = extras
    file.save(path)
    return path


def loaded(config: NoteConfig, name: str) -> Checkpoint:
    """A tiny model with random weights, far enough from 0 that it says different things."""
    torch.manual_seed(0)
    model = NoteVae(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 1.5
    return Checkpoint(name, "notes", config.steps // 16, model, "0" * 16, {})


def write_model(config: NoteConfig, folder: Path) -> Path:
    """The same as a checkpoint folder."""
    checkpoint.save(folder, loaded(config, folder.name).model, "notes", {})
    return folder
