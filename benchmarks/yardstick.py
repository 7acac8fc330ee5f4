"""The yardstick: the reference's 2-bar melody model as a plain PyTorch loop, clip in, notes out.

What a competent person writes first: one `nn.LSTMCell` a layer, one Python step a 16th, the sampled class fed back.
Random weights; the arithmetic is the same as with trained ones. The engine is timed beside it, in the same run.

Source: sizes of magenta's `cat-mel_2bar_small`: bidirectional LSTM 512, z 256, two LSTM layers of 256, 90 classes,
32 steps, initial decoder state tanh(dense(z)), each step's input the previous class and z, temperature 0.5.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

import click
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.machine import describe_machine
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.grid import STEP_QUARTERS
from engine.representations.melody import NUM_CLASSES, from_tensor, to_tensor

STEPS = 32
ENCODER_SIZE = 512
LATENT_DIM = 256
DECODER_SIZE = 256
DECODER_LAYERS = 2
TEMPERATURE = 0.5


class Yardstick(nn.Module):
    """Bidirectional LSTM encoder and autoregressive LSTM decoder, unrolled in Python."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.forward_cell = nn.LSTMCell(NUM_CLASSES, ENCODER_SIZE)
        self.backward_cell = nn.LSTMCell(NUM_CLASSES, ENCODER_SIZE)
        self.mu = nn.Linear(2 * ENCODER_SIZE, LATENT_DIM)
        self.initial_state = nn.Linear(LATENT_DIM, DECODER_LAYERS * 2 * DECODER_SIZE)
        sizes = [NUM_CLASSES + LATENT_DIM] + [DECODER_SIZE] * (DECODER_LAYERS - 1)
        self.decoder_cells = nn.ModuleList(nn.LSTMCell(size, DECODER_SIZE) for size in sizes)
        self.output = nn.Linear(DECODER_SIZE, NUM_CLASSES)

    def encode(self, tokens: Tensor) -> Tensor:
        """The posterior mean, shape `batch, latent`, of tokens of shape `batch, steps`."""
        inputs = F.one_hot(tokens, NUM_CLASSES).float()
        ends = []
        for cell, steps in ((self.forward_cell, range(STEPS)), (self.backward_cell, reversed(range(STEPS)))):
            hidden = memory = torch.zeros(len(tokens), ENCODER_SIZE)
            for step in steps:
                hidden, memory = cell(inputs[:, step], (hidden, memory))
            ends.append(hidden)
        return self.mu(torch.cat(ends, dim=-1))

    def decode(self, z: Tensor, temperature: float = TEMPERATURE) -> Tensor:
        """Sampled tokens, shape `batch, steps`, of latents of shape `batch, latent`."""
        parts = torch.tanh(self.initial_state(z)).chunk(2 * DECODER_LAYERS, dim=-1)
        states = [(parts[2 * i + 1], parts[2 * i]) for i in range(DECODER_LAYERS)]
        previous = torch.zeros(len(z), NUM_CLASSES)
        tokens = []
        for _ in range(STEPS):
            output = torch.cat([previous, z], dim=-1)
            for layer, cell in enumerate(self.decoder_cells):
                states[layer] = cell(output, states[layer])
                output = states[layer][0]
            probabilities = torch.softmax(self.output(output) / temperature, dim=-1)
            token = torch.multinomial(probabilities, 1).squeeze(-1)
            previous = F.one_hot(token, NUM_CLASSES).float()
            tokens.append(token)
        return torch.stack(tokens, dim=1)

    @torch.inference_mode()
    def run(self, clips: Sequence[Clip]) -> list[Clip]:
        """One new 2-bar clip for each of these 2-bar 4/4 clips, in one batch: music to tokens to latents and back."""
        tokens = torch.from_numpy(np.stack([to_tensor(clip).tokens for clip in clips]))
        decoded = self.decode(self.encode(tokens)).numpy()
        return [_to_clip(row, clip) for row, clip in zip(decoded, clips, strict=True)]


def melody_clip() -> Clip:
    """A 2-bar melody of eighths and quarters to time with."""
    pitches = [60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72]
    return make_clip([Note(i * 0.5, pitch, 0.5) for i, pitch in enumerate(pitches)], 8.0)


def _to_clip(tokens: np.ndarray, clip: Clip) -> Clip:
    notes = (Note(n.step * STEP_QUARTERS, n.pitch, n.duration_steps * STEP_QUARTERS, 80.0) for n in from_tensor(tokens))
    return make_clip(notes, clip.length_quarters, clip.numerator, clip.denominator, clip.bpm)


@click.command(help=__doc__)
@click.option("--repeats", default=50, show_default=True)
@click.option("--threads", default=1, show_default=True, help="threads of one torch operation")
def main(repeats: int, threads: int) -> None:
    torch.set_num_threads(threads)
    click.echo(describe_machine())
    model = Yardstick().eval()
    for batch in (1, 8):
        clips = [melody_clip()] * batch
        for _ in range(3):
            model.run(clips)
        times_ms = []
        for _ in range(repeats):
            started = time.perf_counter()
            model.run(clips)
            times_ms.append(1000 * (time.perf_counter() - started))
        times_ms.sort()
        p99 = times_ms[min(len(times_ms) - 1, int(0.99 * len(times_ms)))]
        click.echo(f"yardstick, batch {batch}: median {statistics.median(times_ms):.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    main()
