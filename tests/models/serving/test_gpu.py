"""Memory and the way of a summary on a real CUDA device."""

from pathlib import Path

import pytest

from models.decoding import Decoding
from models.serving.measure import INFERENCE_LOCK, device_memory, energy_joules, free_memory, run_peak
from models.serving.pool import ModelPool
from models.settings import Settings

pytestmark = pytest.mark.gpu
MIB = 2**20


def test_the_peak_of_a_run_is_what_its_tensors_took() -> None:
    import torch

    held = torch.empty(32 * MIB, dtype=torch.uint8, device="cuda")
    torch.empty(128 * MIB, dtype=torch.uint8, device="cuda")  # freed before the run
    with INFERENCE_LOCK, run_peak() as peak:
        torch.empty(64 * MIB, dtype=torch.uint8, device="cuda")
    assert peak.bytes == 64 * MIB
    assert held.numel() == 32 * MIB


def test_the_memory_of_the_device_is_that_of_all_processes() -> None:
    import torch

    held = torch.empty(256 * MIB, dtype=torch.uint8, device="cuda")
    found = device_memory()
    assert found is not None
    assert held.numel() <= found.used_bytes <= found.total_bytes
    assert found.total_bytes == pytest.approx(torch.cuda.mem_get_info()[1], rel=0.05)
    del held
    free_memory()
    assert torch.cuda.memory_reserved() < 256 * MIB


def test_energy_only_grows() -> None:
    before = energy_joules()
    if before is None:
        pytest.skip("this GPU does not report its energy")
    after = energy_joules()
    assert after is not None
    assert after >= before


def test_a_summary_runs_in_float16_and_says_what_it_took(tiny: Path, settings: Settings) -> None:
    summarizer = ModelPool(settings).get(str(tiny))
    summary = summarizer.summarize("the cat sat on the mat.", Decoding(beams=2, max_new_tokens=8))
    assert (summary.engine, summary.dtype, summary.device) == ("torch", "float16", "cuda:0")
    assert summary.peak_bytes is not None
    assert 0 < summary.peak_bytes < 64 * MIB
