"""Which checkpoints of a run are reliable. Imports nothing heavy."""

import logging
import time
import zipfile
from pathlib import Path

from distill.jobs.checksums import changed, checksums
from distill.jobs.files import read_object, write_json

_DONE = "complete"
_STATE = "trainer_state.json"
log = logging.getLogger(__name__)


def mark_complete(checkpoint: Path) -> None:
    """Note that a checkpoint was written to its end, and what was written.

    The random states do not count: of several processes each writes its own, maybe later than this.
    """
    write_json(checkpoint / _DONE, checksums(checkpoint, leave_out="rng_state*"))


def newest_first(folder: Path) -> list[Path]:
    """The checkpoints in `folder` that were written to their end."""
    return sorted((mark.parent for mark in folder.glob(f"checkpoint-*/{_DONE}")), key=step, reverse=True)


def newest_readable(folder: Path, processes: int = 1) -> Path | None:
    """The newest checkpoint that can be resumed from; unreadable ones are put aside, and said so.

    Args:
        folder: Where they are.
        processes: How many trained together: each left its random state.
    """
    for checkpoint in newest_first(folder):
        damage = _damage(checkpoint, processes)
        if damage is None:
            return checkpoint
        log.warning("%s cannot be read (%s): going back to the one before it.", checkpoint.name, damage)
        checkpoint.rename(folder / f"damaged-{time.time_ns()}-{checkpoint.name}")
    return None


def step(checkpoint: Path) -> int:
    """The optimizer step it was written after."""
    return int(checkpoint.name.rpartition("-")[2])


def is_last(checkpoint: Path) -> bool:
    """Whether training had come to its end."""
    return step(checkpoint) >= (read_object(checkpoint / _STATE) or {})["max_steps"]


def _damage(checkpoint: Path, processes: int) -> str | None:
    """What is wrong with it; None if nothing is."""
    if (checkpoint / _DONE).stat().st_size:  # else an earlier version wrote it, which took no checksums
        noted = read_object(checkpoint / _DONE)
        damage = f"{_DONE} is damaged" if noted is None else changed(checkpoint, noted)
        return damage or _unreadable(checkpoint, processes)
    return _unreadable(checkpoint, processes)


def _unreadable(checkpoint: Path, processes: int) -> str | None:
    """Which of its files cannot be read; None if all can."""
    from safetensors import SafetensorError, safe_open

    state = read_object(checkpoint / _STATE) or {}
    if state.get("global_step") != step(checkpoint) or not isinstance(state.get("max_steps"), int):
        return f"{_STATE} is damaged"
    if read_object(checkpoint / "config.json") is None:
        return "config.json is damaged"
    files = sorted(checkpoint.glob("*.safetensors"))  # the objective has one too
    if not any(file.name.startswith("model") for file in files):
        return "its weights are missing"
    try:
        for file in files:
            with safe_open(file, framework="numpy"):  # compares the sizes in its header with the file's
                pass
        ranks = [f"_{rank}" for rank in range(processes)] if processes > 1 else [""]
        for name in ("optimizer.pt", "scheduler.pt", *(f"rng_state{rank}.pth" for rank in ranks)):
            with zipfile.ZipFile(checkpoint / name) as archive:
                if archive.testzip():
                    return f"{name} is damaged"
    except (OSError, SafetensorError, zipfile.BadZipFile) as error:
        return str(error)
    return None
