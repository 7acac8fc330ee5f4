"""What General MIDI's programs are called, briefly, as a player would say it.

Source: General MIDI System Level 1, sound set: sixteen families of eight programs.
"""

from __future__ import annotations

from engine.errors import OutOfRangeError

_FAMILIES = """
grand piano, bright piano, electric grand, honky-tonk, e-piano 1, e-piano 2, harpsichord, clavinet
celesta, glockenspiel, music box, vibraphone, marimba, xylophone, tubular bells, dulcimer
drawbar organ, percussive organ, rock organ, church organ, reed organ, accordion, harmonica, bandoneon
nylon guitar, steel guitar, jazz guitar, clean guitar, muted guitar, overdriven guitar, distorted guitar, harmonics
acoustic bass, fingered bass, picked bass, fretless bass, slap bass 1, slap bass 2, synth bass 1, synth bass 2
violin, viola, cello, double bass, tremolo strings, pizzicato, harp, timpani
strings, slow strings, synth strings 1, synth strings 2, choir, voice, synth voice, orchestra hit
trumpet, trombone, tuba, muted trumpet, horn, brass section, synth brass 1, synth brass 2
soprano sax, alto sax, tenor sax, baritone sax, oboe, english horn, bassoon, clarinet
piccolo, flute, recorder, pan flute, blown bottle, shakuhachi, whistle, ocarina
square lead, saw lead, calliope lead, chiff lead, charang lead, voice lead, fifths lead, bass and lead
new age pad, warm pad, polysynth, choir pad, bowed pad, metallic pad, halo pad, sweep pad
rain, soundtrack, crystal, atmosphere, brightness, goblins, echoes, sci-fi
sitar, banjo, shamisen, koto, kalimba, bagpipe, fiddle, shanai
tinkle bell, agogo, steel drums, woodblock, taiko, melodic tom, synth drum, reverse cymbal
fret noise, breath noise, seashore, bird tweet, telephone, helicopter, applause, gunshot
"""
PROGRAMS = tuple(name for family in _FAMILIES.split("\n")[1:-1] for name in family.split(", "))
"""Names by program, 0..127."""


def program_name(program: int) -> str:
    """What a program is called.

    Raises:
        OutOfRangeError: no program has that number.
    """
    if not 0 <= program < len(PROGRAMS):
        raise OutOfRangeError(f"the program is {program}; General MIDI has 0..{len(PROGRAMS) - 1}")
    return PROGRAMS[program]
