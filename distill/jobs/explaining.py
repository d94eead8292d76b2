"""What to say about an error that ended long work: one line, and what to do. Imports nothing heavy."""

from models.errors import disk_is_full


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
    """Whether memory ran out."""
    return isinstance(error, MemoryError) or _of_torch(error) or "not enough memory" in str(error)


def _of_torch(error: BaseException) -> bool:
    """Torch's own class has this name; checking for the class would import torch."""
    return type(error).__name__ == "OutOfMemoryError"
