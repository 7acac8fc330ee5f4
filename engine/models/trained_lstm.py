"""`nn.LSTM` that trains fast on a CPU: the same weights under the same names, the same numbers.

Training on a CPU goes through `lstm_layer.py`, in bfloat16 products under autocast and in the weights' own type
otherwise. All else (evaluation, other devices, packed sequences, projections) is torch's own: cuDNN on a GPU.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from engine.models.lstm_layer import LayerManner, LayerWeights, run_layer

State = tuple[Tensor, Tensor]
WORTH_COMPILING = 2**15
"""Numbers in a state, from where on a step takes longer than calling the compiled one."""


class TrainedLstm(nn.LSTM):
    """torch's LSTM, with two things more: an input that stays the same in all steps, and the last states alone.

    Takes what `nn.LSTM` takes. Dropout falls, as there, on the inputs of each layer but the first.

    Attributes:
        compiled: whether steps are compiled in training; None: where it is worth it. Without a compiler they never are.
    """

    compiled: bool | None = None

    def forward(  # type: ignore[override]
        self, input: Tensor | PackedSequence, hx: State | None = None, constant: Tensor | None = None
    ) -> tuple[Tensor | PackedSequence, State]:
        """As in torch: outputs of the top layer, last hidden and cell states.

        Args:
            input: `batch, steps, depth`, or as `batch_first` has it.
            hx: first hidden and cell states, each `layers * ends, batch, width`; None: zeros.
            constant: `batch, rest of the input size`, taken in every step as if it stood behind `input`; None: none.
        """
        if self._is_ours(input):
            outputs, state = self._train_forward(input, hx, constant, outputs=True)
            return (outputs.transpose(0, 1) if self.batch_first else outputs), state  # type: ignore[union-attr]
        if constant is not None:
            input = self._with_constant(input, constant)
        return super().forward(input, hx)  # type: ignore[no-any-return, arg-type]

    def last(self, input: Tensor, hx: State | None = None, constant: Tensor | None = None) -> State:
        """The last states alone, as `forward` gives them; in training the top layer's outputs are not even put together."""
        if self._is_ours(input):
            return self._train_forward(input, hx, constant, outputs=False)[1]
        return self.forward(input, hx, constant)[1]

    def _is_ours(self, input: Tensor | PackedSequence) -> bool:
        if isinstance(input, PackedSequence) or input.dim() != 3 or input.device.type != "cpu" or self.proj_size:
            return False
        return self.training and torch.is_grad_enabled() and min(input.shape) > 0

    def _train_forward(
        self, x: Tensor, state: State | None, constant: Tensor | None, outputs: bool
    ) -> tuple[Tensor | None, State]:
        if constant is not None and self.input_size != x.shape[-1] + constant.shape[-1]:
            x, constant = self._with_constant(x, constant), None  # torch's own words for a wrong size
        self._check(x, state, constant)
        kind = x.dtype
        x = x.transpose(0, 1) if self.batch_first else x
        ends, last = 2 if self.bidirectional else 1, []
        manner = self._manner(x)
        for layer in range(self.num_layers):
            is_top = layer == self.num_layers - 1
            first = None if state is None else tuple(s[layer * ends : (layer + 1) * ends] for s in state)
            layered = LayerManner(*manner, outputs or not is_top)
            x, hidden, cell = run_layer(x, constant, first, self._weights(layer), layered)
            last.append((hidden, cell))
            constant = None
            if not is_top:
                x = F.dropout(x, self.dropout)
        hiddens, cells = (torch.cat(states) for states in zip(*last, strict=True))
        return (None if x is None else x.to(kind)), (hiddens, cells)

    def _check(self, x: Tensor, state: State | None, constant: Tensor | None) -> None:
        """torch's own checks, and its own words."""
        whole = x if constant is None else x[..., :1].expand(*x.shape[:2], self.input_size)
        self.check_input(whole, None)
        if state is not None:
            self.check_forward_args(whole, state, None)

    def _manner(self, x: Tensor) -> tuple[torch.dtype, bool]:
        products = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else self.weight_hh_l0.dtype
        size = x.shape[1] * self.hidden_size * (2 if self.bidirectional else 1)
        return products, size >= WORTH_COMPILING if self.compiled is None else self.compiled

    def _weights(self, layer: int) -> list[LayerWeights]:
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if self.bias else 2]
        ends = ("", "_reverse")[: 2 if self.bidirectional else 1]
        return [LayerWeights(*(getattr(self, f"{kind}_l{layer}{end}") for kind in kinds)) for end in ends]

    def _with_constant(self, x: Tensor, constant: Tensor) -> Tensor:
        along = 1 if self.batch_first else 0
        return torch.cat([x, constant.unsqueeze(along).expand(*x.shape[:2], -1)], -1)
