"""Inference engines: one file for each, behind one interface. Token ids go in, token ids come out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from models.decoding import Decoding, Sampling
from models.errors import BadRequest, ModelUnavailable
from models.settings import Settings

ENGINE_DTYPES = {
    "ctranslate2": ("int8", "float32", "int16", "float16", "bfloat16", "int8_float16"),
    "torch": ("float32", "float16", "bfloat16"),
}
"""The engines there are, each with the precisions it knows."""

StepWatcher = Callable[[list[int]], bool]
"""Called after each decoding step with the tokens so far (none with beams); return True to stop."""


class Overflow(Exception):
    """Numbers left the range of the engine's precision; `fall_back()` repairs that."""


class Stopped(Exception):
    """The step watcher asked to stop."""


class Engine(Protocol):
    """Runs one model. Not thread-safe: call it inside `models.serving.measure.INFERENCE_LOCK`."""

    @property
    def name(self) -> str:
        """The engine's key in `ENGINE_DTYPES`."""
        ...

    @property
    def device(self) -> str:
        """Where the weights are, such as `cpu` or `cuda:0`."""
        ...

    @property
    def dtype(self) -> str:
        """Precision the engine computes in at present."""
        ...

    @property
    def note(self) -> str:
        """Something the user should know, or an empty string."""
        ...

    @property
    def threads(self) -> int:
        """CPU threads it computes with."""
        ...

    @property
    def weights_bytes(self) -> int:
        """Size of the weights in memory, tied ones once."""
        ...

    def generate(
        self,
        ids: list[int],
        decoding: Decoding,
        on_step: StepWatcher | None = None,
        on_first: Callable[[], None] | None = None,
    ) -> list[int]:
        """Generate one sequence from one input; returns it without start token, end token and padding.

        Args:
            ids: Input tokens, special ones included.
            decoding: Generation settings.
            on_step: Called at each step; this costs one call into Python per token.
            on_first: Called at the first token of a greedy search and never again, which costs next to
                nothing; not beside `on_step`.

        Raises:
            Overflow: The precision does not hold for this model and input.
            Stopped: `on_step` returned True.
        """
        ...

    def generate_batch(
        self,
        batch: list[list[int]],
        decoding: Decoding,
        hypotheses: int = 1,
        sampling: Sampling | None = None,
    ) -> list[list[list[int]]]:
        """Generate from several inputs at once: the tokens that `generate` gives for each alone.

        Args:
            batch: Inputs, best of similar length: the shorter ones are padded.
            decoding: Generation settings of all of them.
            hypotheses: Sequences per input: up to one per beam, or any number with `sampling`.
            sampling: Draw the tokens at random.

        Returns:
            For each input its sequences, as from `generate`; with beams the best one first.

        Raises:
            BadRequest: More hypotheses than beams, or beams with sampling.
            Overflow: The precision does not hold for this model and one of the inputs.
        """
        ...

    def fall_back(self) -> None:
        """After an `Overflow`: go on in float32 from now on."""
        ...

    def synchronize(self) -> None:
        """Wait until the device has done all its work, so that a clock read now is honest."""
        ...


def parse_choice(choice: str) -> tuple[str, str]:
    """Engine and precision of `engine[:dtype]`; `auto` stands for what is left out.

    Raises:
        BadRequest: The engine or its precision is unknown.
    """
    engine, _, dtype = choice.partition(":")
    check_engine(engine or "auto", dtype or "auto")
    return engine or "auto", dtype or "auto"


def check_engine(engine: str, dtype: str) -> None:
    """Raise BadRequest if the engine or its precision is unknown; `auto` is allowed for both."""
    if engine != "auto" and engine not in ENGINE_DTYPES:
        raise BadRequest(f"Engine {engine!r} is unknown; use auto or one of {', '.join(ENGINE_DTYPES)}.")
    engines = list(ENGINE_DTYPES) if engine == "auto" else [engine]
    known = list(dict.fromkeys(precision for name in engines for precision in ENGINE_DTYPES[name]))
    if dtype != "auto" and dtype not in known:
        raise BadRequest(
            f"Precision {dtype!r} is unknown to engine {engine}; use auto or one of {', '.join(known)}."
        )


@dataclass(frozen=True)
class EngineChoice:
    """What a model runs on.

    Args:
        engine: A key of `ENGINE_DTYPES`.
        dtype: The precision; for torch also `auto`.
        device: `cpu` or `cuda`, of CTranslate2; torch takes the GPU where it sees one.
        entry: The folder of the converted model, of CTranslate2.
        note: What the user should know about the choice, or an empty string.
    """

    engine: str
    dtype: str
    device: str = "cpu"
    entry: Path | None = None
    note: str = ""


def prepare(folder: Path, engine: str, settings: Settings, dtype: str = "auto") -> EngineChoice:
    """Choose the engine that `auto` stands for, and do what it needs before a model can be opened.

    Where torch sees a GPU that is torch. Elsewhere it is CTranslate2 on the CPU, which converts a model on
    its first use (seconds; cached), and torch for a model it cannot convert. CTranslate2 uses a GPU only
    where it was asked for by name.

    Raises:
        BadRequest: Engine or precision unknown, or not possible on this device.
        ModelUnavailable: CTranslate2 was asked for and cannot convert this model.
    """
    check_engine(engine, dtype)
    torch_can = dtype in ("auto", *ENGINE_DTYPES["torch"])
    if engine == "torch" or (engine == "auto" and torch_can and _torch_sees_gpu()):
        return EngineChoice("torch", dtype)
    from models.engines.conversion import converted
    from models.engines.ctranslate import choose_device, choose_dtype

    device = choose_device() if engine == "ctranslate2" else "cpu"
    precision = choose_dtype(dtype, device)
    try:
        return EngineChoice("ctranslate2", precision, device, converted(folder, precision, settings.home))
    except ModelUnavailable as problem:
        if engine != "auto" or not torch_can:
            raise
        kept = isinstance(problem.__cause__, OSError)  # a full disk is not the model's fault
        why = str(problem) if kept else "CTranslate2 cannot convert this model."
        return EngineChoice("torch", dtype, note=f"Running on PyTorch instead: {why}")


def open_engine(folder: Path, choice: EngineChoice, settings: Settings) -> Engine:
    """Load the model in `folder` as `prepare` has planned it.

    Raises:
        BadRequest: The precision is not possible on this device.
        ModelUnavailable: The weights cannot be loaded.
    """
    if choice.entry is not None:
        from models.engines.ctranslate import CTranslate2Engine

        return CTranslate2Engine(folder, choice, choice.entry, settings)
    from models.engines.pytorch import open_torch  # torch takes seconds to import

    return open_torch(folder, choice.dtype, settings.threads, choice.note)


def _torch_sees_gpu() -> bool:
    """Asks torch only where there is a GPU: importing it takes seconds, and its build may be the CPU's."""
    import ctranslate2

    if not ctranslate2.get_cuda_device_count():
        return False
    import torch

    return torch.cuda.is_available()
