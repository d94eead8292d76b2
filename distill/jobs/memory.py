"""Giving memory back. Imports nothing heavy."""

import ctypes
import gc
import sys
from contextlib import suppress


def free_memory() -> None:
    """Give the memory of what is no longer in use back to the system and the GPU, where others need it."""
    gc.collect()  # trained models hang in circles of references
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    with suppress(OSError, AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)
