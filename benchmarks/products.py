"""One matrix product at the sizes of the models: torch's own against the folded one that the engine uses.

python -m benchmarks.products
"""

from __future__ import annotations

from functools import partial
from statistics import median
from time import perf_counter

import torch
from torch.nn import functional as F

from benchmarks.machine import describe_machine
from engine.models.folding import product

SHAPES = ((1, 512, 2048), (8, 512, 2048), (32, 768, 256), (256, 768, 256))
REPEATS = 300


@torch.inference_mode()
def main() -> None:
    """Prints microseconds a product, as the table in README.md has them."""
    torch.set_num_threads(1)
    print(describe_machine())
    print("| rows x in x out | `F.linear` | folded |\n|---|---|---|")
    for rows, width, out in SHAPES:
        inputs, weight, bias = torch.randn(rows, width), torch.randn(out, width), torch.randn(out)
        plain, folded = partial(F.linear, inputs, weight, bias), partial(product(weight, bias), inputs)
        print(f"| {rows} x {width} x {out} | {_microseconds(plain):.0f} | {_microseconds(folded):.0f} |")


def _microseconds(call: partial[torch.Tensor]) -> float:
    taken = []
    for _ in range(REPEATS):
        started = perf_counter()
        call()
        taken.append(perf_counter() - started)
    return median(taken) * 1e6


if __name__ == "__main__":
    main()
