"""What lies between clips leans on them: where the model leaves open what comes, one of the clips has the say.

Half-way between two latents a decoder may say anything that it finds likely, near to neither clip. A listener knows
a morph by what is still, and what is already, of the clips. So each step's outputs are drawn towards what the clips
play there, all alike however much each is heard; the latent decides between them, and a decoder's language sees to it
that the choices hang together. At a clip itself only that clip is leant on, and so it comes back as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.models.vae import Vae

STRENGTH = 10.0
"""In nats."""
_FULLY_FROM = 0.25


def steadiness(temperature: float) -> float:
    """How strongly to lean at a temperature: wholly at 0, from 1 on not at all."""
    return max(0.0, 1.0 - temperature)


def loosening(share: Tensor | float) -> Tensor:
    """How strongly a variation leans on its clip at a share 0..1 of its way: wholly at 0, soon not at all."""
    return (1 - torch.as_tensor(share) / _FULLY_FROM).clamp_min(0)


@dataclass(frozen=True)
class Leaning:
    """What is leant on.

    Attributes:
        played: what pieces play, as their model's outputs would say it, `pieces, windows, steps, depth`.
        is_foreign: which outputs are notes outside the key, `depth`: those of two clips together are in no key.
    """

    played: Tensor
    is_foreign: Tensor

    @classmethod
    def on(cls, model: Vae, windows: Sequence[Tensor]) -> Leaning | None:
        """None where the model's decoder takes no notice.

        Args:
            model: what decodes.
            windows: of each piece as the model hears it, `windows, steps[, depth]`; all pieces have as many.
        """
        if not model.can_lean:
            return None
        return cls(torch.stack([model.playing(each) for each in windows]), model.is_foreign)

    def at(self, shares: Tensor, strengths: Tensor | float = 1.0) -> Tensor:
        """What to add to the outputs, `count, windows, steps, depth`.

        Args:
            shares: how much each piece is heard, `count, pieces`, rows that sum to 1.
            strengths: 0..1, `count`: at 0 nothing is leant on.
        """
        heard, foreign = (
            torch.einsum("cp,pwsd->cwsd", weights.clamp(0, 1).to(self.played), self.played).clamp(-1, 1)
            for weights in (shares / _FULLY_FROM, 2 * shares - 1)
        )
        together = torch.where(self.is_foreign, foreign, heard)
        return together * (STRENGTH * torch.as_tensor(strengths).to(self.played).reshape(-1, 1, 1, 1))
