"""What this machine can do at best: reading memory, and multiplying matrices."""

import math
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_SIZES = {
    "cpu": tuple(1_000_000 * 2**power for power in range(9)),
    "cuda": tuple(16_000_000 * 4**power for power in range(4)),
}  # bytes: from what stays in a cache to what does not
_SIDES = {"cpu": (256, 512), "cuda": (4096,)}  # of square matrices: a product takes under 3 ms
_PATIENCE = 0.15  # seconds a measurement is repeated for; the best counts


@dataclass(frozen=True, eq=False)  # hashable as what it is, for caches
class Machine:
    """What a device reaches with this many threads; each figure is the best of its repetitions.

    Args:
        device: `cpu` or `cuda`.
        threads: CPU threads.
        bandwidth: Bytes read a second, by the bytes of a working set that is read again and again: a small
            one stays in a cache.
        rates: Multiply-adds a second: of `float32`, `half` (float16 on CUDA, else bfloat16) and `int8`.
    """

    device: str
    threads: int
    bandwidth: dict[int, float]
    rates: dict[str, float]

    def bandwidth_at(self, size: float) -> float:
        """Bytes read a second of a working set of `size` bytes, between the sizes measured."""
        sizes = sorted(self.bandwidth)
        speeds = [self.bandwidth[known] for known in sizes]
        return float(np.interp(math.log(max(size, 1.0)), np.log(sizes), speeds))


@cache
def measure_machine(device: str, threads: int) -> Machine:
    """Measure a device, which takes a second or two; once a process.

    Memory is read by torch's sum of float32 numbers, the fastest reader at hand; the rates are those of
    torch's matrix products (`torch.mm`, for int8 `torch._int_mm`, which on CPUs is oneDNN's).
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            bandwidth = {size: _read(torch, device, size) for size in _SIZES[device]}
            return Machine(device, threads, bandwidth, _rates(torch, device))
    finally:
        torch.set_num_threads(before)


def processor() -> str:
    """The name of the CPU."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _read(torch: Any, device: str, size: int) -> float:
    values = torch.ones(size // 4, device=device)
    return size / _best(torch, device, values.sum)


def _rates(torch: Any, device: str) -> dict[str, float]:
    half = torch.float16 if device == "cuda" else torch.bfloat16
    rates = {"float32": 0.0, "half": 0.0, "int8": 0.0}
    for side in _SIDES[device]:
        wide = torch.ones(side, side, device=device)
        narrow, bytewise = wide.to(half), wide.to(torch.int8)
        work = {
            "float32": lambda wide=wide: torch.mm(wide, wide),
            "half": lambda narrow=narrow: torch.mm(narrow, narrow),
            "int8": lambda bytewise=bytewise: torch._int_mm(bytewise, bytewise.t()),
        }
        for name, product in work.items():
            rates[name] = max(rates[name], side**3 / _best(torch, device, product))
    return rates


def _best(torch: Any, device: str, work: Callable[[], Any]) -> float:
    """Seconds of the fastest of many repetitions, after one that warms up."""
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    work()
    wait()
    best, end = math.inf, time.perf_counter() + _PATIENCE
    while True:
        start = time.perf_counter()
        work()
        wait()
        done = time.perf_counter()
        best = min(best, done - start)
        if done >= end:
            return best
