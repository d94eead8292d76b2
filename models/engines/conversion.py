"""Models in CTranslate2's form, converted once and kept in the studio's own folder."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from models.errors import ModelUnavailable, disk_is_full

FORMAT = 2
"""Raise it when models are converted in another way, so that cached ones are made anew."""
_STALE = 86_400  # seconds: no conversion takes a day
_converting = threading.Lock()


def converted(folder: Path, quantization: str, home: Path) -> Path:
    """The folder of the converted model; made on first use, in a process of its own.

    The conversion needs torch and transformers; where they are not loaded yet, a process of its own loads
    them, and this one stays small. It happens beside the cache and is moved into it in one step, so an entry
    is whole or not there. The key is the hash of the weights and the configs, the quantization, the library's
    version and `FORMAT`; entries of other versions are dropped as soon as there is a new one.

    Raises:
        ModelUnavailable: The library cannot convert this model, or the result cannot be kept; the message has
            the reason.
    """
    import ctranslate2

    version = f"-{ctranslate2.__version__}-{FORMAT}"
    entry = home / "ctranslate2" / f"{_hash(folder)}-{quantization}{version}"
    if entry.is_dir():  # without waiting for another model's conversion
        return entry
    with _converting:
        if not entry.is_dir():
            try:
                _make(folder, quantization, entry)
                for outdated in set(entry.parent.glob("[!.]*")) - set(entry.parent.glob(f"*{version}")):
                    discard(outdated)
            except OSError as error:
                raise ModelUnavailable(
                    f"The converted model cannot be saved in {entry.parent}: {error.strerror or error}. Make "
                    "room there, or name another folder in STUDIO_HOME; or use PyTorch (@torch)."
                ) from error
    return entry


def _make(folder: Path, quantization: str, entry: Path) -> None:
    entry.parent.mkdir(parents=True, exist_ok=True)
    for rest in entry.parent.glob(".converting-*"):  # of a process that was killed
        with suppress(OSError):
            if time.time() - rest.stat().st_mtime > _STALE:
                discard(rest)
    scratch = Path(tempfile.mkdtemp(prefix=".converting-", dir=entry.parent))
    try:
        _convert(folder, scratch / "model", quantization)
        (scratch / "model").replace(entry)
    except OSError:
        if not entry.is_dir():  # else another process was faster, and its entry is as good
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def read_special_ids(entry: Path) -> dict[str, Any]:
    """What `models.engines.special_ids.special_ids` said of the model that was converted."""
    return json.loads((entry / "config.json").read_text(encoding="utf-8"))["special_ids"]


def entries(folder: Path, home: Path) -> list[Path]:
    """What was made of this model, or of another one with the same weights, in whichever precision."""
    return list((home / "ctranslate2").glob(f"{_hash(folder)}-*"))


def discard(entry: Path) -> None:
    """Drop a cache entry that is broken or no longer needed; whoever needs it after all makes it anew."""
    shutil.rmtree(entry, ignore_errors=True)


def _convert(folder: Path, target: Path, quantization: str) -> None:
    if "torch" in sys.modules:  # this process is heavy already
        from models.engines.convert import main

        try:
            main(str(folder), str(target), quantization)
        except Exception as error:
            raise _refusal(folder, str(error)) from error
        return
    answer = subprocess.run(
        [sys.executable, "-m", "models.engines.convert", str(folder), str(target), quantization],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode or not target.is_dir():
        raise _refusal(folder, (answer.stderr.strip().splitlines() or ["no reason given"])[-1])


def _refusal(folder: Path, reason: str) -> Exception:
    if disk_is_full(OSError(reason)):  # which is not the model's fault
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return ModelUnavailable(
        f"CTranslate2 cannot convert the model in {folder}: {reason.rstrip('.')}. Use PyTorch (@torch)."
    )


def _hash(folder: Path) -> str:
    files = sorted([*folder.glob("*.safetensors"), folder / "config.json", folder / "generation_config.json"])
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            stamp = file.stat()
            digest.update(_file_hash(file, stamp.st_mtime_ns, stamp.st_size))
    return digest.hexdigest()[:24]


@cache
def _file_hash(file: Path, modified: int, size: int) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()
