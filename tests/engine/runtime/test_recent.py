"""The memory of a turning knob's last answers."""

import torch

from engine.runtime.recent import Recent


def test_an_answer_is_made_once() -> None:
    recent, made = Recent(torch.Tensor.numel), []
    for _ in range(3):
        recent.get("key", lambda: made.append(1) or torch.ones(1))
    assert len(made) == 1


def test_what_was_longest_unused_is_forgotten_first() -> None:
    recent, made = Recent(torch.Tensor.numel), []

    def ask(key: int) -> None:
        recent.get(key, lambda: made.append(key) or torch.ones(1))

    for key in range(64):
        ask(key)
    ask(0)
    ask(64)
    ask(0)
    ask(1)
    assert made == [*range(65), 1]


def test_huge_answers_push_others_out_but_are_themselves_remembered() -> None:
    recent, made = Recent(torch.Tensor.numel), []
    for key in ("small", "huge", "huge", "small"):
        recent.get(key, lambda key=key: made.append(key) or torch.ones(5_000_000 if key == "huge" else 1))
    assert made == ["small", "huge", "small"]
