"""Weights for inference on a CPU: kept a second time, in the form that is multiplied fastest.

Checkpoints hold half precision, and so do the copies: nothing is lost, half as many bytes are read, and activations
and sums stay in single precision. Where torch was built without fbgemm (not x86), single precision it is.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, Self, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FoldedT = TypeVar("FoldedT")
ModelT = TypeVar("ModelT", bound=nn.Module)
Product = Callable[[Tensor], Tensor]


class Foldable(nn.Module, Generic[FoldedT], ABC):
    """A module whose weights `fold` copies into a fast form, `folded`, for inference on a CPU.

    Training, loading weights and moving to another device or type drop the copy; it does not answer where gradients
    are wanted either. Who changes weights in place by other means calls `fold` again.
    """

    _folded: FoldedT | None = None

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

    def _load_from_state_dict(self, *args: object) -> None:
        self.unfold()
        super()._load_from_state_dict(*args)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        self.unfold()
        return super()._apply(fn, recurse)  # type: ignore[no-untyped-call, no-any-return]

    @abstractmethod
    def _make_folded(self) -> FoldedT:
        """The weights in their fast form."""


class Linear(Foldable[Product], nn.Linear):
    """torch's linear layer, with the same weights under the same names, foldable."""

    def forward(self, x: Tensor) -> Tensor:
        """`…, in` to `…, out`."""
        folded = self.folded
        return super().forward(x) if folded is None else folded(x)

    def _make_folded(self) -> Product:
        return product(self.weight.detach(), self.bias.detach())


def for_inference(model: ModelT) -> ModelT:
    """The model itself: in evaluation mode, without gradients, everything foldable folded."""
    model.eval().requires_grad_(False)
    for module in model.modules():
        if isinstance(module, Foldable):
            module.fold()
    return model


def product(weight: Tensor, bias: Tensor | None = None) -> Product:
    """What multiplies rows `…, in` by `weight`, `out, in`, and adds `bias`; later changes of both are not seen."""
    own_bias = None if bias is None else bias.clone()
    if not can_pack():
        own_weight = weight.clone()
        return lambda rows: F.linear(rows, own_weight, own_bias)
    multiply = torch.fbgemm_linear_fp16_weight_fp32_activation
    with warnings.catch_warnings():
        # Marked for removal after the torch that we are pinned to; what replaces it takes longer a call.
        warnings.simplefilter("ignore")
        packed = torch.fbgemm_pack_gemm_matrix_fp16(weight)
        multiply(weight.new_zeros(1, weight.shape[1]), packed, own_bias)
    return lambda rows: multiply(rows, packed, own_bias)


def can_pack() -> bool:
    """Whether this torch multiplies by packed half precision."""
    return "fbgemm" in torch.backends.quantized.supported_engines and hasattr(torch, "fbgemm_pack_gemm_matrix_fp16")
