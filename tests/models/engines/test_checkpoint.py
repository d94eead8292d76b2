import threading
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM

from models.engines.checkpoint import load_checkpoint
from tests.tiny import make_tiny_t5


def test_loads_at_the_same_time_leave_the_default_precision_as_it_was(tmp_path: Path) -> None:
    """The library sets it while it loads and then sets it back to what it was when that load began."""
    folder = make_tiny_t5(tmp_path / "t5")
    begun, second = threading.Event(), threading.Event()

    class Meeting:
        """Begins its load while another one is inside its own, unless the other one is waited for."""

        @staticmethod
        def from_pretrained(source: Path, dtype: torch.dtype, **options: Any) -> Any:
            before = torch.get_default_dtype()
            torch.set_default_dtype(dtype)
            if dtype is torch.bfloat16:
                begun.set()
                second.wait(timeout=0.2)  # comes only if the other one does not wait for this one
            else:
                second.set()
            loaded = AutoModelForSeq2SeqLM.from_pretrained(source, dtype=dtype, **options)
            if dtype is torch.float32 and first.is_alive():
                first.join()
            torch.set_default_dtype(before)
            return loaded

    first = threading.Thread(target=load_checkpoint, args=(folder, torch.bfloat16, Meeting))
    other = threading.Thread(target=load_checkpoint, args=(folder, torch.float32, Meeting))
    try:
        first.start()
        assert begun.wait(timeout=60)
        other.start()
        first.join()
        other.join()
        assert torch.get_default_dtype() is torch.float32
    finally:
        torch.set_default_dtype(torch.float32)
