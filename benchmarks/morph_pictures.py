"""Pictures of morphs: pairs of validation clips under several checkpoints, nine stops each as the engine plays them.

python -m benchmarks.morph_pictures CHECKPOINT... --data music.lbdata --out docs/pictures/morphs.png
"""

from __future__ import annotations

from pathlib import Path

import click
import torch

from engine.data.dataset import load_set
from engine.data.kinds import kind_of
from engine.evaluation.paths import Pairs, as_played
from engine.evaluation.players import decode_grooves
from engine.evaluation.reconstruction import decode
from engine.models.config import music_of
from engine.models.vae import Vae
from engine.report.passages import MELODY, passages, strung
from engine.representations.piano_roll import Roll, page_bytes
from engine.runtime import checkpoint
from engine.runtime.roster import vae_of

_BARS = 2


@click.command()
@click.argument("checkpoints", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--data", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--pairs", default=3, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(checkpoints: tuple[Path, ...], data: Path, out: Path, pairs: int, seed: int) -> None:
    """Draw them: pair for pair, one checkpoint under the other."""
    torch.set_num_threads(1)
    loaded = [checkpoint.load(folder, bare=True) for folder in checkpoints]
    rows = [_walks(vae_of(one), data, pairs, seed) for one in loaded]
    music = music_of(loaded[0].model.config)
    names = [folder.name for folder in checkpoints]
    rolls = [
        _roll(music, walks[pair], f"{pair + 1}: {name}")
        for pair in range(pairs)
        for name, walks in zip(names, rows, strict=True)
    ]
    out.write_bytes(page_bytes(rolls, form="png", columns=1))


@torch.inference_mode()
def _walks(model: Vae, data: Path, pairs: int, seed: int) -> torch.Tensor:
    """Music `pairs, stops, steps[, …]`."""
    config = model.config
    windows = load_set(data, kind_of(music_of(config), config.steps).name, "valid").music
    generator = torch.Generator().manual_seed(seed)
    chosen = windows[torch.randperm(len(windows), generator=generator)[: 2 * pairs]]
    music = chosen if chosen.is_floating_point() else chosen.long()
    ends = Pairs((model.encode(music[:pairs])[0], model.encode(music[pairs:])[0]), (music[:pairs], music[pairs:]))
    if music.is_floating_point():
        return as_played(model, ends, lambda z, lean: decode_grooves(model, z, 0.0, generator, lean))
    return as_played(model, ends, lambda z, lean: decode(model, z, lean=lean))


def _roll(music: str, walk: torch.Tensor, title: str) -> Roll:
    passage = strung(passages(music, walk), _BARS)
    (name, clip), *_ = passage.items()
    return Roll(clip, title, is_drums=name != MELODY)


if __name__ == "__main__":
    main()
