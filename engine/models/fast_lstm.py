"""LSTMs for inference on a CPU: weights folded once, so that a step costs few and fast operations.

- Biases are added up, and what does not change from step to step is multiplied once, before the loop.
- A hidden state meets all the weights that read it in one product.
- The weights lie as oneDNN wants them (where torch has it): a few rows cost little more than one.
- torch's sigmoid is several times as fast as its tanh, and tanh x = 2 sigmoid(2 x) - 1. So cells are kept doubled
  and hidden states halved, and the weights make up for it; powers of two cost no precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Self, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.heads import Head

FoldedT = TypeVar("FoldedT")
Product = Callable[[Tensor], Tensor]

# The layout is made for so many rows and is as good for any other number but one made for a single row.
_PACKED_FOR_ROWS = 64


class FoldedEncoder:
    """The last hidden states of a bidirectional LSTM of one layer.

    Args:
        lstm: copied; later changes of its weights are not seen.
        head: how music enters it.
    """

    def __init__(self, lstm: nn.LSTM, head: Head) -> None:
        self.head, self.width = head, lstm.hidden_size
        inputs, hidden, biases = zip(*(_weights(lstm, 0, end) for end in ("", "_reverse")), strict=True)
        self.enter, self.bias = torch.cat(inputs).t().contiguous(), torch.cat(biases)
        self.recur = [_product(2 * weight) for weight in hidden]

    def __call__(self, music: Tensor) -> Tensor:
        """Music as the head takes it, `batch, steps[, depth]`, to both ends' states, `batch, 2 * width`."""
        batch, steps = music.shape[:2]
        entering = self.head.project(music.transpose(0, 1), self.enter).add_(self.bias)
        forward, backward = entering.chunk(2, -1)
        cells = _Cells(entering.new_zeros(2, batch, self.width), entering.new_zeros(2, batch, self.width))
        for enters in zip(forward, reversed(backward.unbind()), strict=True):
            for end, recur in enumerate(self.recur):
                torch.add(enters[end], recur(cells.hidden[end]), out=cells.gates[end])
            cells.step()
        return (2 * cells.hidden).transpose(0, 1).flatten(1)


class FoldedDecoder:
    """Stacked LSTMs that see a latent and what they drew last.

    Args:
        lstm: copied; its inputs are the last step's music and the latent, side by side.
        out: copied; the top hidden state to outputs.
        head: how a step is drawn.
    """

    def __init__(self, lstm: nn.LSTM, out: nn.Linear, head: Head) -> None:
        self.head, self.gates = head, 4 * lstm.hidden_size
        layers = [_weights(lstm, layer) for layer in range(lstm.num_layers)]
        inputs, _, self.bias = layers[0]
        music, self.latent = inputs.split([head.depth, lstm.input_size - head.depth], 1)
        self.enter = _product(music)
        above = [(weight, bias) for weight, _, bias in layers[1:]] + [(out.weight.detach(), out.bias.detach())]
        self.read = [
            _product(2 * torch.cat([hidden, weight]), torch.cat([torch.zeros_like(own_bias), bias]))
            for (_, hidden, own_bias), (weight, bias) in zip(layers, above, strict=True)
        ]

    def __call__(
        self, z: Tensor, state: tuple[Tensor, Tensor], steps: int, temperature: float, generator: torch.Generator | None
    ) -> Tensor:
        """Outputs `batch, steps, depth` that leave no doubt of what was drawn.

        Args:
            z: `batch, latent`.
            state: first hidden states and cells, each `layers, batch, width`.
            steps: how many.
            temperature: of the draws; 0 takes the most likely.
            generator: of the draws.
        """
        stack = [_Cells(2 * cell, hidden / 2) for hidden, cell in zip(*state, strict=True)]
        recurring = [read(cells.hidden)[:, : self.gates] for read, cells in zip(self.read, stack, strict=True)]
        latent = F.linear(z, self.latent, self.bias)
        own = z.new_zeros(len(z), self.head.depth)
        outputs, drawn = [], []
        for _ in range(steps):
            entering = self.enter(own).add_(latent)
            for layer, cells in enumerate(stack):
                torch.add(entering, recurring[layer], out=cells.gates)
                cells.step()
                read = self.read[layer](cells.hidden)
                recurring[layer], entering = read[:, : self.gates], read[:, self.gates :]
            own = self.head.draw(entering, temperature, generator)
            outputs.append(entering)
            drawn.append(own)
        return self.head.certain(torch.stack(outputs, 1), torch.stack(drawn, 1))


class Foldable(nn.Module, Generic[FoldedT]):
    """A module whose weights `fold` copies into a fast form, `folded`, for inference on a CPU.

    Training, loading weights and moving to another device or type drop the copy, and the module's own LSTM answers
    again; so it does where gradients are wanted. Who changes weights in place by other means calls `fold` again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._folded: FoldedT | None = None
        self.register_load_state_dict_post_hook(lambda module, _: module.unfold())

    @property
    def folded(self) -> FoldedT | None:
        """The fast form, where there is one and it may answer."""
        return None if torch.is_grad_enabled() else self._folded

    def fold(self) -> None:
        """Copy the weights as they are now; on other devices than the CPU nothing is gained, and nothing done."""
        if next(self.parameters()).device.type == "cpu":
            self._folded = self._make_folded()

    def unfold(self) -> None:
        """Drop the copy."""
        self._folded = None

    def train(self, mode: bool = True) -> Self:
        """As in torch."""
        if mode:
            self.unfold()
        return super().train(mode)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        self.unfold()
        return super()._apply(fn, recurse)  # type: ignore[no-any-return, no-untyped-call]

    def _make_folded(self) -> FoldedT:
        raise NotImplementedError


class _Cells:
    """States of LSTMs side by side, all `…, batch, width`: `cell` twice and `hidden` half of what an LSTM calls so."""

    def __init__(self, cell: Tensor, hidden: Tensor) -> None:
        self.cell, self.hidden = cell.contiguous(), hidden.contiguous()
        self.gates = cell.new_empty(*cell.shape[:-1], 4 * cell.shape[-1])
        self._input, self._forget, self._candidate, self._output = self.gates.chunk(4, -1)

    def step(self) -> None:
        """One step on from `gates`, whose candidate is doubled; changes all states in place."""
        self.gates.sigmoid_()
        self._candidate.sub_(0.5)
        self.cell.mul_(self._forget).addcmul_(self._input, self._candidate, value=4)
        torch.sigmoid(self.cell, out=self.hidden).sub_(0.5).mul_(self._output)


def _weights(lstm: nn.LSTM, layer: int, end: str = "") -> tuple[Tensor, Tensor, Tensor]:
    """Input weights, hidden weights and the sum of the biases of a layer, the candidate's rows doubled."""
    names = (f"{kind}_l{layer}{end}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    inputs, hidden, bias_in, bias_hidden = (lstm.get_parameter(name).detach() for name in names)
    rows = torch.ones(4, lstm.hidden_size, dtype=inputs.dtype, device=inputs.device)
    rows[2] = 2
    scale = rows.flatten()
    return inputs * scale[:, None], hidden * scale[:, None], (bias_in + bias_hidden) * scale


def _product(weight: Tensor, bias: Tensor | None = None) -> Product:
    """Rows times `weight`, `out, in`, plus `bias`."""
    if "fbgemm" in torch.backends.quantized.supported_engines:
        packed = torch.ops.quantized.linear_prepack_fp16(weight, bias)
        multiply = torch.ops.quantized.linear_dynamic_fp16.default
        return lambda rows: multiply(rows, packed)
    return lambda rows: F.linear(rows, weight, bias)
