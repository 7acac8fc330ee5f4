"""How latents differ with their music's attributes, near any latent: the difference of means, taken locally.

MusicVAE takes the mean latent of clips that have much of an attribute, less that of clips that have little. But those
clips differ in other things too, and what makes one clip denser does nothing for another. So here the latent is
estimated from all attributes at once and from itself, blurred: of clips that a blurred latent could be, the mean
moves with an attribute, the others staying, by this much.

Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018, section 4.3 (attribute vectors).
Differs: the means are those of a neighbourhood, as wide as the encoder's own doubt, and all attributes are known.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FEATURES = 128
BLUR = 2.0
STEPS = 4000
BATCH = 512
_WIDTH = 512
_LR = 1.5e-3
_MOST = 3.0


class LocalMeans(nn.Module):
    """The mean latent of clips near a blurred latent that have these attributes.

    It is a free function of the blurred latent, plus for each attribute its amount times a direction
    `straight + relu(read z + bias) turn`.
    """

    def __init__(self, latent_dim: int, attributes: int) -> None:
        super().__init__()
        self.anywhere = nn.Sequential(
            nn.Linear(latent_dim, _WIDTH),
            nn.ReLU(),
            nn.Linear(_WIDTH, _WIDTH),
            nn.ReLU(),
            nn.Linear(_WIDTH, latent_dim),
        )
        self.read = nn.Linear(latent_dim, FEATURES)
        self.straight = nn.Parameter(torch.zeros(attributes, latent_dim))
        self.turn = nn.Parameter(torch.zeros(attributes, FEATURES, latent_dim))

    def forward(self, blurred: Tensor, amounts: Tensor) -> Tensor:
        """Latents of `batch, latent` and amounts `batch, attributes`."""
        features = F.relu(self.read(blurred))
        by_feature = (amounts[:, :, None] * features[:, None]).flatten(1)
        mean: Tensor = self.anywhere(blurred) + amounts @ self.straight + by_feature @ self.turn.flatten(0, 1)
        return mean


def fit(z: Tensor, doubt: Tensor, attributes: Tensor, seed: int) -> LocalMeans:
    """Fit the local means to latents.

    Args:
        z: `clips, latent`.
        doubt: the encoder's standard deviation in each dimension, `latent`.
        attributes: `clips, attributes`, all finite.
        seed: of the first weights, the order and the blur.
    """
    generator = torch.Generator().manual_seed(seed)
    amounts = gaussianised(attributes)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        means = LocalMeans(z.shape[1], attributes.shape[1])
    optimiser = torch.optim.Adam(means.parameters(), lr=_LR)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LR, total_steps=STEPS)
    for _ in range(STEPS):
        chosen = torch.randint(len(z), (BATCH,), generator=generator)
        blurred = z[chosen] + BLUR * doubt * torch.randn(BATCH, len(doubt), generator=generator)
        with torch.autocast("cpu", torch.bfloat16):
            guess = means(blurred, amounts[chosen])
        loss = (((guess.float() - z[chosen]) / doubt) ** 2).sum(1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return means.eval().requires_grad_(False)


def gaussianised(attributes: Tensor) -> Tensor:
    """Each column by its ranks as if it were normal: so a few outliers do not decide; equal values stay equal."""
    columns = []
    for column in attributes.T.contiguous():
        in_order = column.sort().values
        below, above = (torch.searchsorted(in_order, column, right=right) for right in (False, True))
        columns.append(torch.special.ndtri((below + above) / 2 / len(column)).clamp(-_MOST, _MOST))
    return torch.stack(columns, 1)
