"""What a card tells of a learnt prior: how it was learnt, what it knows, and how it is drawn from."""

from __future__ import annotations

from collections.abc import Iterator

from engine.evaluation.figure_tables import markdown_table, text_of
from engine.evaluation.memorisation import COPY
from engine.evaluation.prior import TRIED_ON
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.prior import PRIOR_NAME

FACTS_NAME = "prior"
"""What `trained` of a checkpoint calls how its prior was learnt."""
FLAGS = ("steps", "batch_size", "lr", "dropout", "seed", "validate_every", "precision")
"""Settings of `training.prior.PriorOptions` that decide what is learnt; kept beside it."""


def prior_section(loaded: Checkpoint) -> Iterator[str]:
    """The section, part by part; nothing where no prior was learnt."""
    found = loaded.trained.get(FACTS_NAME)
    if not found or loaded.prior is None:
        return
    figures, manner = found["figures"], loaded.prior
    nats, unlike = figures["nats"], figures["unlikeness"]
    parameters = sum(weight.numel() for weight in manner.model.parameters())
    yield "## Prior"
    yield (
        f"`{PRIOR_NAME}`, {parameters:,} parameters: how the bars' shares of the latent follow from each other. "
        "Samples are drawn from it, and variations head for what is. The validation windows' latents cost it "
        f"{nats['learnt']:.1f} nats, N(0, 1) {nats['plain']:.1f}."
    )
    flags = " ".join(f"--{name.replace('_', '-')} {found[name]}" for name in FLAGS)
    yield (
        f"```\nbridge prior checkpoints/{loaded.name} --data music.lbdata --work runs/prior_{loaded.name} {flags}\n```"
    )
    yield (
        f"The best of the validations, at step {found['best_step']:,}, was kept; data {found['data_sha256']}, PyTorch "
        f"{found['torch']}. Gaussians are drawn with {manner.spread:g} of their scale, and chosen at temperature "
        f"{manner.temperature:g}: of all manners tried, each on {TRIED_ON} samples, this one's were most like the "
        f"validation windows (mean relative difference of the figures that samples and data share: "
        f"{unlike['learnt']:.3f}, of N(0, 1) {unlike['plain']:.3f})."
    )
    tried = figures["tried"]
    yield markdown_table(list(tried), [[text_of(value) for value in row] for row in zip(*tried.values(), strict=True)])
    beside = {"samples": figures["samples_beside_training"], "held-out windows": figures["held_out_beside_training"]}
    yield "How near samples come to training windows, beside how near windows do that were held out:"
    rows = [
        [name, f"{near['windows']:,}", text_of(near["likeness"]), text_of(near["copies"])]
        for name, near in beside.items()
    ]
    yield markdown_table(["", "windows", "likeness, median", f"copies (likeness from {COPY:g} on)"], rows)
