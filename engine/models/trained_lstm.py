"""`nn.LSTM` that trains fast on a CPU: the same weights under the same names, the same numbers.

Training on a CPU goes through `lstm_layer.py`, with bfloat16 products under autocast and in the weights' own type
otherwise. All else, evaluation and other devices, is torch's own: on a GPU the kernels of its vendor, in the weights'
own type, since autocast has float16 alone for them, which overflows without a scaler.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.lstm_layer import LayerManner, LayerWeights, run_layer

State = tuple[Tensor, Tensor]

WORTH_COMPILING = 2**15
"""Numbers in a state, from where on a step as it stands takes longer than calling the compiled one."""


class TrainedLstm(nn.LSTM):
    """torch's LSTM, with two things more: an input that stays the same in all steps, and the last states alone.

    Made as `nn.LSTM` is. Dropout falls, as there, on the inputs of each layer but the first. Packed sequences are not
    taken.

    Attributes:
        compiled: whether steps are compiled in training; None: where it is worth it. Without a compiler they never are.
    """

    compiled: bool | None = None

    def forward(  # type: ignore[override]
        self, input: Tensor, hx: State | None = None, constant: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """As in torch: outputs of the top layer, last hidden and cell states.

        Args:
            input: `batch, steps, depth`, or as `batch_first` has it.
            hx: first hidden and cell states, each `layers * ends, batch, width`; None: zeros.
            constant: `batch, rest of the input size`, taken in every step as if it stood behind `input`; None: none.
        """
        if self._is_ours(input):
            return self._train(input, hx, constant, outputs=True)
        whole = input if constant is None else self._with_constant(input, constant)
        if whole.device.type != "cuda" or not torch.is_autocast_enabled("cuda"):
            outputs, state = super().forward(whole, hx)
            return outputs, state
        with torch.autocast("cuda", enabled=False):
            kind: torch.dtype = self.weight_hh_l0.dtype  # type: ignore[assignment]
            outputs, state = super().forward(whole.to(kind), None if hx is None else (hx[0].to(kind), hx[1].to(kind)))
        return outputs, state

    def last(self, input: Tensor, hx: State | None = None, constant: Tensor | None = None) -> State:
        """The last states alone, as `forward` gives them; in training, outputs are not even put together."""
        if self._is_ours(input):
            return self._train(input, hx, constant, outputs=False)[1]
        return self.forward(input, hx, constant)[1]

    def _is_ours(self, x: Tensor) -> bool:
        if not (self.training and torch.is_grad_enabled()):
            return False
        return x.device.type == "cpu" and x.dim() == 3 and x.numel() > 0 and not self.proj_size

    def _train(self, x: Tensor, state: State | None, constant: Tensor | None, outputs: bool) -> tuple[Tensor, State]:
        self._check(x, state, constant)
        kind, manner = x.dtype, self._manner(len(x) if self.batch_first else x.shape[1], outputs)
        x = x.transpose(0, 1) if self.batch_first else x
        states = [None] * self.num_layers if state is None else self._by_layer(state)
        last: list[State] = []
        for layer, first in enumerate(states):
            is_top = layer == self.num_layers - 1
            layered = manner if is_top else replace(manner, outputs=True)
            x, *ends = run_layer(x, None if layer else constant, first, self._weights(layer), layered)
            last.append((ends[0], ends[1]))
            x = x if is_top else F.dropout(x, self.dropout)
        hidden, cell = (torch.cat(both) for both in zip(*last, strict=True))
        return (x.transpose(0, 1) if self.batch_first and outputs else x).to(kind), (hidden, cell)

    def _check(self, x: Tensor, state: State | None, constant: Tensor | None) -> None:
        """torch's own checks, in its own words, of what it would be given."""
        given = x.shape[-1] + (0 if constant is None else constant.shape[-1])
        whole = x[..., :1].expand(*x.shape[:2], given)
        self.check_input(whole, None)
        if state is not None:
            self.check_forward_args(whole, state, None)

    def _manner(self, batch: int, outputs: bool) -> LayerManner:
        weight: Tensor = self.weight_hh_l0  # type: ignore[assignment]
        products = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else weight.dtype
        size = batch * self.hidden_size * (2 if self.bidirectional else 1)
        compiled = size >= WORTH_COMPILING if self.compiled is None else self.compiled
        return LayerManner(products, compiled, outputs)

    def _weights(self, layer: int) -> list[LayerWeights]:
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if self.bias else 2]
        ends = ("", "_reverse")[: 2 if self.bidirectional else 1]
        return [LayerWeights(*(getattr(self, f"{kind}_l{layer}{end}") for kind in kinds)) for end in ends]

    def _by_layer(self, state: State) -> list[State]:
        hidden, cell = (both.chunk(self.num_layers) for both in state)
        return list(zip(hidden, cell, strict=True))

    def _with_constant(self, x: Tensor, constant: Tensor) -> Tensor:
        along = 1 if self.batch_first else 0
        return torch.cat([x, constant.unsqueeze(along).expand(*x.shape[:2], -1)], -1)
