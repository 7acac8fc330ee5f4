"""The shipped models on a GPU: the same answers as on the CPU. Run by `make test-gpu` where there is one."""

from pathlib import Path

import pytest
import torch

from engine.representations.midi_file import read_clip
from engine.runtime.engine import Engine

pytestmark = pytest.mark.gpu

EXAMPLES = Path(__file__).parents[3] / "examples"
GPUS = [
    name for name, there in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())) if there
]


@pytest.fixture(params=GPUS or [pytest.param("none", marks=pytest.mark.skip("no CUDA or Metal device here"))])
def engines(request):
    pair = [Engine.load(device=name) for name in ("cpu", request.param)]
    yield pair
    for engine in pair:
        engine.close()


def test_auto_takes_the_gpu(engines):
    _, on_gpu = engines
    assert Engine.load().device_name == on_gpu.device_name


def test_melodies_are_rebuilt_as_on_the_cpu(engines):
    clip = read_clip(EXAMPLES / "ode_to_joy.mid")
    on_cpu, on_gpu = (engine.vary(clip, 2, 0.0).clips for engine in engines)
    assert [[(n.pitch, n.start_quarters) for n in c.notes] for c in on_cpu] == [
        [(n.pitch, n.start_quarters) for n in c.notes] for c in on_gpu
    ]


def test_a_beat_is_humanized_as_on_the_cpu(engines):
    clip = read_clip(EXAMPLES / "straight_rock.mid")
    on_cpu, on_gpu = (engine.humanize(clip, 1.0, 1.0, seed=3).clips[0] for engine in engines)
    for one, other in zip(on_cpu.notes, on_gpu.notes, strict=True):
        assert one.start_quarters == pytest.approx(other.start_quarters, abs=1e-3)
        assert one.velocity == pytest.approx(other.velocity, abs=0.5)
