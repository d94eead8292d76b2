"""Floors against numbers by hand, and the machine's figures they stand on."""

from pathlib import Path

import pytest
import torch

from distill.benchmark import machine
from distill.benchmark.cases import Case, Sample
from distill.benchmark.limits import WeightCounts, count_weights, floor, share
from distill.benchmark.machine import Machine, measure_machine
from models.folders.inspection import inspect
from tests.tiny import make_tiny_t5

COUNTS = WeightCounts(
    encoder=1000, memory=200, decoder=600, head=400, encoder_attention=10, decoder_attention=5
)


def a_machine(bandwidth: float = 1e30, rate: float = 1e30, float32: float = 1e30) -> Machine:
    """A machine as fast as said; what is left out costs nothing."""
    return Machine("cpu", 1, {1000: bandwidth}, {"float32": float32, "half": rate, "int8": rate})


def test_memory_bounds_by_the_bytes_every_step_must_read() -> None:
    found = floor(COUNTS, "int8", (3,), steps=2, beams=4, machine=a_machine(bandwidth=10.0))
    assert found.encode == pytest.approx(120.0)  # 1200 weights of a byte
    keys_and_values = 2 * 5 * 4 * ((3 + 1) + (3 + 2))  # widths, bytes, positions seen in two steps
    assert found.decode == pytest.approx((2 * 1000 + keys_and_values) / 10)
    assert found.bound == "memory"
    wide = floor(COUNTS, "float32", (3,), steps=2, beams=4, machine=a_machine(bandwidth=10.0))
    assert wide.encode == pytest.approx(480.0)
    assert wide.decode == pytest.approx((2 * 4000 + keys_and_values) / 10)
    half = floor(COUNTS, "bfloat16", (3,), steps=2, beams=4, machine=a_machine(bandwidth=10.0))
    assert half.decode == pytest.approx((2 * 2000 + keys_and_values / 2) / 10)


def test_compute_bounds_by_the_multiply_adds_at_the_precision() -> None:
    found = floor(COUNTS, "int8", (3, 2), steps=3, beams=4, machine=a_machine(rate=10.0))
    assert found.encode == pytest.approx(5 * 1200 / 10)
    assert found.decode == pytest.approx((1 + 4 + 4) * 2 * 1000 / 10)  # the first step has one hypothesis
    assert found.bound == "compute"


def test_attention_is_reckoned_in_float32_where_weights_are_integers() -> None:
    found = floor(COUNTS, "int8", (3, 2), steps=2, beams=4, machine=a_machine(float32=10.0))
    assert found.encode == pytest.approx(2 * 10 * (9 + 4) / 10)
    assert found.decode == pytest.approx(2 * 5 * ((4 + 3) + 4 * (5 + 4)) / 10)


def test_a_step_takes_as_long_as_its_narrower_bottleneck() -> None:
    slow = a_machine(bandwidth=1000.0, rate=1000.0)
    one, four = (floor(COUNTS, "int8", (1,), 2, beams, slow).decode for beams in (1, 4))
    assert one == pytest.approx((1000 + 80 + 1000 + 120) / 1000)
    assert four == pytest.approx((1000 + 80) / 1000 + 4 * 1000 / 1000)


@pytest.mark.parametrize("config", [{}, {"feed_forward_proj": "gated-gelu"}, {"d_kv": 6}])
def test_the_shape_counts_the_weights_that_are_there(config: dict, tmp_path: Path) -> None:
    from transformers import T5Config, T5ForConditionalGeneration

    folder = make_tiny_t5(tmp_path / "t5", layers=3, decoder_layers=2, heads=4)
    values = T5Config.from_pretrained(folder).to_dict() | config
    values = {name: value for name, value in values.items() if name not in ("is_gated_act", "dense_act_fn")}
    model = T5ForConditionalGeneration(T5Config(**values))
    model.save_pretrained(folder)

    def count(*parts: str) -> int:
        return sum(
            weight.numel()
            for name, weight in model.named_parameters()
            if weight.dim() == 2 and "relative" not in name and any(part in name for part in parts)
        )

    memory = count("EncDecAttention.k", "EncDecAttention.v")
    width = 4 * (config.get("d_kv") or 4)
    assert count_weights(inspect(folder)) == WeightCounts(
        encoder=count("encoder.block"),
        memory=memory,
        decoder=count("decoder.block") - memory,
        head=count("shared"),
        encoder_attention=3 * width,
        decoder_attention=2 * width,
    )


def test_the_share_is_the_floor_by_what_was_measured(tiny: Path) -> None:
    info = inspect(tiny)
    quick = a_machine(rate=1e6)
    least = floor(count_weights(info), "int8", (10,), 5, 4, quick)
    whole = least.encode + least.decode
    measured = Sample(9.0, 4 * whole, 2 * whole, steps=5, tokens_in=(10,), tokens_out=(5,))
    found = share([measured], info, "int8", Case(4, 10), quick)
    assert found["floor_seconds"] == pytest.approx(whole)
    assert found["share"] == pytest.approx(0.25)
    assert found["encode_share"] == pytest.approx(least.encode / measured.encode_seconds)
    assert found["decode_share"] == pytest.approx(least.decode / measured.decode_seconds)


def test_bandwidth_lies_between_the_sizes_measured() -> None:
    found = Machine("cpu", 1, {1000: 100.0, 100_000: 20.0}, {})
    assert found.bandwidth_at(10_000) == pytest.approx(60.0)  # half way, on a logarithmic scale
    assert (found.bandwidth_at(1), found.bandwidth_at(1e9)) == (100.0, 20.0)


def test_a_machine_is_measured_once_and_leaves_torch_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_PATIENCE", 0.0)
    monkeypatch.setattr(machine, "_SIZES", {"cpu": (1000, 8000)})
    monkeypatch.setattr(machine, "_SIDES", {"cpu": (32,)})
    measure_machine.cache_clear()
    threads = torch.get_num_threads()
    found = measure_machine("cpu", threads + 1)
    assert torch.get_num_threads() == threads
    assert found.rates.keys() == {"float32", "half", "int8"}
    assert all(speed > 0 for speed in [*found.rates.values(), *found.bandwidth.values()])
    assert measure_machine("cpu", threads + 1) is found
    measure_machine.cache_clear()


def test_the_best_repetition_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 3.0, 3.5, 4.0, 5.0])
    monkeypatch.setattr("distill.benchmark.machine.time.perf_counter", lambda: next(clock))
    monkeypatch.setattr(machine, "_PATIENCE", 5.0)
    assert machine._best(torch, "cpu", lambda: None) == 0.5
