"""Stand-ins: an engine that does as it is told; a `torch.cuda` and an NVML that behave as the real ones."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from models.decoding import Decoding, Sampling
from models.engines import Overflow, StepWatcher, Stopped

WEIGHTS = 4242


class FakeEngine:
    """Says fixed tokens, one step each; notes its inputs and whether it was stopped."""

    name, device, dtype, note, weights_bytes, threads = "fake", "cpu", "float16", "", WEIGHTS, 1

    def __init__(self, tokens: list[int], before_step: Callable[[int], None] = lambda step: None) -> None:
        self.tokens, self.before_step = tokens, before_step
        self.inputs: list[list[int]] = []
        self.stopped = False
        self.batches: list[tuple[int, Decoding, Sampling | None]] = []
        self.overflows = False

    def generate(
        self,
        ids: list[int],
        decoding: Decoding,
        on_step: StepWatcher | None = None,
        on_first: Callable[[], None] | None = None,
    ) -> list[int]:
        self.inputs.append(ids)
        for step in range(1, len(self.tokens) + 1):
            self.before_step(step)
            if on_first and step == decoding.beams == 1:
                on_first()
            if on_step and on_step(self.tokens[:step] if decoding.beams == 1 else []):
                self.stopped = True
                raise Stopped
            if self.overflows:
                raise Overflow
        return self.tokens

    def generate_batch(
        self,
        batch: list[list[int]],
        decoding: Decoding,
        hypotheses: int = 1,
        sampling: Sampling | None = None,
    ) -> list[list[list[int]]]:
        """Says of each input its own length, then the fixed tokens, then the hypothesis' number."""
        self.inputs += batch
        self.batches.append((len(batch), decoding, sampling))
        self.before_step(0)
        if self.overflows:
            raise Overflow
        return [[[len(ids), *self.tokens, number] for number in range(hypotheses)] for ids in batch]

    def fall_back(self) -> None:
        self.overflows, self.dtype, self.note = False, "float32", "float16 overflowed."

    def synchronize(self) -> None:
        """Its steps are done when they return."""


class FakeCuda:
    """The part of `torch.cuda` that is measured with.

    Memory moves by `allocate` and `free`, and by work that the device has yet to do: `queue`.
    """

    def __init__(self) -> None:
        self.allocated = self.peak = self.reserved = 0
        self.queued: list[int] = []

    def queue(self, size: int) -> None:
        """Work that takes so much memory for a moment, once the device gets to it."""
        self.queued.append(size)

    def allocate(self, size: int) -> None:
        self.allocated += size
        self.peak = max(self.peak, self.allocated)
        self.reserved = max(self.reserved, self.allocated)

    def free(self, size: int) -> None:
        self.allocated -= size

    def is_available(self) -> bool:
        return True

    def current_device(self) -> int:
        return 0

    def synchronize(self, device: Any = None) -> None:
        while self.queued:
            size = self.queued.pop(0)
            self.allocate(size)
            self.free(size)

    def reset_peak_memory_stats(self) -> None:
        self.peak = self.allocated

    def memory_allocated(self) -> int:
        return self.allocated

    def max_memory_allocated(self) -> int:
        return self.peak

    def mem_get_info(self) -> tuple[int, int]:
        return 10_000, 16_000

    def get_device_name(self) -> str:
        return "Fake GPU"

    def get_device_properties(self, device: int) -> Any:
        return SimpleNamespace(uuid="b-2")

    def empty_cache(self) -> None:
        self.reserved = self.allocated


class FakeNvml:
    """NVML on a machine with two GPUs; `error` makes every query fail as a driver problem does."""

    class NVMLError(Exception):
        pass

    def __init__(self, error: bool = False, no_driver: bool = False) -> None:
        self.error, self.no_driver = error, no_driver
        self.open = 0
        self.used = {"GPU-a-1": 111, "GPU-b-2": 222}

    def nvmlInit(self) -> None:  # noqa: N802
        if self.no_driver:
            raise self.NVMLError("Driver Not Loaded")
        self.open += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.open -= 1

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:  # noqa: N802
        if self.error or uuid not in self.used:
            raise self.NVMLError("Not Found")
        return uuid

    def nvmlDeviceGetHandleByIndex(self, index: int) -> str:  # noqa: N802
        return list(self.used)[index]

    def nvmlDeviceGetMemoryInfo(self, device: str) -> Any:  # noqa: N802
        return SimpleNamespace(used=self.used[device], total=1000)

    def nvmlDeviceGetTotalEnergyConsumption(self, device: str) -> int:  # noqa: N802
        return 10 * self.used[device]

    def nvmlDeviceGetName(self, device: str) -> bytes:  # noqa: N802
        return device.encode()  # older versions of the library return bytes
