"""One LSTM layer for training on a CPU, both directions at once, with gradients of its own.

A step is one product for each direction, of hidden states and inputs side by side, and one element-wise pass over both.
Gates and cell states are kept for the way back; the weights' gradients are products over many steps at once. The work
is linear in the number of steps.

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

from engine.models.lstm_cell import compiled_for, step_backward, step_forward

ROWS_AT_ONCE = 2048
"""Rows of a product over several steps: as many as stay in the processor's cache."""

_ALIGNED = 32
"""Products are fastest where rows are a multiple of this long."""


@dataclass(frozen=True)
class LayerWeights:
    """Weights of one direction as `nn.LSTM` has them: `4 * width, inputs`, `4 * width, width`, twice `4 * width`."""

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
        most_kept_bytes: gates that would take more are not kept but calculated a second time on the way back.
    """

    products: torch.dtype
    compiled: bool
    outputs: bool = True
    most_kept_bytes: int = 2**30


def run_layer(
    inputs: Tensor,
    constant: Tensor | None,
    state: tuple[Tensor, Tensor] | None,
    weights: Sequence[LayerWeights],
    manner: LayerManner,
) -> tuple[Tensor, Tensor, Tensor]:
    """Outputs `steps, batch, ends * width` in the products' type (empty where unwanted), last hidden and cell states.

    Args:
        inputs: `steps, batch, depth`.
        constant: `batch, depth of its own`: an input that stays the same in all steps, behind the others; None: none.
        state: first hidden and cell states, each `ends, batch, width`; None: zeros.
        weights: of each direction.
        manner: how.
    """
    hidden, cell = (None, None) if state is None else state
    flat = [tensor for one in weights for tensor in one.tensors()]
    with torch.autocast("cpu", enabled=False):
        outputs, last_hidden, last_cell = _Layer.apply(inputs, constant, hidden, cell, manner, *flat)  # type: ignore[no-untyped-call]
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
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `run_layer`."""
        trace = _run(inputs, constant, (hidden, cell), _unflatten(flat), manner)
        ctx.save_for_backward(constant, trace.seen, trace.gates, trace.base, *trace.cells, *flat)
        ctx.manner, ctx.steps, ctx.depth = manner, len(inputs), inputs.shape[-1]
        ctx.set_materialize_grads(False)
        states, kind = trace.seen[..., : trace.width], trace.cells[0].dtype
        outputs = _joined(states[:, 1:]) if manner.outputs else states.new_empty(0)
        return outputs, states[:, -1].to(kind, copy=True), trace.cells[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_outputs: Tensor | None, d_hidden: Tensor | None, d_cell: Tensor | None) -> tuple[Any, ...]:
        """Gradients in the order of `forward`'s arguments."""
        constant, seen, gates, base, *rest = ctx.saved_tensors
        cells, flat = rest[: ctx.steps + 1], rest[ctx.steps + 1 :]
        needs = ctx.needs_input_grad
        with torch.autocast("cpu", enabled=False):
            way = _WayBack(_Trace(seen, gates, base, cells, ctx.depth), _unflatten(flat), ctx.manner)
            way.go(d_outputs, d_hidden, d_cell, inputs_too=needs[0])
            d_constant, d_flat = way.gradients(constant)
        found = (way.d_inputs, d_constant, way.d_hidden, way.d_cell, None, *d_flat)
        return tuple(grad if needed else None for grad, needed in zip(found, needs, strict=True))


@dataclass(frozen=True)
class _Trace:
    """What a run leaves, in each direction's own order of time.

    Attributes:
        seen: what each step sees, hidden state before and input side by side: `ends, steps + 1, batch, width + depth`
            and some zeros. After the last step there is a hidden state alone.
        gates: `ends, steps, batch, 4 * width`; of the last few steps only where they take too much memory.
        base: see `_base`.
        cells: cell states with the first, each `ends, batch, width`.
        depth: of the inputs.
    """

    seen: Tensor
    gates: Tensor
    base: Tensor
    cells: list[Tensor]
    depth: int

    @property
    def width(self) -> int:
        """Of the states."""
        return self.cells[0].shape[-1]


def _run(
    inputs: Tensor,
    constant: Tensor | None,
    state: tuple[Tensor | None, Tensor | None],
    weights: Sequence[LayerWeights],
    manner: LayerManner,
) -> _Trace:
    """The layer from its first to its last step."""
    (steps, batch, depth), (_, width), ends = inputs.shape, weights[0].hidden.shape, len(weights)
    first, cell = state
    start = weights[0].hidden.new_zeros(ends, batch, width)
    seen = start.new_empty(ends, steps + 1, batch, _aligned(width + depth), dtype=manner.products)
    seen[:, 0, :, :width] = 0 if first is None else first
    for end in range(ends):
        seen[end, :steps, :, width : width + depth] = inputs.flip(0) if end else inputs
    seen[..., width + depth :] = 0
    cells = [start if cell is None else cell.to(start.dtype, copy=True)]
    cells += [torch.empty_like(start) for _ in range(steps)]
    kept = steps if steps * ends * batch * 4 * width * seen.itemsize <= manner.most_kept_bytes else _chunk(steps, batch)
    gates, base = seen.new_empty(ends, kept, batch, 4 * width), _base(constant, weights, depth, manner.products)
    trace = _Trace(seen, gates, base, cells, depth)
    walk = _Walk(trace, weights, manner)
    for t in range(steps):
        walk.step(t, cells[t + 1], seen[:, t + 1, :, :width], gates[:, t % kept])
    return trace


class _Walk:
    """Steps of a layer, the hidden states before them known."""

    def __init__(self, trace: _Trace, weights: Sequence[LayerWeights], manner: LayerManner) -> None:
        self.trace, self.compiled = trace, manner.compiled
        self.enter = [_side_by_side(one, trace.depth, manner.products).t() for one in weights]
        self.sums = torch.empty_like(trace.gates[:, 0])

    def step(self, t: int, new_cell: Tensor, hidden: Tensor, gates: Tensor) -> None:
        """Step `t`, which writes the last three."""
        for end, enter in enumerate(self.enter):
            torch.mm(self.trace.seen[end, t], enter, out=self.sums[end])
        tensors = (self.sums, self.trace.base, self.trace.cells[t], new_cell, hidden, gates)
        (compiled_for(step_forward, *tensors) if self.compiled else step_forward)(*tensors)


def _base(constant: Tensor | None, weights: Sequence[LayerWeights], depth: int, products: torch.dtype) -> Tensor:
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
    """Gradients of a layer, step by step from the last.

    Attributes:
        d_hidden: of the first hidden state.
        d_cell: of the first cell state.
        d_inputs: of the inputs, where they were wanted.
    """

    def __init__(self, trace: _Trace, weights: Sequence[LayerWeights], manner: LayerManner) -> None:
        self.trace, self.weights, self.manner = trace, weights, manner
        (self.ends, kept, batch, gates), self.steps = trace.gates.shape, len(trace.cells) - 1
        self.chunk = _chunk(self.steps, batch)
        self.walk = _Walk(trace, weights, manner) if kept < self.steps else None
        self.d_sums = trace.gates.new_empty(self.ends, self.chunk, batch, gates)
        self.d_base = trace.cells[0].new_zeros(self.ends, batch, gates)
        self.d_weights = self.d_base.new_zeros(self.ends, gates, trace.seen.shape[-1])
        self.d_inputs: Tensor | None = None

    def go(self, d_outputs: Tensor | None, d_hidden: Tensor | None, d_cell: Tensor | None, *, inputs_too: bool) -> None:
        """Through all steps."""
        cell, seen = self.trace.cells[0], self.trace.seen
        self.d_hidden = torch.zeros_like(cell, dtype=seen.dtype) if d_hidden is None else d_hidden.to(seen, copy=True)
        self.d_cell = torch.zeros_like(cell) if d_cell is None else d_cell.to(cell, copy=True)
        heard = None if d_outputs is None else _parted(d_outputs.to(seen.dtype), self.ends)
        entered = seen.new_empty(*seen.shape[:1], self.steps, seen.shape[2], self.trace.depth) if inputs_too else None
        for stop in range(self.steps, 0, -self.chunk):
            start = max(0, stop - self.chunk)
            if self.walk is not None:
                self._walk_again(self.walk, start, stop)
            self._go_steps(start, stop, heard)
            self._add_products(start, stop, entered)
        if entered is not None:
            self.d_inputs = entered[0] if self.ends == 1 else entered[0] + entered[1].flip(0)

    def gradients(self, constant: Tensor | None) -> tuple[Tensor | None, list[Tensor | None]]:
        """Of the constant input, and of all weights in their order."""
        flat: list[Tensor | None] = []
        d_constant, width, stop = None, self.trace.width, self.trace.width + self.trace.depth
        for d_weights, d_base, one in zip(self.d_weights, self.d_base, self.weights, strict=True):
            d_inputs, d_bias = d_weights[:, width:stop], d_base.sum(0)
            if constant is not None:
                known, d_rows = constant.to(self.d_sums.dtype), d_base.to(self.d_sums.dtype)
                d_inputs = torch.cat([d_inputs, (d_rows.t() @ known).to(d_inputs.dtype)], 1)
                share = d_rows @ one.inputs[:, self.trace.depth :].to(d_rows.dtype)
                d_constant = share if d_constant is None else d_constant + share
            flat += [d_inputs.contiguous(), d_weights[:, :width].contiguous(), d_bias, d_bias]
        return d_constant, flat

    def _walk_again(self, walk: _Walk, start: int, stop: int) -> None:
        """Gates that were not kept, a second time."""
        cell, hidden = torch.empty_like(self.d_cell), torch.empty_like(self.d_hidden)
        for t in range(start, stop):
            walk.step(t, cell, hidden, self.trace.gates[:, t - start])

    def _go_steps(self, start: int, stop: int, heard: Tensor | None) -> None:
        nothing, cells = self.d_hidden.new_zeros(1, 1, 1), self.trace.cells
        recur = [one.hidden.to(self.d_sums.dtype) for one in self.weights]
        first = 0 if self.walk is None else start
        for t in range(stop - 1, start - 1, -1):
            d_sums, d_output = self.d_sums[:, t - start], nothing if heard is None else heard[:, t]
            known = (self.trace.gates[:, t - first], cells[t], cells[t + 1], self.d_hidden, d_output)
            tensors = (*known, self.d_cell, d_sums, self.d_base)
            (compiled_for(step_backward, *tensors) if self.manner.compiled else step_backward)(*tensors)
            for end in range(self.ends):
                torch.mm(d_sums[end], recur[end], out=self.d_hidden[end])

    def _add_products(self, start: int, stop: int, entered: Tensor | None) -> None:
        """What the steps from `start` to `stop` add to the weights' gradients and give to the inputs."""
        for end, one in enumerate(self.weights):
            d_rows = self.d_sums[end, : stop - start].flatten(0, 1)
            rows = self.trace.seen[end, start:stop].flatten(0, 1)
            if rows.dtype == self.d_weights.dtype:
                self.d_weights[end].addmm_(d_rows.t(), rows)
            else:
                self.d_weights[end].add_(torch.mm(d_rows.t(), rows))
            if entered is not None:
                enter = one.inputs[:, : self.trace.depth].to(rows.dtype)
                torch.mm(d_rows, enter, out=entered[end, start:stop].flatten(0, 1))


def _side_by_side(one: LayerWeights, depth: int, products: torch.dtype) -> Tensor:
    """Weights of hidden states and inputs as `_Trace.seen` has them, `4 * width, width + depth` and some zeros."""
    gates, width = one.hidden.shape
    both = one.hidden.new_zeros(gates, _aligned(width + depth), dtype=products)
    both[:, :width] = one.hidden
    both[:, width : width + depth] = one.inputs[:, :depth]
    return both


def _joined(ends_first: Tensor) -> Tensor:
    """Hidden states of both directions side by side, in the music's order of time."""
    if len(ends_first) == 1:
        return ends_first[0].contiguous()
    return torch.cat([ends_first[0], ends_first[1].flip(0)], -1)


def _parted(joined: Tensor, ends: int) -> Tensor:
    """The other way round."""
    if ends == 1:
        return joined.contiguous()[None]
    forward, backward = joined.chunk(2, -1)
    return torch.stack([forward, backward.flip(0)])


def _chunk(steps: int, batch: int) -> int:
    """How many steps' rows are multiplied at once."""
    return max(1, min(steps, ROWS_AT_ONCE // batch))


def _aligned(length: int) -> int:
    return -(-length // _ALIGNED) * _ALIGNED


def _unflatten(flat: Sequence[Tensor | None]) -> list[LayerWeights]:
    return [LayerWeights(*flat[k : k + 4]) for k in range(0, len(flat), 4)]  # type: ignore[arg-type]
