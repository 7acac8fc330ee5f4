"""The named directions of a checkpoint's latent space: found in the data, measured, and written beside the weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.data.dataset import MusicSet, data_hash, load_set
from engine.data.kinds import kind_of
from engine.errors import WrongKindError
from engine.evaluation.attributes import ATTRIBUTES, Attributes
from engine.evaluation.evaluate import finite
from engine.evaluation.knobs import decoded, deviations, measure_knobs
from engine.latent.slerp import slerp
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.directions import Directions, save_directions
from engine.runtime.knobs import KNOBS
from engine.training.knob_purity import effects, unmixed
from engine.training.knob_travel import with_even_travel
from engine.training.knobs_section import FACTS_NAME
from engine.training.local_means import fit

CLIPS = 100_000
_CALIBRATED_ON = 300
_QUARTILE = 0.25
_UNMIXED_TIMES = 3
_BATCH = 500
_KNOWN = "find directions of a model of drums"


class Material(NamedTuple):
    """Clips as a model sees them: `z` and `doubt` of the encoder, `clips, latent`, and attributes `clips, names`."""

    z: Tensor
    doubt: Tensor
    attributes: Tensor


def write_directions(folder: Path, data: Path, seed: int = 0) -> dict[str, Any]:
    """Find the directions of a checkpoint, write them into its folder, and keep what they do in its `config.json`.

    Args:
        folder: the checkpoint, of an autoencoder.
        data: the data set that it was trained on.
        seed: of all that is drawn.

    Returns:
        What is kept: how they were found, their figures, and those of plain differences of means beside them.

    Raises:
        CheckpointError, DataError: one of them cannot be read.
        WrongKindError: the model has no latent that clips are decoded from, or its knobs need no directions.
    """
    loaded = checkpoint.load(folder, bare=True)
    model = loaded.model
    schedule = loaded.trained.get("schedule", {})
    if not isinstance(model, Vae) or schedule.get("task", "plain") != "plain":
        raise WrongKindError(f"{loaded.name} is no autoencoder of whole clips; find directions of one that is")
    music, sources = model.config.music, tuple(schedule.get("sources", ()))
    if music not in ATTRIBUTES:
        raise WrongKindError(f"{loaded.name} plays {music}, of which no attributes are known; {_KNOWN}")
    knobs = [knob.name for knob in KNOBS[loaded.kind] if knob.in_latent]
    if not knobs:
        raise WrongKindError(f"{loaded.name} plays {loaded.kind}, whose knobs all work without directions")
    kind = kind_of(music, model.config.steps).name
    train, valid = (load_set(data, kind, split).only(sources) for split in ("train", "valid"))
    material = material_of(loaded, model, train, seed)
    names = _that_vary(knobs, ATTRIBUTES[music], material)
    found = save_directions(folder, find(model, names, material, seed), loaded.hash)
    plain = differences_of_means(model, names, material, seed)
    facts = {
        "seed": seed,
        "data_sha256": data_hash(data, kind),
        "torch": torch.__version__,
        "figures": finite(measure_knobs(model, found, valid.music, seed)),
        "difference_of_means": finite(measure_knobs(model, plain, valid.music, seed)),
    }
    checkpoint.annotate(folder, {FACTS_NAME: facts})
    return facts


def find(model: Vae, names: tuple[str, ...], material: Material, seed: int) -> Directions:
    """Directions of these attributes by local means, unmixed, with an even travel.

    An attribute that is the sum of others, as the density of drums is, has the directions of its parts, each as far
    as it goes along with the sum in the data.
    """
    attributes = ATTRIBUTES[model.config.music]
    alone = [name for name in attributes.names if name not in attributes.sums]
    measured = material.attributes[:, [attributes.names.index(name) for name in alone]]
    means = fit(material.z, material.doubt.mean(0), measured, seed)
    each = Directions(
        tuple(alone), means.read.weight, means.read.bias, means.straight, means.turn, torch.zeros(len(alone), 1)
    )
    z, measure = _tried_on(model, each.names, material, seed)
    for _ in range(_UNMIXED_TIMES):
        each = unmixed(each, torch.eye(len(alone)), effects(each, z, measure))
    mixed = torch.stack([_parts(name, alone, attributes, material) for name in names])
    directions = replace(
        each, names=names, straight=mixed @ each.straight, turn=torch.einsum("ka,afl->kfl", mixed, each.turn)
    )
    return _calibrated(model, directions, material, seed)


def differences_of_means(model: Vae, names: tuple[str, ...], material: Material, seed: int) -> Directions:
    """What all is held against: the mean latent of the highest quarter by each attribute, less that of the lowest.

    Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018, section 4.3.
    """
    attributes = ATTRIBUTES[model.config.music]
    count = max(1, int(_QUARTILE * len(material.z)))
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(material.z), generator=generator)  # so that chance, not order, parts equal clips
    vectors = []
    for name in names:
        column = material.attributes[shuffled, attributes.names.index(name)]
        in_order = shuffled[column.argsort(stable=True)]
        vectors.append(material.z[in_order[-count:]].mean(0) - material.z[in_order[:count]].mean(0))
    latent_dim = material.z.shape[1]
    directions = Directions(
        names,
        torch.zeros(0, latent_dim),
        torch.zeros(0),
        torch.stack(vectors),
        torch.zeros(len(names), 0, latent_dim),
        torch.zeros(len(names), 1),
    )
    return _calibrated(model, directions, material, seed)


@torch.no_grad()
def material_of(loaded: Checkpoint, model: Vae, train: MusicSet, seed: int) -> Material:
    """Clips drawn from the training windows by their weights."""
    schedule = loaded.trained.get("schedule", {})
    generator = torch.Generator().manual_seed(seed)
    weights = train.weights(schedule.get("source_weights", {}))
    chosen = torch.multinomial(weights, min(CLIPS, len(train)), generator=generator)
    music = train.music[chosen]
    attributes = ATTRIBUTES[model.config.music].measure(music)
    whole = attributes.isfinite().all(1)
    parts = [model.encode(part) for part in music[whole].split(_BATCH)]
    z, log_var = (torch.cat(column) for column in zip(*parts, strict=True))
    return Material(z, (0.5 * log_var).exp(), attributes[whole])


def _that_vary(names: list[str], attributes: Attributes, material: Material) -> tuple[str, ...]:
    """The names without those of attributes that are the same in all clips: nothing tells where these lead."""
    spread = deviations(material.attributes)
    return tuple(name for name in names if spread[attributes.names.index(name)] > 0)


def _parts(name: str, alone: list[str], attributes: Attributes, material: Material) -> Tensor:
    """How much of each lone attribute's direction an attribute's is, `alone`."""
    shares = torch.zeros(len(alone))
    if name not in attributes.sums:
        shares[alone.index(name)] = 1.0
        return shares
    together = torch.corrcoef(material.attributes.T)[attributes.names.index(name)].nan_to_num()
    for part in attributes.sums[name]:
        shares[alone.index(part)] = together[attributes.names.index(part)]
    return shares


def _calibrated(model: Vae, directions: Directions, material: Material, seed: int) -> Directions:
    """With an even travel."""
    return with_even_travel(directions, *_tried_on(model, directions.names, material, seed))


def _tried_on(
    model: Vae, names: Sequence[str], material: Material, seed: int
) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """Latents of clips, and of places between two clips, where a morph is; and what their music has of attributes.

    Returns:
        `clips, latent`, and what measures the music of such latents, moved: `clips, names`, in standard deviations.
    """
    attributes = ATTRIBUTES[model.config.music]
    columns = [attributes.names.index(name) for name in names]
    spread = deviations(material.attributes)[columns]
    generator = torch.Generator().manual_seed(seed)
    first, second, third = torch.randint(len(material.z), (3, _CALIBRATED_ON // 2), generator=generator)
    shares = torch.rand(_CALIBRATED_ON // 2, generator=generator)
    z = torch.cat([material.z[first], slerp(material.z[second], material.z[third], shares)])
    return z, lambda moved: attributes.measure(decoded(model, moved))[:, columns] / spread
