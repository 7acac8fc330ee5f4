"""How evenly the music changes on straight lines through a morph's square: by nearness alone and measured out.

For each line of 32 steps: the greatest share of the whole change that falls into one step (1/32 is 0.031), and how
many of the steps are dead, with less than a quarter of the mean. Clips are of the validation split.
"""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import torch

from benchmarks.machine import describe_machine
from benchmarks.valid_clips import Player, anchors_of, clips_of
from engine.latent.nearness import Floats, measured_out, nearness
from engine.representations.kind import DRUMS, MELODY
from engine.runtime import checkpoint, translators
from engine.runtime.field import Field
from engine.runtime.roster import vae_of

STEPS = 32
COUNTS = (2, 3, 4, 8)
_DEAD = 0.25
_ACROSS = 2


class Evenness(NamedTuple):
    """Of one line: the greatest share of a step, the share of dead steps, the mean share of the nearest anchor."""

    greatest: float
    dead: float
    nearest: float


def _by_distance(points: Floats, field: Field) -> Floats:
    weights = np.sqrt(nearness(points, field.points))
    shares: Floats = weights / weights.sum(1, keepdims=True)
    return shares


WAYS: dict[str, Callable[[Floats, Field], Floats]] = {
    "inverse distance": _by_distance,
    "inverse square": lambda points, field: nearness(points, field.points),
    "measured out": lambda points, field: measured_out(nearness(points, field.points), field.ways),
}


@click.command(help=__doc__)
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fields", default=100, show_default=True, help="sets of clips for each number of anchors")
@click.option("--seed", default=0, show_default=True, help="chooses clips, places and lines")
def main(data: Path, fields: int, seed: int) -> None:
    torch.set_num_threads(1)
    click.echo(describe_machine())
    click.echo(f"{fields} fields a row, one line between two anchors and {_ACROSS} across the square in each")
    head = "".join(f"{name:>26}" for name in WAYS)
    click.echo(f"{'':8}{'anchors':8}{'lines':18}{head}\n{'':34}" + f"{'max':>10}{'dead':>8}{'nearest':>8}" * len(WAYS))
    for kind in (MELODY, DRUMS):
        player = Player.of(checkpoint.default_checkpoints(), kind)
        for count in COUNTS:
            for lines, found in _measure(player, data, kind, count, fields, seed).items():
                means = (Evenness(*map(statistics.fmean, zip(*found[name], strict=True))) for name in WAYS)
                row = "".join(f"{even.greatest:10.3f}{even.dead:8.1%}{even.nearest:8.2f}" for even in means)
                click.echo(f"{kind:8}{count:<8}{lines:18}{row}")


def _measure(
    player: Player, data: Path, kind: str, count: int, fields: int, seed: int
) -> dict[str, dict[str, list[Evenness]]]:
    """For both sorts of lines and each way, the evenness of all lines."""
    chance = random.Random(f"{seed} {kind} {count}")
    clips = clips_of(data, kind, chance)
    found: dict[str, dict[str, list[Evenness]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(fields):
        field = player.field(anchors_of(clips, count, chance))
        for name, points in _lines(field, chance):
            for way, shares_of in WAYS.items():
                even = _evenness(player, field, shares_of(points, field))
                if even is not None:
                    found[name][way].append(even)
    return found


def _lines(field: Field, chance: random.Random) -> Iterator[tuple[str, Floats]]:
    """Points `33, 2` of each line."""
    yield "anchor to anchor", _line(*chance.sample(list(field.points), 2))
    for _ in range(_ACROSS):
        start, end = np.array([0.0, chance.random()]), np.array([1.0, chance.random()])
        turn = chance.choice((1, -1))
        yield "across", _line(start[::turn], end[::turn])


def _line(start: Floats, end: Floats) -> Floats:
    line: Floats = start + np.linspace(0, 1, STEPS + 1)[:, None] * (end - start)
    return line


def _evenness(player: Player, field: Field, shares: Floats) -> Evenness | None:
    """None where nothing changes."""
    outputs = translators.decode(vae_of(player.loaded), field.mixture.means(shares), 0.0, torch.Generator())
    changes = player.translators.of(player.loaded).change(outputs)
    if not changes.sum() > 0:
        return None
    parts = changes / changes.sum()
    dead = (parts < _DEAD / STEPS).double().mean()
    return Evenness(float(parts.max()), float(dead), float(shares.max(1).mean()))


if __name__ == "__main__":
    main()
