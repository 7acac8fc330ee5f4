"""One LSTM layer for training on a CPU, both directions at once, with gradients of its own.

What torch does in each step and what it does once: the input's share of the gates is one product for all steps, a step
is one product for each direction and one element-wise pass, gates and cell states are kept for the way back, and the
weights' gradients are products over many steps at once. The work is linear in the number of steps.

Products may be taken in bfloat16, which processors that know it do several times as fast as float32. They add up in
float32; cell states, sums of gradients and weights stay in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.models.lstm_cell import Step, compiled_for, step_backward, step_forward

ROWS_AT_ONCE = 2048
"""Rows of a product over several steps: as many as stay in the processor's cache."""


@dataclass(frozen=True)
class LayerWeights:
    """Weights of one direction as `nn.LSTM` names them: `4 * width, inputs`, `4 * width, width`, and `4 * width` twice."""

    inputs: Tensor
    hidden: Tensor
    input_bias: Tensor | None = None
    hidden_bias: Tensor | None = None

    def tensors(self) -> tuple[Tensor | None, ...]:
        """In the order of the fields."""
        return self.inputs, self.hidden, self.input_bias, self.hidden_bias


@dataclass(frozen=True)
class LayerManner:
    """How a layer calculates.

    Attributes:
        products: the type in which matrices are multiplied.
        compiled: whether steps are compiled.
        outputs: whether anyone reads the hidden states of all steps.
    """

    products: torch.dtype
    compiled: bool
    outputs: bool = True


def run_layer(
    inputs: Tensor, constant: Tensor | None, state: tuple[Tensor, Tensor] | None, weights: list[LayerWeights], manner: LayerManner
) -> tuple[Tensor | None, Tensor, Tensor]:
    """Outputs `steps, batch, ends * width` (None where they are not wanted), last hidden and cell states.

    Args:
        inputs: `steps, batch, depth`.
        constant: `batch, depth of its own`, an input that stays the same in all steps, beside the others; None: none.
        state: first hidden and cell states, each `ends, batch, width`; None: zeros.
        weights: of each direction.
        manner: how.
    """
    hidden, cell = (None, None) if state is None else state
    flat = [tensor for one in weights for tensor in one.tensors()]
    with torch.autocast("cpu", enabled=False):
        outputs, last_hidden, last_cell = _Layer.apply(inputs, constant, hidden, cell, manner, *flat)
    return outputs, last_hidden, last_cell


class _Layer(torch.autograd.Function):
    """The layer as one operation."""

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        constant: Tensor | None,
        hidden: Tensor | None,
        cell: Tensor | None,
        manner: LayerManner,
        *flat: Tensor | None,
    ) -> tuple[Tensor | None, Tensor, Tensor]:
        """See `run_layer`."""
        trace = _run(inputs, constant, (hidden, cell), _unflatten(flat), manner)
        ctx.save_for_backward(constant, trace.entering, trace.gates, trace.hidden, *trace.cells, *flat)
        ctx.manner, ctx.steps = manner, len(inputs)
        ctx.set_materialize_grads(False)
        kind = trace.cells[0].dtype
        outputs = _ends_as_one(trace.hidden[:, 1:], joined=True) if manner.outputs else None
        return outputs, trace.hidden[:, -1].to(kind, copy=True), trace.cells[-1].clone()

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, d_outputs: Tensor | None, d_hidden: Tensor | None, d_cell: Tensor | None) -> tuple[Any, ...]:
        """Gradients in the order of `forward`'s arguments."""
        constant, entering, gates, hidden, *rest = ctx.saved_tensors
        cells, flat = rest[: ctx.steps + 1], rest[ctx.steps + 1 :]
        needs = ctx.needs_input_grad
        with torch.autocast("cpu", enabled=False):
            way = _WayBack(_Trace(entering, gates, hidden, cells), _unflatten(flat), ctx.manner, needs[0])
            way.go(d_outputs, d_hidden, d_cell)
            d_constant, d_flat = way.gradients(constant)
        found = (way.d_inputs(), d_constant, way.d_hidden, way.d_cell, None, *d_flat)
        return tuple(grad if needed else None for grad, needed in zip(found, needs, strict=True))


@dataclass(frozen=True)
class _Trace:
    """What a run leaves, in each direction's own order of time.

    Attributes:
        entering: the inputs, `ends, steps, batch, depth`.
        gates: `ends, steps, batch, 4 * width`.
        hidden: hidden states with the first, `ends, steps + 1, batch, width`.
        cells: cell states with the first, each `ends, batch, width`. They are tensors of their own because the
            compiler looks after what overlaps in memory.
    """

    entering: Tensor
    gates: Tensor
    hidden: Tensor
    cells: list[Tensor]


def _run(
    inputs: Tensor,
    constant: Tensor | None,
    state: tuple[Tensor | None, Tensor | None],
    weights: list[LayerWeights],
    manner: LayerManner,
) -> _Trace:
    """The layer from its first to its last step."""
    (steps, batch, depth), (_, width), ends = inputs.shape, weights[0].hidden.shape, len(weights)
    entering = _as_ends(inputs.to(manner.products), ends)
    gates = entering.new_empty(ends, steps, batch, 4 * width)
    hidden = entering.new_empty(ends, steps + 1, batch, width)
    first, cell = state
    hidden[:, 0] = 0 if first is None else first
    start = weights[0].hidden.new_zeros(ends, batch, width)
    cells = [start if cell is None else cell.to(start.dtype, copy=True)]
    cells += [torch.empty_like(start) for _ in range(steps)]
    trace = _Trace(entering, gates, hidden, cells)
    recurrent = entering.new_zeros(ends, batch, 4 * width)
    recur = [one.hidden.to(manner.products).t() for one in weights]
    enter = [one.inputs[:, :depth].to(manner.products).t() for one in weights]
    base = _base(constant, weights, depth, manner.products)
    for end in range(ends):
        torch.mm(entering[end].flatten(0, 1), enter[end], out=gates[end].flatten(0, 1))
    step: Step | None = None
    for t in range(steps):
        if t or first is not None:
            for end in range(ends):
                torch.mm(hidden[end, t], recur[end], out=recurrent[end])
        tensors = (gates[:, t], recurrent, base, cells[t], cells[t + 1], hidden[:, t + 1])
        step = step or (compiled_for(step_forward, *tensors) if manner.compiled else step_forward)
        step(*tensors)
    return trace


def _base(constant: Tensor | None, weights: list[LayerWeights], depth: int, products: torch.dtype) -> Tensor:
    """What enters the gates alike in all steps, `ends, batch or 1, 4 * width`: biases and the constant input."""
    bases = []
    for one in weights:
        base = one.hidden.new_zeros(1, len(one.hidden))
        if one.input_bias is not None and one.hidden_bias is not None:
            base = (one.input_bias + one.hidden_bias)[None]
        if constant is not None:
            base = base + constant.to(products) @ one.inputs[:, depth:].to(products).t()
        bases.append(base)
    return torch.stack(bases)


class _WayBack:
    """Gradients of a layer, step by step from the last; `d_hidden` and `d_cell` become those of the first state.

    Args:
        trace: what the run left.
        weights: of each direction.
        manner: as in the run.
        inputs_too: whether anyone wants the inputs' gradients.
    """

    def __init__(self, trace: _Trace, weights: list[LayerWeights], manner: LayerManner, inputs_too: bool) -> None:
        self.trace, self.weights, self.manner = trace, weights, manner
        ends, self.steps, self.batch, self.depth = trace.entering.shape
        self.step: Step | None = None
        self.chunk = max(1, min(self.steps, ROWS_AT_ONCE // max(1, self.batch)))
        self.recur = [one.hidden.to(manner.products) for one in weights]
        self.enter = [one.inputs[:, : self.depth].to(manner.products) for one in weights]
        self.d_sums = trace.gates.new_empty(ends, self.chunk, *trace.gates.shape[2:])
        self.d_base = trace.cells[0].new_zeros(ends, *trace.gates.shape[2:])
        self.d_entering = torch.empty_like(trace.entering) if inputs_too else None
        self.d_recur = [torch.zeros_like(one.hidden) for one in weights]
        self.d_enter = [torch.zeros_like(one.inputs[:, : self.depth]) for one in weights]

    def go(self, d_outputs: Tensor | None, d_hidden: Tensor | None, d_cell: Tensor | None) -> None:
        """Through all steps."""
        cell, products = self.trace.cells[0], self.manner.products
        self.d_hidden = torch.zeros_like(cell, dtype=products) if d_hidden is None else d_hidden.to(products, copy=True)
        self.d_cell = torch.zeros_like(cell) if d_cell is None else d_cell.to(cell.dtype, copy=True)
        told = None if d_outputs is None else _as_ends(d_outputs.to(products), len(self.weights), split=True)
        nothing = self.d_hidden.new_zeros(1, 1, 1)
        for stop in range(self.steps, 0, -self.chunk):
            start = max(0, stop - self.chunk)
            for t in range(stop - 1, start - 1, -1):
                self._step(t, nothing if told is None else told[:, t], self.d_sums[:, t - start])
            self._add_up(start, stop)

    def _step(self, t: int, d_output: Tensor, d_sums: Tensor) -> None:
        gates, (cell, new_cell) = self.trace.gates[:, t], self.trace.cells[t : t + 2]
        tensors = (gates, cell, new_cell, self.d_hidden, d_output, self.d_cell, d_sums, self.d_base)
        if self.step is None:
            self.step = compiled_for(step_backward, *tensors) if self.manner.compiled else step_backward
        self.step(*tensors)
        for end, recur in enumerate(self.recur):
            torch.mm(d_sums[end], recur, out=self.d_hidden[end])

    def d_inputs(self) -> Tensor | None:
        """Of the inputs, `steps, batch, depth`."""
        return None if self.d_entering is None else _ends_as_one(self.d_entering, joined=False)

    def gradients(self, constant: Tensor | None) -> tuple[Tensor | None, list[Tensor | None]]:
        """Of the constant input, and of all weights in their order."""
        flat: list[Tensor | None] = []
        d_constant = None
        for end, one in enumerate(self.weights):
            d_inputs, d_bias = self.d_enter[end], self.d_base[end].sum(0)
            if constant is not None:
                d_base, products = self.d_base[end].to(self.manner.products), self.manner.products
                d_inputs = torch.cat([d_inputs, (d_base.t() @ constant.to(products)).to(d_inputs.dtype)], 1)
                share = d_base @ one.inputs[:, self.depth :].to(products)
                d_constant = share if d_constant is None else d_constant + share
            flat += [d_inputs, self.d_recur[end], d_bias, d_bias]
        return d_constant, flat

    def _add_up(self, start: int, stop: int) -> None:
        """Products over the steps from `start` to `stop`."""
        for end in range(len(self.weights)):
            d_sums = self.d_sums[end, : stop - start].flatten(0, 1)
            hidden, entering = (x[end, start:stop].flatten(0, 1) for x in (self.trace.hidden, self.trace.entering))
            _add_product(self.d_recur[end], d_sums, hidden)
            _add_product(self.d_enter[end], d_sums, entering)
            if self.d_entering is not None:
                torch.mm(d_sums, self.enter[end], out=self.d_entering[end, start:stop].flatten(0, 1))


def _add_product(total: Tensor, d_sums: Tensor, rows: Tensor) -> None:
    """Adds to a weight's gradient in place."""
    if total.dtype == rows.dtype:
        total.addmm_(d_sums.t(), rows)
    else:
        total.add_(torch.mm(d_sums.t(), rows))


def _as_ends(steps_first: Tensor, ends: int, split: bool = False) -> Tensor:
    """`steps, batch, depth` for each direction in its own order of time; split: each has its half of the depth."""
    if ends == 1:
        return steps_first.contiguous()[None]
    forward, backward = steps_first.chunk(2, -1) if split else (steps_first, steps_first)
    return torch.stack([forward, backward.flip(0)])


def _ends_as_one(ends_first: Tensor, joined: bool) -> Tensor:
    """Back to the music's order of time: both directions side by side where `joined`, else added."""
    if len(ends_first) == 1:
        return ends_first[0]
    forward, backward = ends_first[0], ends_first[1].flip(0)
    return torch.cat([forward, backward], -1) if joined else forward + backward


def _unflatten(flat: Sequence[Tensor | None]) -> list[LayerWeights]:
    return [LayerWeights(*flat[k : k + 4]) for k in range(0, len(flat), 4)]  # type: ignore[arg-type]
