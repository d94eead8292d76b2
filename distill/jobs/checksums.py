"""Checksums of what was written to a folder, so that what changes later is noticed. Imports nothing heavy."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.settings import Settings
from models.store.catalogue import resolve, split_engine
from models.store.loading import fetch

_MODEL = (
    "*.safetensors",
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "spiece.model",
)


def model_checksum(folder: Path) -> str:
    """One SHA-256 for all in a model's folder that its answers depend on: weights, configs, tokenizer."""
    digest = hashlib.sha256()
    for file in sorted(path for pattern in _MODEL for path in folder.glob(pattern)):
        digest.update(f"{file.name} {checksum(file)}\n".encode())
    return digest.hexdigest()


def checksum_of(model: str, settings: Settings) -> str:
    """The checksum of the model that a name, with or without an engine, stands for now.

    Raises:
        ModelUnavailable: It is not available.
    """
    return model_checksum(fetch(resolve(split_engine(model, settings)[0], settings)))


def checksums(folder: Path, leave_out: str = "") -> dict[str, str]:
    """The SHA-256 of each file in a folder by its name; a gigabyte takes about a second.

    Args:
        folder: The folder.
        leave_out: A pattern of names that do not count.
    """
    left_out = set(folder.glob(leave_out)) if leave_out else set()
    files = sorted(file for file in folder.iterdir() if file.is_file() and file not in left_out)
    return {file.name: checksum(file) for file in files}


def changed(folder: Path, noted: Mapping[str, Any]) -> str | None:
    """What has changed since `checksums` noted it; None if nothing has."""
    for name, expected in noted.items():
        file = folder / name
        if not file.is_file():
            return f"{name} is missing"
        if checksum(file) != expected:
            return f"{name} has changed since it was written"
    return None


def checksum(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
