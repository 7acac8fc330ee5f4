"""The element-wise work of one LSTM step, forward and back, for training on a CPU.

Each of the two is one formula without branches, so that torch's compiler makes one pass over memory of it. Where there
is no C++ compiler the same formula runs as it stands, at about a third of the speed and to the same bits.

Shapes: `ends` is 1, or 2 where an LSTM reads from both ends; states are `ends, batch, width`, what has four gates is
`ends, batch, 4 * width` in torch's order: input, forget, candidate, output.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

logger = logging.getLogger(__name__)

Step = Callable[..., object]


def step_forward(sums: Tensor, base: Tensor, cell: Tensor, new_cell: Tensor, hidden: Tensor, gates: Tensor) -> None:
    """One step of an LSTM.

    Args:
        sums: what enters the gates of this step's input and of the hidden state before.
        base: what enters them alike in all steps; its batch may be 1.
        cell: the cell state before.
        new_cell: where the cell state after the step is written.
        hidden: where the hidden state after the step is written.
        gates: where the gates are written.
    """
    shares = zip(*(x.to(cell.dtype).chunk(4, -1) for x in (sums, base)), strict=True)
    entering, forgetting, candidate, leaving = (a + b for a, b in shares)
    entering, forgetting, leaving = entering.sigmoid(), forgetting.sigmoid(), leaving.sigmoid()
    candidate = _tanh(candidate)
    after = forgetting * cell + entering * candidate
    new_cell.copy_(after)
    hidden.copy_(leaving * _tanh(after))
    gates.copy_(torch.cat([entering, forgetting, candidate, leaving], -1))


def step_backward(
    gates: Tensor,
    cell: Tensor,
    new_cell: Tensor,
    d_hidden: Tensor,
    d_output: Tensor,
    d_cell: Tensor,
    d_sums: Tensor,
    d_base: Tensor,
) -> None:
    """The gradients of the same step.

    Args:
        gates: as the step left them.
        cell: the cell state before.
        new_cell: the cell state after.
        d_hidden: gradient of its hidden state, as the next step gave it.
        d_output: the same, as the reader of the outputs gave it; each axis may be 1.
        d_cell: gradient of the cell state after the step; overwritten by that of the one before.
        d_sums: where the gradients of what entered the gates are written.
        d_base: what they are added to.
    """
    entering, forgetting, candidate, leaving = gates.to(d_cell.dtype).chunk(4, -1)
    d_out = d_hidden.to(d_cell.dtype) + d_output.to(d_cell.dtype)
    squashed = _tanh(new_cell)
    d_after = d_cell + d_out * leaving * (1 - squashed * squashed)
    d_gates = torch.cat(
        [
            d_after * candidate * entering * (1 - entering),
            d_after * cell * forgetting * (1 - forgetting),
            d_after * entering * (1 - candidate * candidate),
            d_out * squashed * leaving * (1 - leaving),
        ],
        -1,
    )
    d_sums.copy_(d_gates)
    d_base.add_(d_gates)
    d_cell.copy_(d_after * forgetting)


def compiled_for(step: Step, *tensors: Tensor) -> Step:
    """The step compiled for tensors laid out as these, or itself where there is no compiler.

    It is compiled once for each layout, in a second or two, and kept on disk by torch for the next process.
    """
    threads = torch.get_num_threads()
    key = (step, threads, *((x.shape, x.stride(), x.dtype) for x in tensors))
    if key not in _compiled:
        _compiled[key] = _compile(step, threads, tensors)
    return _compiled[key]


def _compile(step: Step, threads: int, tensors: tuple[Tensor, ...]) -> Step:
    try:
        # Imported here, for it takes a second: only training needs it.
        from torch._inductor import compile as compile_graph
        from torch.fx.experimental.proxy_tensor import make_fx

        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # the compiler's, about itself
            samples = [torch.empty_strided(x.shape, x.stride(), dtype=x.dtype) for x in tensors]
            graph = make_fx(lambda *args: (step(*args), ())[1])(*samples)
            made: Step = compile_graph(graph, [*samples], options={"cpp.threads": threads})
            made(*samples)
            return made
    except (RuntimeError, OSError, ImportError, AttributeError, TypeError) as error:  # whatever a toolchain may lack
        logger.info("LSTM steps are not compiled, training is slower: %s", error)
        return step


def _tanh(x: Tensor) -> Tensor:
    """torch's sigmoid is several times as fast on a CPU as its tanh."""
    return 2 * torch.sigmoid(2 * x) - 1


_compiled: dict[Any, Step] = {}
