"""The root of all errors a user can mend; each message says what is wrong and what to do."""

import errno
from collections.abc import Iterator

# What safetensors, torch and SQLite say of a full disk; none of them raises an OSError.
_DISK_FULL = ("No space left", "file write failed", "iostream error", "disk is full", "quota exceeded")


class DistillError(Exception):
    """A problem the user can mend. The CLI prints it as one line, the page shows it as a warning.

    Args:
        message: What is wrong and what to do.
        settings: The settings that the message names and the user has to change; the page puts its own
            labels there.
    """

    def __init__(self, message: str = "", *settings: str) -> None:
        super().__init__(message)
        self.settings = settings


class ModelUnavailable(DistillError):
    """The named model is unknown, cannot be reached, or is not one the studio can run."""


class BadRequest(DistillError):
    """A text or a setting that cannot be used."""


def disk_is_full(error: BaseException) -> bool:
    """Whether a full disk is behind an error.

    The first failed write is often hidden by another error, raised while the half-written file is closed.
    """
    return any(
        (isinstance(each, OSError) and each.errno in (errno.ENOSPC, errno.EDQUOT))
        or any(sign in str(each) for sign in _DISK_FULL)
        for each in behind(error)
    )


def in_words(error: Exception) -> str | None:
    """What the system refused and what to do about it; None for other errors."""
    if disk_is_full(error):
        return "The disk is full. Free some space, then try again."
    if not isinstance(error, OSError):
        return None
    reason = (error.strerror or str(error) or type(error).__name__).rstrip(".")
    file = error.filename if error.filename2 is None else error.filename2  # of a move where it goes to
    if file is None:
        return f"A file cannot be read or written: {reason}."
    return f"{file} cannot be read or written: {reason}. Choose another file, or fix the cause."


def behind(error: BaseException) -> Iterator[BaseException]:
    """An error and all it was raised because of, or while it was handled."""
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            left += [each.__cause__, each.__context__]
