"""Models from the Hugging Face hub: only the files the studio reads, with visible progress."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.errors import ModelUnavailable, disk_is_full
from models.folders.files import TOKENIZER_PARTS

Progress = Callable[[float, str], None]
"""Called with the progress of a step, from 0 to 1, and its name."""

_TIMEOUT = 10.0  # seconds
FILES = [
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "model-*.safetensors",
    "model.safetensors.index.json",
    *TOKENIZER_PARTS,
]


def cached(source: str, revision: str | None, cache: Path | None) -> Path | None:
    """The model's folder in a local cache (None: the user's own hub cache), if it is there."""
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                source, revision=revision, cache_dir=cache, allow_patterns=FILES, local_files_only=True
            )
        )
    except Exception:  # missing or incomplete: the download says what is wrong
        return None


def download(source: str, revision: str | None, cache: Path, progress: Progress | None) -> Path:
    """Fetch a model from the hub into `cache` and return its folder.

    Raises:
        ModelUnavailable: No network, no such model, no access, or no space; the message says which.
    """
    from huggingface_hub import snapshot_download

    _look_up(source, revision)
    try:
        return Path(
            snapshot_download(
                source,
                revision=revision,
                cache_dir=cache,
                allow_patterns=FILES,
                tqdm_class=_bar(source, progress),
            )
        )
    except Exception as error:  # the client's HTTP library, and so its errors, differ by version
        if disk_is_full(error):
            raise ModelUnavailable(f"The disk is full: no space for {source} in {cache}.") from error
        raise ModelUnavailable(f"{source} could not be downloaded, try again: {_reason(error)}") from error


def _look_up(source: str, revision: str | None) -> None:
    """Check that the hub has the model; unlike the download, this does not retry for half a minute."""
    from huggingface_hub import HfApi, errors

    try:
        HfApi().model_info(source, revision=revision, timeout=_TIMEOUT)
    except errors.GatedRepoError as error:
        raise ModelUnavailable(
            f"{source} asks for a login: accept its terms on huggingface.co, then log in."
        ) from error
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as error:
        raise ModelUnavailable(
            f"The hub has no model {source!r} (or it is private); check the name."
        ) from error
    except Exception as error:
        raise ModelUnavailable(
            f"{source} is not on this machine and the hub cannot be reached ({_reason(error)}). "
            "Connect to the network, or choose an embedded model, which needs none."
        ) from error


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _bar(source: str, progress: Progress | None) -> type:
    """A tqdm that draws nothing and passes the bytes so far to `progress`."""
    from tqdm import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": False, "file": io.StringIO()})

        def display(self, *args: Any, **kwargs: Any) -> None:
            pass

        def update(self, n: float | None = 1) -> bool | None:
            changed = super().update(n)
            if progress and self.unit == "B" and self.total:
                megabytes = f"{self.n / 1e6:.0f} of {self.total / 1e6:.0f} MB"
                progress(min(1.0, self.n / self.total), f"Downloading {source}: {megabytes}")
            return changed

    return Bar
