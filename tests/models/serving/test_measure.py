import mmap
import os
import platform
import sys
from types import SimpleNamespace

import pytest

from models.serving import measure
from models.serving.measure import (
    INFERENCE_LOCK,
    DeviceMemory,
    device_memory,
    energy_joules,
    free_memory,
    process_bytes,
    run_peak,
)
from tests.models.fakes import FakeCuda, FakeNvml


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> FakeCuda:
    """A machine with a GPU: torch is imported, and its CUDA is the stand-in."""
    cuda = FakeCuda()
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml(no_driver=True))
    return cuda


def test_process_memory_grows_with_what_is_held() -> None:
    before = process_bytes()
    held = mmap.mmap(-1, 40_000_000)  # pages of its own: an allocator may have some to spare
    held.write(b"x" * 40_000_000)
    assert process_bytes() - before > 30_000_000
    held.close()


def test_the_peak_of_a_run_is_what_it_took_on_top(cuda: FakeCuda) -> None:
    cuda.allocate(5000)
    cuda.free(4000)
    cuda.queue(700)  # the device is still busy with this when the run begins
    with INFERENCE_LOCK, run_peak() as peak:
        cuda.allocate(300)
        cuda.free(300)
        cuda.queue(400)  # and has not come to this when the run's last call returns
    assert peak.bytes == 400


def test_the_peak_may_only_be_reset_by_who_holds_the_lock(cuda: FakeCuda) -> None:
    cuda.allocate(50)
    cuda.free(50)
    with pytest.raises(RuntimeError, match="INFERENCE_LOCK"), run_peak():
        pass
    assert cuda.peak == 50


def test_without_a_gpu_there_is_no_peak_rather_than_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    for torch in (None, SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: False))):
        monkeypatch.setitem(sys.modules, "torch", torch)
        with INFERENCE_LOCK, run_peak() as peak:
            pass
        assert peak.bytes is None


def test_device_memory_matches_nvml_by_uuid(cuda: FakeCuda, monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = FakeNvml()
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    cuda.allocate(50)
    cuda.free(50)
    assert device_memory() == DeviceMemory("GPU-b-2", 222, 1000)  # CUDA's device 0 is NVML's second
    assert nvml.open == 0
    assert cuda.peak == 50, "a meter resets nothing"


@pytest.mark.parametrize("nvml", [FakeNvml(no_driver=True), FakeNvml(error=True), None])
def test_without_nvml_torch_tells(
    nvml: FakeNvml | None, cuda: FakeCuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    assert device_memory() == DeviceMemory("Fake GPU", 6000, 16_000)
    assert nvml is None or nvml.open == 0


@pytest.mark.parametrize(
    ("visible", "name"),
    [(None, "GPU-a-1"), ("", None), ("1,0", "GPU-b-2"), ("GPU-b-2", "GPU-b-2"), ("-1", None)],
)
def test_before_torch_is_imported_nvml_tells_of_the_visible_device(
    visible: str | None, name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml())
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    memory = device_memory()
    assert (memory and memory.name) == name


def test_no_gpu_is_none_and_a_meter_does_not_import_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml(no_driver=True))
    assert device_memory() is None
    assert "torch" not in sys.modules
    monkeypatch.setitem(
        sys.modules, "torch", SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: False))
    )
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml())
    assert device_memory() is None  # torch runs on the CPU, whatever NVML sees


def test_energy_is_the_used_devices_in_joules(cuda: FakeCuda, monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = FakeNvml()
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    assert energy_joules() == 2.22  # NVML says 2220 millijoules of its second device, which is CUDA's first
    assert nvml.open == 0


@pytest.mark.parametrize("nvml", [FakeNvml(no_driver=True), FakeNvml(error=True), None])
def test_energy_nobody_tells_is_none(
    nvml: FakeNvml | None, cuda: FakeCuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    assert energy_joules() is None


def test_a_cpu_has_no_energy_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: False))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml())
    assert energy_joules() is None


def test_freeing_empties_torchs_cache(cuda: FakeCuda) -> None:
    cuda.allocate(500)
    cuda.free(300)
    free_memory()
    assert cuda.reserved == 200


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no other allocator can be asked")
def test_freeing_gives_the_system_back_what_the_allocator_keeps() -> None:
    """Blocks too small for pages of their own, with one in use behind them."""
    blocks = [bytearray(10_000) for _ in range(4_000)]
    last = bytearray(10_000)
    del blocks
    before = process_bytes()
    free_memory()
    assert before - process_bytes() > 30_000_000
    del last


def test_the_lock_is_one_for_the_process() -> None:
    from models.serving import job, pool

    assert job.measure.INFERENCE_LOCK is pool.measure.INFERENCE_LOCK is measure.INFERENCE_LOCK


@pytest.mark.parametrize(
    ("seconds", "others", "own", "found"),
    [
        (10.0, 2.6, 5.0, True),
        (10.0, 2.4, 5.0, False),  # under a quarter of all cores
        (10.0, 0.0, 10.0, False),  # its own work is no disturbance
    ],
)
def test_others_make_the_machine_busy(seconds: float, others: float, own: float, found: bool) -> None:
    cores = os.cpu_count() or 1
    before = measure.Load(100.0, 1000.0, 50.0)
    after = measure.Load(100.0 + seconds, 1000.0 + cores * others + own, 50.0 + own)
    assert measure.busy(before, after) is found


def test_two_ticks_of_the_clock_may_be_rounding() -> None:
    assert not measure.busy(
        measure.Load(0.0, 0.0, 0.0), measure.Load(0.02 / (os.cpu_count() or 1), 0.02, 0.0)
    )


def test_a_look_at_the_load_sees_this_process_at_work() -> None:
    before = measure.load()
    while measure.load().own - before.own < 0.1:
        pass
    after = measure.load()
    assert after.clock - before.clock >= 0.05
    assert after.all > before.all
