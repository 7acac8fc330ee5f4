"""LSTMs for inference on a CPU: few and fast operations a step.

- Biases are added up, and what does not change from step to step is multiplied once, before the loop.
- What enters of a token is looked up instead of multiplied.
- torch's sigmoid is several times as fast as its tanh, and tanh x = 2 sigmoid(2 x) - 1. So cells are kept doubled
  and hidden states halved, and the weights make up for it; powers of two cost no precision.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.folding import product
from engine.models.heads import Head


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
        self.recur = [product(2 * weight) for weight in hidden]

    def __call__(self, music: Tensor) -> Tensor:
        """Music as the head takes it, `batch, steps[, depth]`, to both ends' states, `batch, 2 * width`."""
        entering = self.head.project(music.transpose(0, 1), self.enter).add_(self.bias)
        forward, backward = entering.chunk(2, -1)
        start = entering.new_zeros(2, len(music), self.width)
        cells = _Cells(start, start.clone())
        gates, hidden = cells.gates.unbind(), cells.hidden.unbind()
        for both in zip(forward.unbind(), reversed(backward.unbind()), strict=True):
            for end, recur in enumerate(self.recur):
                torch.add(both[end], recur(hidden[end]), out=gates[end])
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
        self.head = head
        layers = [_weights(lstm, layer) for layer in range(lstm.num_layers)]
        inputs, _, self.bias = layers[0]
        enter, self.latent = inputs.split([head.feature_depth, lstm.input_size - head.feature_depth], 1)
        self.enter = enter.t().contiguous()
        self.recur = [product(2 * hidden) for _, hidden, _ in layers]
        above = [(weight, bias) for weight, _, bias in layers[1:]] + [(out.weight.detach(), out.bias.detach())]
        self.rise = [product(2 * weight, bias) for weight, bias in above]

    def __call__(
        self,
        z: Tensor,
        state: tuple[Tensor, Tensor],
        steps: int,
        temperature: float,
        generator: torch.Generator | None,
        before: Tensor | None = None,
    ) -> Tensor:
        """Outputs `batch, steps, depth` that leave no doubt of what was drawn.

        Args:
            z: `batch, latent`.
            state: first hidden states and cells, each `layers, batch, width`.
            steps: how many.
            temperature: of the draws; 0 takes the most likely.
            generator: of the draws.
            before: music of the step before the first, `batch[, depth]`; None: nothing was.
        """
        stack = [_Cells(2 * cell, hidden / 2) for hidden, cell in zip(*state, strict=True)]
        latent = F.linear(z, self.latent, self.bias)
        entering = latent if before is None else latent + self.head.project(before, self.enter)
        outputs, drawn = [], []
        for _ in range(steps):
            for cells, recur, rise in zip(stack, self.recur, self.rise, strict=True):
                torch.add(entering, recur(cells.hidden), out=cells.gates)
                cells.step()
                entering = rise(cells.hidden)
            outputs.append(entering)
            drawn.append(self.head.draw(entering, temperature, generator))
            entering = latent + self.head.project(drawn[-1], self.enter)
        return self.head.certain(torch.stack(outputs, 1), torch.stack(drawn, 1))


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
    rows = torch.ones(4, lstm.hidden_size, dtype=inputs.dtype)
    rows[2] = 2
    scale = rows.flatten()
    return inputs * scale[:, None], hidden * scale[:, None], (bias_in + bias_hidden) * scale
