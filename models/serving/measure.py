"""Measuring: whose turn it is, and memory of the process, of the device and of one run."""

import ctypes
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
_BUSY = 0.25  # of all cores
_TICKS = 0.03  # seconds: the system counts in hundredths
INFERENCE_LOCK = threading.Lock()
"""Held by whoever runs or loads a model, so that no model's latency is blamed on another."""


@dataclass(frozen=True)
class DeviceMemory:
    """Memory of the GPU in use, all processes together, in bytes."""

    name: str
    used_bytes: int
    total_bytes: int


@dataclass
class Peak:
    """Device memory a run took on top of what was in use before, in bytes; None without a GPU."""

    bytes: int | None = None


def process_bytes() -> int:
    """Resident memory of this process in bytes; `free_memory` gives back what a released model leaves."""
    import psutil

    return psutil.Process().memory_info().rss


@dataclass(frozen=True)
class Load:
    """CPU seconds at one moment (`clock`): of `all` that runs on the machine, and of this process (`own`)."""

    clock: float
    all: float
    own: float


def load() -> Load:
    """The present one; it takes some 0.1 ms, as it reads no other process."""
    import psutil

    machine = psutil.cpu_times()
    kinds = ("user", "nice", "system", "irq", "softirq", "steal")  # guests' time is in user's
    total = sum(getattr(machine, kind, 0.0) for kind in kinds)
    return Load(time.perf_counter(), total, time.process_time())


def busy(before: Load, after: Load) -> bool:
    """Whether others had over a quarter of all cores in between, and more than the clock's ticks may hide."""
    others = (after.all - before.all) - (after.own - before.own)
    cores = (after.clock - before.clock) * (os.cpu_count() or 1)
    return others > _TICKS and others > _BUSY * cores


def device_memory() -> DeviceMemory | None:
    """Memory of the GPU the studio uses, or None without one. For live meters: it resets nothing."""
    torch = sys.modules.get("torch")  # a meter must not be what imports it
    if torch is not None and not torch.cuda.is_available():
        return None
    return _nvml_memory(_torch_uuid(torch) if torch else None) or (_torch_memory(torch) if torch else None)


def energy_joules() -> float | None:
    """Energy the GPU in use has taken since its driver was loaded, in joules: a difference tells a run's.

    It is the whole device's, what it takes when idle included. None without a GPU, or one that does not tell
    (NVML does from the Volta generation on).
    """
    torch = sys.modules.get("torch")
    if torch is not None and not torch.cuda.is_available():
        return None
    uuid = _torch_uuid(torch) if torch else None
    return _ask_nvml(uuid, lambda nvml, device: nvml.nvmlDeviceGetTotalEnergyConsumption(device) / 1000)


@contextmanager
def run_peak() -> Iterator[Peak]:
    """Measure the device memory of what runs inside, which resets the peak: hold `INFERENCE_LOCK`."""
    if not INFERENCE_LOCK.locked():
        raise RuntimeError("run_peak() resets the peak of the whole process: hold INFERENCE_LOCK.")
    peak, torch = Peak(), sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        yield peak
        return
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    yield peak
    torch.cuda.synchronize()
    peak.bytes = torch.cuda.max_memory_allocated() - before


def free_memory() -> None:
    """Give the memory of released models back to the system and the GPU, where others need it."""
    gc.collect()  # trained models hang in circles of references
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    with suppress(OSError, AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)


def _torch_memory(torch: Any) -> DeviceMemory:
    free, total = torch.cuda.mem_get_info()
    return DeviceMemory(torch.cuda.get_device_name(), total - free, total)


def _torch_uuid(torch: Any) -> str | None:
    properties = torch.cuda.get_device_properties(torch.cuda.current_device())
    uuid = getattr(properties, "uuid", None)
    return f"GPU-{uuid}" if uuid else None


def _nvml_memory(uuid: str | None) -> DeviceMemory | None:
    def read(nvml: Any, device: Any) -> DeviceMemory:
        memory, name = nvml.nvmlDeviceGetMemoryInfo(device), nvml.nvmlDeviceGetName(device)
        return DeviceMemory(
            name if isinstance(name, str) else name.decode(), int(memory.used), int(memory.total)
        )

    return _ask_nvml(uuid, read)


def _ask_nvml(uuid: str | None, read: Callable[[Any, Any], T]) -> T | None:
    """What NVML says of the device with this UUID, else of the first visible one; None if NVML fails."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # no library or no driver: NVML says so in several ways, none of them our concern
        return None
    try:
        return read(pynvml, _nvml_device(pynvml, uuid))
    except pynvml.NVMLError:
        return None
    finally:
        pynvml.nvmlShutdown()


def _nvml_device(pynvml: Any, uuid: str | None) -> Any:
    # NVML numbers all devices, CUDA only the visible ones: indexes match by luck, UUIDs always.
    first = uuid or os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    return (
        pynvml.nvmlDeviceGetHandleByIndex(int(first))
        if first.isdigit()
        else pynvml.nvmlDeviceGetHandleByUUID(first)
    )
