"""The LSTM that trains fast says what torch's own says, forward and back."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext

import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from engine.models import lstm_cell, lstm_layer
from engine.models.lstm_layer import LayerManner, LayerWeights, run_layer
from engine.models.trained_lstm import TrainedLstm

# bfloat16 has 8 bits: one number is off by 0.4 % at most, and sums of them by about as much of their length.
MOST_OFF = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 2e-2}
SHAPES = [(layers, both) for layers in (1, 3) for both in (False, True)]


def make_pair(
    inputs: int = 7,
    width: int = 6,
    layers: int = 2,
    both: bool = False,
    bias: bool = True,
    kind: torch.dtype = torch.float32,
) -> tuple[nn.LSTM, TrainedLstm]:
    """torch's and ours, of the same weights."""
    torch.manual_seed(0)
    settings = {"batch_first": True, "bidirectional": both, "bias": bias, "dtype": kind}
    plain, ours = nn.LSTM(inputs, width, layers, **settings), TrainedLstm(inputs, width, layers, **settings)
    ours.load_state_dict(plain.state_dict())
    return plain, ours


def make_state(lstm: nn.LSTM, batch: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    shape = (lstm.num_layers * (1 + lstm.bidirectional), batch, lstm.hidden_size)
    hidden, cell = (torch.rand(shape, generator=generator, dtype=lstm.weight_hh_l0.dtype) - 0.5 for _ in range(2))
    return hidden.requires_grad_(), cell.requires_grad_()


def make_music(batch: int = 3, steps: int = 5, depth: int = 7, kind: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(batch, steps, depth, generator=torch.Generator().manual_seed(2), dtype=kind).requires_grad_()


def run(lstm: nn.LSTM, music: Tensor, state: tuple[Tensor, Tensor] | None, *more: Tensor) -> dict[str, Tensor]:
    """Everything that the LSTM says, and the gradients of a loss on all of it."""
    outputs, (hidden, cell) = lstm(music, state, *more)
    weight = torch.linspace(0.5, 1.5, outputs.numel(), dtype=outputs.dtype).view(outputs.shape)
    loss = (outputs * weight).sum() + hidden.square().sum() + cell.pow(3).sum()
    leaves = {"music": music, **dict(lstm.named_parameters()), **{f"constant {k}": x for k, x in enumerate(more)}}
    if state is not None:
        leaves |= {"first hidden": state[0], "first cell": state[1]}
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    said = {"outputs": outputs, "hidden": hidden, "cell": cell}
    return said | {f"gradient of {name}": grad for name, grad in zip(leaves, gradients, strict=True)}


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor], kind: torch.dtype) -> None:
    """Nothing is further off, by its length, than the type allows."""
    assert found.keys() == expected.keys()
    off = {name: ((found[name] - x).norm() / x.norm()).item() for name, x in expected.items()}
    assert {name: share for name, share in off.items() if not share < MOST_OFF[kind]} == {}
    assert {name: found[name].dtype for name in found} == {name: expected[name].dtype for name in expected}


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
@pytest.mark.parametrize("with_state", [False, True])
@pytest.mark.parametrize(("layers", "both"), SHAPES)
def test_it_says_what_torchs_own_says(layers: int, both: bool, with_state: bool, kind: torch.dtype) -> None:
    plain, ours = make_pair(layers=layers, both=both, kind=kind)
    state, music = make_state(plain, 3) if with_state else None, make_music(kind=kind)
    assert_same(run(ours, music, state), run(plain, music, state), kind)


@pytest.mark.parametrize("both", [False, True])
def test_it_does_without_biases_and_takes_steps_first(both: bool) -> None:
    plain, ours = make_pair(both=both, bias=False)
    plain.batch_first = ours.batch_first = False
    assert_same(run(ours, make_music(), None), run(plain, make_music(), None), torch.float32)


@pytest.mark.parametrize(("layers", "both"), SHAPES)
def test_bfloat16_products_stay_near_single_precision(layers: int, both: bool) -> None:
    plain, ours = make_pair(90, 64, layers, both)
    state, music = make_state(plain, 16), make_music(16, 32, 90)
    with torch.autocast("cpu", torch.bfloat16):
        found = run(ours, music, state)
    assert_same(found, run(plain, music, state), torch.bfloat16)


def test_bfloat16_is_as_near_as_torchs_own_bfloat16() -> None:
    plain, ours = make_pair(90, 64)
    music = make_music(16, 32, 90)
    exact = run(plain, music, None)["gradient of weight_hh_l0"]
    with torch.autocast("cpu", torch.bfloat16):
        off, torchs = ((run(lstm, music, None)["gradient of weight_hh_l0"] - exact).norm() for lstm in (ours, plain))
    assert off < 1.5 * torchs


@pytest.mark.parametrize("both", [False, True])
def test_an_input_that_stays_the_same_counts_as_if_it_stood_in_every_step(both: bool) -> None:
    plain, ours = make_pair(7 + 4, both=both)
    music, constant, state = make_music(), torch.randn(3, 4, requires_grad=True), make_state(plain, 3)
    spread = torch.cat([music, constant[:, None].expand(-1, 5, -1)], -1).detach().requires_grad_()
    expected, found = run(plain, spread, state), run(ours, music, state, constant)
    in_music, in_constant = expected.pop("gradient of music").split([7, 4], -1)
    assert_same(
        found, expected | {"gradient of music": in_music, "gradient of constant 0": in_constant.sum(1)}, torch.float32
    )
    ours.eval()
    torch.testing.assert_close(ours(music, state, constant)[0], found["outputs"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("both", [False, True])
def test_gradients_are_those_of_small_differences(both: bool) -> None:
    _, ours = make_pair(3, 2, both=both, kind=torch.float64)
    music, constant = make_music(2, 3, 2, torch.float64), torch.randn(2, 1, dtype=torch.float64, requires_grad=True)
    weights = list(ours.parameters())

    def call(music: Tensor, constant: Tensor, hidden: Tensor, cell: Tensor, *_: Tensor) -> tuple[Tensor, ...]:
        outputs, state = ours(music, (hidden, cell), constant)
        return outputs, *state

    assert torch.autograd.gradcheck(call, (music, constant, *make_state(ours, 2), *weights))


@pytest.mark.parametrize("both", [False, True])
def test_last_states_are_those_of_a_whole_run(both: bool) -> None:
    _, ours = make_pair(both=both)
    for found, expected in zip(ours.last(make_music()), ours(make_music())[1], strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=0)
    ours.last(make_music())[0].sum().backward()
    found = [weight.grad for weight in ours.parameters()]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in found)


def test_weights_go_both_ways() -> None:
    plain, ours = make_pair(both=True)
    assert list(ours.state_dict()) == list(plain.state_dict())
    with torch.no_grad():
        for weight in ours.parameters():
            weight.add_(1)
    plain.load_state_dict(ours.state_dict())
    torch.testing.assert_close(plain(make_music())[0], ours(make_music())[0])


def test_out_of_training_it_is_torchs_own_to_the_bit() -> None:
    plain, ours = make_pair(both=True)
    ours.eval()
    assert torch.equal(ours(make_music())[0], plain(make_music())[0])
    with torch.no_grad():
        assert torch.equal(ours.train()(make_music())[0], plain(make_music())[0])


def test_a_wrong_size_is_refused_as_torch_refuses_it() -> None:
    _, ours = make_pair()
    with pytest.raises(RuntimeError, match=r"input.size\(-1\) must be equal to input_size"):
        ours(make_music(depth=8))
    with pytest.raises(RuntimeError, match=r"input.size\(-1\) must be equal to input_size"):
        ours(make_music(), None, torch.zeros(3, 1))
    with pytest.raises(RuntimeError, match=r"Expected hidden\[0\] size"):
        ours(make_music(), make_state(ours, 4))


def test_dropout_falls_on_the_layers_above_the_first() -> None:
    torch.manual_seed(3)
    ours = TrainedLstm(4, 200, 2, dropout=0.3, batch_first=True)
    with torch.no_grad():
        for name, weight in ours.named_parameters():
            weight.zero_()
            if name == "bias_ih_l0":
                weight.fill_(3.0)  # the first layer says the same everywhere
            if name == "weight_ih_l1":
                weight[400:600].copy_(torch.eye(200))  # the second shows what it hears
            if name == "bias_ih_l1":
                weight[:200].fill_(9.0)
    shown = ours(torch.zeros(50, 1, 4))[0]
    assert abs((shown == 0).float().mean() - 0.3) < 0.02
    assert shown.unique().numel() == 2
    assert (ours.eval()(torch.zeros(50, 1, 4))[0] != 0).all()


class _Calls(TorchFunctionMode):
    """Counts the calls of torch, and how much the products multiply."""

    def __init__(self) -> None:
        super().__init__()
        self.calls, self.multiplied = 0, 0

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        del types
        self.calls += 1
        if func in (torch.mm, Tensor.addmm_):
            a, b = args[-2:]
            self.multiplied += a.shape[0] * a.shape[1] * b.shape[1]
        return func(*args, **(kwargs or {}))


def test_work_is_linear_in_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstm_layer, "ROWS_AT_ONCE", 12)  # of batches of 3: four steps at once
    calls, multiplied = [], []
    for steps in (8, 16, 24, 96):
        _, ours = make_pair(both=True)
        with _Calls() as counted:
            ours(make_music(steps=steps))[0].sum().backward()
        calls.append(counted.calls)
        multiplied.append(counted.multiplied)
    for count in (calls, multiplied):
        assert count[2] - count[1] == count[1] - count[0] > 0
        assert count[3] - count[0] == 11 * (count[1] - count[0])


@pytest.mark.parametrize("both", [False, True])
def test_gates_that_are_not_kept_are_found_again_to_the_bit(both: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstm_layer, "ROWS_AT_ONCE", 9)  # three steps at once, which do not divide seven
    _, ours = make_pair(layers=1, both=both)
    ends = ("", "_reverse")[: 1 + both]
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = [LayerWeights(*(getattr(ours, f"{kind}_l0{end}") for kind in kinds)) for end in ends]
    music, found = make_music(steps=7).transpose(0, 1), []
    for most in (2**30, 0):
        outputs, hidden, cell = run_layer(music, None, None, weights, LayerManner(torch.float32, False, True, most))
        loss = outputs.pow(2).sum() + hidden.sum() + cell.sum()
        found.append(torch.autograd.grad(loss, list(ours.parameters())))
    assert all(torch.equal(kept, again) for kept, again in zip(*found, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_compiled_steps_say_the_same(kind: torch.dtype) -> None:
    plain, ours = make_pair(20, 16, both=True)
    ours.compiled = True
    music, state = make_music(8, 9, 20), make_state(plain, 8)
    with torch.autocast("cpu", torch.bfloat16) if kind == torch.bfloat16 else nullcontext():
        found = run(ours, music, state)
    assert_same(found, run(plain, music, state), kind)


def test_without_a_compiler_the_steps_run_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no C++ compiler here")

    monkeypatch.setattr("torch._inductor.compile", fail)
    monkeypatch.setattr(lstm_cell, "_compiled", {})
    plain, ours = make_pair()
    ours.compiled = True
    assert_same(run(ours, make_music(), None), run(plain, make_music(), None), torch.float32)
    assert Counter(lstm_cell._compiled.values()).keys() == {lstm_cell.step_forward, lstm_cell.step_backward}


@pytest.mark.gpu
def test_on_a_gpu_it_is_torchs_own() -> None:
    plain, ours = make_pair(7 + 4, both=True)
    plain, ours = plain.cuda(), ours.cuda()
    music, constant = make_music().detach().cuda().requires_grad_(), torch.randn(3, 4).cuda()
    spread = torch.cat([music, constant[:, None].expand(-1, 5, -1)], -1)
    found, expected = ours(music, None, constant)[0], plain(spread)[0]
    assert torch.equal(found, expected)
    found, expected = (torch.autograd.grad(x.sum(), music, retain_graph=True)[0] for x in (found, expected))
    torch.testing.assert_close(found, expected)
