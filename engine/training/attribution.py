"""Whose music a model learnt from: each collection's authors, licence and what its licence asks to be told.

A new collection is one entry here. A collection that is not listed is named in the card with a request to add it.
"""

from __future__ import annotations

from dataclasses import dataclass

_BSD_3 = """Copyright © 2001-2024 Contributors to the Freedoom project. All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:

  * Redistributions of source code must retain the above copyright notice, this list of conditions and the following
    disclaimer.
  * Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the
    following disclaimer in the documentation and/or other materials provided with the distribution.
  * Neither the name of the Freedoom project nor the names of its contributors may be used to endorse or promote
    products derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS “AS IS” AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""

_MIT = """MIT License. Copyright (c) 2018 00sapo

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""

_MUTOPIA = """The pieces under CC BY, all others being in the public domain
(https://creativecommons.org/licenses/by/3.0/):

- Chris Brown, Lullaby to an Eastern Child; typeset by Silas Brown (Mutopia-2009/03/05-1638)
- Mauro Giuliani, Serenade op. 127 nr. 1, Maestoso; typeset by Mark Van den Borre (Mutopia-2013/02/17-255)
- Mauro Giuliani, Opus 50, numbers 1 to 6, 8 and 10 to 32; typeset by Stephen Rhen (Mutopia-2008/03/05-1329 to 1334,
  1336 and 1338 to 1360)"""


@dataclass(frozen=True)
class Attribution:
    """What is said of a collection.

    Attributes:
        title: its full name.
        authors: who made it.
        licence: its short name.
        url: where it is published.
        notice: what its licence asks to be reproduced, as Markdown; empty where it asks for nothing.
    """

    title: str
    authors: str
    licence: str
    url: str
    notice: str = ""


_FREEDOOM = "Contributors to the Freedoom project (its CREDITS and CREDITS-MUSIC name them)"

ATTRIBUTIONS: dict[str, Attribution] = {
    "groove-midi-1.0.0": Attribution(
        "Groove MIDI Dataset 1.0.0", "Google LLC; Gillick, Roberts, Engel, Eck and Bamman 2019", "CC BY 4.0",
        "https://magenta.tensorflow.org/datasets/groove",
        "The Groove MIDI Dataset is made available by Google LLC under the Creative Commons Attribution 4.0\n"
        "International licence (https://creativecommons.org/licenses/by/4.0/). To cite it: Jon Gillick, Adam Roberts,\n"
        "Jesse Engel, Douglas Eck and David Bamman, *Learning to Groove with Inverse Sequence Transformations*, 2019.",
    ),
    "Freedoom": Attribution("Freedoom", _FREEDOOM, "BSD-3-Clause", "https://freedoom.github.io", _BSD_3),
    "Freedoom (git history)": Attribution(
        "Freedoom (earlier versions of its music)", _FREEDOOM, "BSD-3-Clause", "https://freedoom.github.io", _BSD_3
    ),
    "Mutopia guitar": Attribution(
        "The Mutopia Project, classical guitar", "Typesetters of the Mutopia Project", "public domain and CC BY 3.0",
        "https://www.mutopiaproject.org", _MUTOPIA,
    ),
    "Open Hymnal": Attribution(
        "Open Hymnal", "The Open Hymnal Project", "public domain", "http://openhymnal.org"
    ),
    "OpenEWLD strict-PD subset": Attribution(
        "OpenEWLD, pieces in the public domain", "00sapo and the contributors of Wikifonia", "public domain, MIT",
        "https://github.com/00sapo/OpenEWLD", _MIT,
    ),
    "OpenScore Lieder": Attribution(
        "OpenScore Lieder Corpus", "The OpenScore community", "CC0", "https://github.com/OpenScore/Lieder"
    ),
    "OpenScore String Quartets": Attribution(
        "OpenScore String Quartets", "The OpenScore community", "CC0", "https://github.com/OpenScore/StringQuartets"
    ),
    "OpenScore Orchestra (Hauptstimme scores)": Attribution(
        "OpenScore Orchestra, scores of the Hauptstimme corpus", "The OpenScore community", "CC0",
        "https://github.com/MarkGotham/Hauptstimme",
    ),
}  # fmt: skip


def attribution_of(source: str) -> Attribution:
    """What is said of a collection; one that is not listed says so."""
    unknown = Attribution(source, "not recorded", "not recorded", "", "")
    return ATTRIBUTIONS.get(source, unknown)
