"""A decoder that a language goes along with: the latent says what is wanted, the language what is likely to follow.

All that the latent wants is said at once. Then the steps are taken one after the other, each by both together: where
the latent is sure, it decides; where it is in two minds, as half-way between two clips, what was taken before does, and
so the clip hangs together. The language is learnt on a loss of its own and knows no latent.

Source: Hinton, Training Products of Experts, 2002; Sriram et al., Cold Fusion, 2017, for a decoder that learns beside a
language that is there already.
Differs: both learn at the same time; the decoder's loss does not reach the language.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.blocks import ResidualMlp
from engine.models.config import VaeConfig
from engine.models.decoders import ParallelDecoder
from engine.models.folding import Foldable, Linear
from engine.models.heads import Head
from engine.models.signature import LetterLinear
from engine.representations.drums import NUM_VOICES
from engine.representations.groove import DEPTH
from engine.representations.melody import FIRST_PITCH_CLASS

LAGS = 16
"""So many of the last steps the language knows: a bar."""

_EMBEDDING = 32
_WIDTH = 128
_DROPOUT = {"melody": 0.0, "groove": 0.3}
"""Of what the language hears; there are few grooves, and it would know them by heart."""
_STRENGTH = {"melody": (1.0, 1.4), "groove": (0.4, 1.1)}
"""What the language's word weighs where a clip is rebuilt, as in training, and where there is none to come back: a
groove's latent that no clip stands behind says too much that nobody would play."""

_LOST_NOTES, _LOST_HITS = 3.1, 0.6
"""Of the log odds of each pitch, and of a drum hit, at temperature .5, where most is lost; at 0 and at 1 nothing is."""


def _out(config: VaeConfig) -> type[Linear]:
    return LetterLinear if config.keys == "apart" else Linear


class Wants(nn.Module):
    """What the latent alone says of all steps: residual MLP blocks over the whole window, spread over the steps."""

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.steps, width = config.steps, config.decoder_width
        self.enter = Linear(config.latent_dim, width)
        self.blocks = nn.Sequential(*(ResidualMlp(width) for _ in range(config.decoder_depth)))
        self.norm = nn.LayerNorm(width)
        self.spread = Linear(width, config.steps * config.embedding)
        self.lift = Linear(config.embedding, 2 * config.embedding)
        self.position = nn.Parameter(torch.randn(config.steps, 2 * config.embedding) * 0.02)
        self.step_norm = nn.LayerNorm(2 * config.embedding)
        self.out = _out(config)(2 * config.embedding, head.depth)

    def decode(self, z: Tensor) -> Tensor:
        """`batch, latent` to outputs `batch, steps, depth`."""
        x = self.spread(self.norm(self.blocks(self.enter(z)))).view(len(z), self.steps, -1)
        outputs: Tensor = self.out(self.step_norm(self.lift(F.relu(x)) + self.position))
        return outputs


class StepLanguage(nn.Module):
    """What each step may be, by the `LAGS` steps before it and its place."""

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.head, self.steps = head, config.steps
        self.embed = nn.Parameter(torch.randn(head.feature_depth, _EMBEDDING) * 0.5)
        self.dropout = nn.Dropout(_DROPOUT[config.music])
        self.hear = Linear(LAGS * _EMBEDDING, _WIDTH)
        self.position = nn.Parameter(torch.randn(config.steps, _WIDTH) * 0.02)
        self.think = Linear(_WIDTH, _WIDTH)
        self.out = _out(config)(_WIDTH, head.depth)

    def forward(self, features: Tensor) -> Tensor:
        """Outputs `batch, steps, depth`, of features `batch, steps, feature_depth`: each told only what was before."""
        heard = F.pad(self.dropout(features[:, :-1] @ self.words), (0, 0, LAGS, 0))
        windows = torch.cat([heard[:, lag : lag + self.steps] for lag in range(LAGS)], -1)
        return self.tell(self.hear(windows) + self.position)

    @property
    def words(self) -> Tensor:
        """What each of a step's features is heard as, `feature_depth, embedding`: of drums the hits, not the touch."""
        return self.embed if self.head.depth != DEPTH else F.pad(self.embed[:NUM_VOICES], (0, 0, 0, DEPTH - NUM_VOICES))

    def tell(self, heard: Tensor) -> Tensor:
        """Outputs of what was heard, `…, width`."""
        x = F.relu(heard)
        outputs: Tensor = self.out(self.dropout(x + F.relu(self.think(x))))
        return outputs


class FoldedLanguage:
    """A language that follows its own steps: what each adds to those after it is looked up.

    Args:
        language: copied; later changes of its weights are not seen.
    """

    def __init__(self, language: StepLanguage) -> None:
        self.head, self.tell, self.steps = language.head, language.tell, language.steps
        lags = language.hear.weight.detach().view(_WIDTH, LAGS, _EMBEDDING).flip(1)
        self.table = torch.einsum("ce,wle->clw", language.words.detach(), lags).flatten(1)
        self.start = F.pad(language.hear.bias.detach() + language.position.detach(), (0, 0, 0, LAGS))

    def __call__(
        self, wanted: Tensor, strength: float, temperature: float, generator: torch.Generator | None
    ) -> Tensor:
        """Outputs where each step is drawn before the next; they and what is wanted are `batch, steps, depth`.

        At temperature 0 they still say how likely all else was; above, they leave no doubt of what was drawn.
        `strength` is what the language's word weighs.
        """
        ahead = self.start.repeat(len(wanted), 1, 1)
        told: list[Tensor] = []
        for step in range(self.steps):
            outputs = wanted[:, step] + strength * self.tell(ahead[:, step])
            if temperature:
                music = self.head.draw(_put_back(outputs, temperature), temperature, generator)
                outputs = self.head.certain(outputs, music)
            told.append(outputs)
            ahead[:, step + 1 : step + 1 + LAGS] += self._heard(outputs).view(-1, LAGS, _WIDTH)
        return torch.stack(told, 1)

    def _heard(self, outputs: Tensor) -> Tensor:
        """What the likeliest music of a step adds to those after it; of drums the hits alone count."""
        if self.head.depth == DEPTH:
            return (outputs[:, :NUM_VOICES] > 0).to(self.table.dtype) @ self.table[:NUM_VOICES]
        return F.embedding(outputs.argmax(-1), self.table)


def _put_back(outputs: Tensor, temperature: float) -> Tensor:
    """Outputs `…, depth` of a step, with the onsets likelier that a temperature between 0 and 1 would lose.

    Each of 88 pitches alone loses against the one class that holds, and of drums the unlikely hits are many.
    """
    if not 0 < temperature < 1:
        return outputs
    share = 4 * temperature * (1 - temperature)
    if outputs.shape[-1] == DEPTH:
        hits, touch = outputs.split([NUM_VOICES, DEPTH - NUM_VOICES], -1)
        return torch.cat([hits + _LOST_HITS * share, touch], -1)
    rest, pitches = outputs.split([FIRST_PITCH_CLASS, outputs.shape[-1] - FIRST_PITCH_CLASS], -1)
    return torch.cat([rest, pitches + _LOST_NOTES * share], -1)


class GuidedDecoder(Foldable[FoldedLanguage]):
    """What the latent wants and what the language expects, added up step by step."""

    looks_back, is_certain = True, False

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.dense = Wants(config, head) if config.music == "melody" else ParallelDecoder(config, head)
        self.language = StepLanguage(config, head)
        self.strength, self.strength_anew = _STRENGTH[config.music]

    def forward(self, z: Tensor, features: Tensor, sampling: Tensor, before: Tensor | None = None) -> Tensor:
        """Told the true steps before each; nothing is passed on to the language."""
        del sampling, before
        with torch.no_grad():
            expected = self.language(features)
        outputs: Tensor = self.dense.decode(z) + self.strength * expected
        return outputs

    def decode(
        self,
        z: Tensor,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
        before: Tensor | None = None,
        lean: Tensor | float | None = None,
    ) -> Tensor:
        """Free-running: each step is drawn before the next.

        Args:
            z: `batch, latent`.
            temperature: of the draws.
            generator: of the draws.
            before: not looked at.
            lean: what is wanted besides, of the outputs' shape; 0 for nothing. None: z is a clip's own, to come back.
        """
        del before
        wanted: Tensor = self.dense.decode(z)
        folded: FoldedLanguage = self.folded or self._make_folded()
        if lean is None:
            return folded(wanted, self.strength_anew if temperature else self.strength, temperature, generator)
        return folded(wanted + lean, self.strength_anew, temperature, generator)

    def _make_folded(self) -> FoldedLanguage:
        return FoldedLanguage(self.language)
