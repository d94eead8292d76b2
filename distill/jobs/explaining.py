"""What to say about an error that ended long work: one line, and what to do. Imports nothing heavy."""

from models.errors import behind, disk_is_full

_MEMORY = ("out of memory", "not enough memory", "can't allocate memory")
_GPU = ("CUDA error", "CUDA failed", "cuBLAS failed")
"""What torch and CTranslate2 say of memory that ran out and of a GPU that failed, within a RuntimeError."""


def explain(error: Exception) -> str:
    """One line about an error that is not a `DistillError`."""
    text = str(error)
    if disk_is_full(error):
        return "The disk is full. Free some space, then resume the run: it goes on from its last checkpoint."
    if out_of_memory(error):
        return "Memory ran out: lower batch_size or input_tokens, or set gradient_checkpointing=true."
    first = (text.splitlines() or [""])[0][:200]
    if isinstance(error, OSError):
        file = error.filename if error.filename2 is None else error.filename2  # of a move where it goes to
        what = ": ".join(str(part) for part in (file, error.strerror) if part) or first
        return f"The run could not read or write its files: {what}. Fix that, then resume it."
    return f"The run failed: {type(error).__name__}: {first}. The log has the details."


def out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, which may be behind an error that says it in other words."""
    return any(
        isinstance(each, MemoryError) or _of_torch(each) or any(sign in str(each) for sign in _MEMORY)
        for each in behind(error)
    )


def machine_failed(error: BaseException) -> bool:
    """Whether memory ran out or the GPU failed: it is not the fault of what was given, and may not recur."""
    return out_of_memory(error) or any(sign in str(each) for each in behind(error) for sign in _GPU)


def _of_torch(error: BaseException) -> bool:
    """Torch's own class has this name; checking for the class would import torch."""
    return type(error).__name__ == "OutOfMemoryError"
