"""Models from the Hugging Face hub: only the files the studio reads, in progress the user can see."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.errors import ModelUnavailable

Progress = Callable[[float, str], None]
"""Told how far a step is, from 0 to 1, and what it is."""

FILES = [
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "model-*.safetensors",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "vocab.json",
    "merges.txt",
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
    except Exception:  # not there, or not whole: the download says what is wrong with it
        return None


def download(source: str, revision: str | None, cache: Path, progress: Progress | None) -> Path:
    """Fetch a model from the hub into `cache` and return its folder.

    Raises:
        ModelUnavailable: No network, no such model, no access, or no space; the message says which.
    """
    from huggingface_hub import errors, snapshot_download

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
    except errors.GatedRepoError as error:
        raise ModelUnavailable(
            f"{source} asks for a login: accept its terms on huggingface.co, then log in."
        ) from error
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as error:
        raise ModelUnavailable(
            f"The hub has no model {source!r} (or it is private); check the name."
        ) from error
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as error:
        raise ModelUnavailable(
            f"{source} is not on this machine and the hub cannot be reached. "
            "Connect to the network, or choose an embedded model, which needs none."
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ModelUnavailable(f"The disk is full: no space for {source} in {cache}.") from error
        raise ModelUnavailable(f"{source} could not be downloaded: {error}") from error
    except Exception as error:  # the client's HTTP library differs from version to version
        raise ModelUnavailable(f"{source} could not be downloaded, try again: {error}") from error


def _bar(source: str, progress: Progress | None) -> type:
    """A tqdm that draws nothing and tells `progress` the bytes so far."""
    from tqdm import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": False})

        def display(self, *args: Any, **kwargs: Any) -> None:
            pass

        def update(self, n: float | None = 1) -> bool | None:
            changed = super().update(n)
            if progress and self.unit == "B" and self.total:
                megabytes = f"{self.n / 1e6:.0f} of {self.total / 1e6:.0f} MB"
                progress(min(1.0, self.n / self.total), f"Downloading {source}: {megabytes}")
            return changed

    return Bar
