"""MIDI files as sound: FluidSynth renders them, faster than they would play; it and a sound font must be installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import AudioError

SOUND_FONT_VARIABLE = "LATENT_BRIDGE_SOUND_FONT"
"""Environment variable that names a sound font, where none is given."""

_PROGRAM = "fluidsynth"
_RATE_HZ = 44_100
_GAIN = 0.8
_TIMEOUT_S = 120.0
_PLACES = (
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/usr/local/share/sounds/sf2",
    "/opt/homebrew/share/soundfonts",
    "~/Library/Audio/Sounds/Banks",
    "~/.local/share/soundfonts",
    "~/.fluidsynth",
)
_PREFERRED = ("default", "FluidR3_GM")
_INSTALL = "on Debian: apt install fluidsynth fluid-soundfont-gm; on macOS: brew install fluid-synth"


@dataclass(frozen=True)
class Synth:
    """FluidSynth and the sounds that it plays with."""

    program: Path
    sound_font: Path


def find_synth(sound_font: Path | None = None) -> Synth:
    """What this machine can render with.

    Args:
        sound_font: a file ending in .sf2 or .sf3; None takes that of `LATENT_BRIDGE_SOUND_FONT`, else one that is
            installed.

    Raises:
        AudioError: FluidSynth is missing, or no sound font is found.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        raise AudioError(f"audio needs FluidSynth, and no {_PROGRAM} is installed here; {_INSTALL}")
    named = sound_font or (Path(os.environ[SOUND_FONT_VARIABLE]) if os.environ.get(SOUND_FONT_VARIABLE) else None)
    if named is not None and not named.is_file():
        raise AudioError(f"there is no sound font {named}; name a file that ends in .sf2 or .sf3")
    found = named or _installed()
    if found is None:
        raise AudioError(
            f"no sound font is installed where it is looked for; name one with --sound-font or {SOUND_FONT_VARIABLE}, "
            f"or install one: {_INSTALL}"
        )
    return Synth(Path(program), found)


def render(synth: Synth, midi_file: Path, wav_file: Path, timeout_s: float = _TIMEOUT_S) -> None:
    """Renders a MIDI file as a WAV file of 44,100 Hz, 16 bits, two channels.

    Args:
        synth: from `find_synth`.
        midi_file: what is played.
        wav_file: overwritten where it exists.
        timeout_s: how long FluidSynth may take.

    Raises:
        AudioError: it fails, takes longer, or writes no sound.
    """
    settings = ["-q", "-n", "-i", "-T", "wav", "-O", "s16", "-r", str(_RATE_HZ), "-g", str(_GAIN)]
    # A name that begins with a dash would be read as a flag.
    files = [str(path.absolute()) for path in (wav_file, synth.sound_font, midi_file)]
    wav_file.unlink(missing_ok=True)
    try:
        command = [str(synth.program), *settings, "-F", *files]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired as error:
        wav_file.unlink(missing_ok=True)
        raise AudioError(f"FluidSynth took over {timeout_s:g} s for {midi_file}; give a shorter clip") from error
    except OSError as error:
        raise AudioError(f"{synth.program} cannot be run: {error.strerror or error}; install it again") from error
    if done.returncode != 0 or not wav_file.is_file():
        said = " ".join(done.stderr.split())[-200:] or f"status {done.returncode}"
        raise AudioError(f"FluidSynth could not render {midi_file} to {wav_file}: {said}")


def _installed() -> Path | None:
    """A sound font where systems keep them; of several, one that is called a default."""
    folders = [Path(place).expanduser() for place in _PLACES]
    fonts = sorted(font for folder in folders for font in folder.glob("*.sf[23]") if font.is_file())
    preferred = [font for name in _PREFERRED for font in fonts if font.stem.startswith(name)]
    return next(iter([*preferred, *fonts]), None)
