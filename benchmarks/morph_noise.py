"""How many notes change when a morph's cursor moves a little: with its noise held fixed, and with fresh noise.

A note is a pitch at a step; changed are those of either pattern that the other has not, as a share of all. Four clips
of the validation split stand in the corners; from a point of chance the cursor moves one step in a direction of chance.
"""

from __future__ import annotations

import math
import random
import statistics
from pathlib import Path

import click
import torch

from benchmarks.machine import describe_machine
from benchmarks.valid_clips import Player, anchors_of, clips_of
from engine.representations.clip import Clip
from engine.representations.grid import nearest_step
from engine.representations.kind import DRUMS, MELODY
from engine.runtime import checkpoint
from engine.runtime.field import Field
from engine.runtime.morph import Morph
from engine.runtime.position import Position

MOVES = (0, 1 / 128, 1 / 64, 1 / 32, 1 / 16, 1 / 8)
TEMPERATURES = (0.0, 0.5, 1.0)
_ANCHORS = 4
_STARTS = 4


@click.command(help=__doc__)
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--fields", default=100, show_default=True, help=f"sets of clips, with {_STARTS} moves of each size in each"
)
@click.option("--seed", default=0, show_default=True, help="chooses clips and moves")
def main(data: Path, fields: int, seed: int) -> None:
    torch.set_num_threads(1)
    click.echo(describe_machine())
    head = "".join(f"{f'1/{round(1 / move)}' if move else '0':>8}" for move in MOVES)
    click.echo(f"{'':8}{'temperature':14}{'noise':8}{head}")
    for kind in (MELODY, DRUMS):
        player = Player.of(checkpoint.default_checkpoints(), kind)
        for temperature in TEMPERATURES:
            for noise in ("fixed", "fresh") if temperature else ("none",):
                chance = random.Random(f"{seed} {kind}")
                clips = clips_of(data, kind, chance)
                changed = [
                    _changed(player, player.field(anchors_of(clips, _ANCHORS, chance)), temperature, noise, chance)
                    for _ in range(fields)
                ]
                means = (statistics.fmean(column) for column in zip(*changed, strict=True))
                click.echo(f"{kind:8}{temperature:<14}{noise:8}" + "".join(f"{mean:8.1%}" for mean in means))


def _changed(player: Player, field: Field, temperature: float, noise: str, chance: random.Random) -> list[float]:
    """The share of notes that each size of move changes, the mean of a few moves."""
    morph = Morph(player.translators)
    shares = []
    for _ in range(_STARTS):
        x, y, angle, seed = chance.random(), chance.random(), chance.uniform(0, 2 * math.pi), chance.randrange(2**31)
        there = [(_folded(x + move * math.cos(angle)), _folded(y + move * math.sin(angle))) for move in MOVES]
        points = [(x, y), *there]
        seeds = [seed] * len(points) if noise == "fixed" else [seed + k for k in range(len(points))]
        positions = [
            Position(*point, temperature=temperature, seed=own) for point, own in zip(points, seeds, strict=True)
        ]
        here, *others = morph.patterns(field, positions, {})
        shares.append([_difference(here, other) for other in others])
    return [statistics.fmean(column) for column in zip(*shares, strict=True)]


def _folded(place: float) -> float:
    """A place beyond an edge of the square, mirrored back into it."""
    return min(abs(place), 2 - abs(place))


def _difference(one: Clip, other: Clip) -> float:
    first, second = _hits(one), _hits(other)
    return len(first ^ second) / max(1, len(first | second))


def _hits(clip: Clip) -> set[tuple[int, int]]:
    return {(note.pitch, nearest_step(note.start_quarters, clip)[0]) for note in clip.notes}


if __name__ == "__main__":
    main()
