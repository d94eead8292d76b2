"""A teacher that answers repeated questions from disk."""

import hashlib
import zlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from transformers import AutoConfig

from distill.config import RunConfig
from distill.config.precision import precision
from distill.families.model_folder import load_model
from distill.families.signal import Needs, Signal
from distill.jobs.checksums import model_checksum
from distill.losses.masking import IGNORED
from distill.losses.topk import TopK
from distill.signals.signal_cache import SignalStore
from distill.signals.teacher import LiveTeacher, Teacher

_FORMAT = 1  # of the stored rows; another number makes other sources


class CachedTeacher:
    """Answers with the k largest logits of each target token, kept on disk.

    A row is found by a hash of its own unpadded input ids and labels, so it is the right one under any
    shuffling, batch composition, accumulation, number of epochs and of processes. Rows that are not there yet
    are computed in one batch. They too come back the way they are stored, so that an epoch's signal is the
    same whether it was cached or not. Logits are stored in float16 below the largest one of their token.

    Args:
        load: Loads the teacher; called at the first row that is missing, or never.
        store: Keeps the rows; see `source`.
        k: Logits kept per token.
        temperature: T of the soft term they are for.
        vocabulary: Only this many first logits count: those that the student has too.
    """

    def __init__(
        self, load: Callable[[], Teacher], store: SignalStore, *, k: int, temperature: float, vocabulary: int
    ) -> None:
        self._load, self._store = load, store
        self._temperature, self._vocabulary = temperature, vocabulary
        self._form = _Form(min(k, vocabulary), np.dtype(np.uint16 if vocabulary <= 2**16 else np.int32))

    @cached_property
    def _teacher(self) -> Teacher:
        return self._load()

    @torch.no_grad()
    def signal(self, inputs: dict[str, Tensor], needs: Needs) -> Signal:
        """See `Teacher.signal`; it holds only logits."""
        if not needs.only_logits:
            raise ValueError("A cached teacher has logits only.")
        lengths = _lengths(inputs["labels"])
        keys = _keys(inputs, lengths)
        found = self._store.get(keys)
        rows = [self._form.unpack(found.get(key), n) for key, n in zip(keys, lengths, strict=True)]
        missing = [index for index, row in enumerate(rows) if row is None]
        if missing:
            part = {name: values[missing] for name, values in inputs.items()}
            computed = self._compute(part, [lengths[index] for index in missing])
            self._store.put({keys[index]: value for index, value in zip(missing, computed, strict=True)})
            for index, value in zip(missing, computed, strict=True):
                rows[index] = self._form.unpack(value, lengths[index])
        return Signal(self._batch(rows, inputs["labels"]))

    def _compute(self, inputs: dict[str, Tensor], lengths: list[int]) -> list[bytes]:
        logits: Any = self._teacher.signal(inputs, Needs()).logits
        places = torch.arange(logits.shape[1], device=logits.device)
        real = places < torch.tensor(lengths, device=logits.device)[:, None]
        return self._form.pack(
            largest(logits[real][:, : self._vocabulary], self._form.k, self._temperature), lengths
        )

    def _batch(self, rows: list[Any], labels: Tensor) -> TopK:
        cells = (*labels.shape, self._form.k)
        logits, ids = np.zeros(cells, np.float32), np.zeros(cells, np.int64)
        tail = np.zeros(tuple(labels.shape), np.float32)
        for index, row in enumerate(rows):
            for whole, part in zip((logits, ids, tail), row, strict=True):
                whole[index, : len(part)] = part
        on_device = [torch.from_numpy(part).to(labels.device) for part in (logits, ids, tail)]
        return TopK(*on_device, temperature=self._temperature, vocabulary=self._vocabulary)


class _Form(NamedTuple):
    """How rows are stored: of each row its logits below the largest, ids, tails and largest logits."""

    k: int
    id_type: np.dtype

    def pack(self, top: TopK, lengths: list[int]) -> list[bytes]:
        """Rows of these lengths, from all their tokens in one `(tokens, k)`."""
        highest = top.logits.amax(-1, keepdim=True)
        arrays = (
            (top.logits - highest).cpu().numpy().astype(np.float16),
            top.ids.cpu().numpy().astype(self.id_type),
            top.tail.cpu().numpy().astype(np.float32),
            highest.cpu().numpy().astype(np.float32),
        )
        ends = np.cumsum(lengths)[:-1]
        rows = zip(*(np.split(array, ends) for array in arrays), strict=True)
        values = (b"".join(part.tobytes() for part in row) for row in rows)
        return [value + _checksum(value) for value in values]

    def unpack(self, value: bytes | None, length: int) -> tuple[np.ndarray, ...] | None:
        """Logits, ids and tails of a row; None where it is missing or damaged."""
        types = (np.dtype(np.float16), self.id_type, np.dtype(np.float32), np.dtype(np.float32))
        widths = (self.k, self.k, 1, 1)
        sizes = [length * width * kind.itemsize for width, kind in zip(widths, types, strict=True)]
        ends = np.cumsum([0, *sizes])
        if value is None or len(value) != ends[-1] + 4 or _checksum(value[:-4]) != value[-4:]:
            return None
        logits, ids, tail, highest = (
            np.frombuffer(value[start:end], kind).reshape(length, width)
            for start, end, kind, width in zip(ends[:-1], ends[1:], types, widths, strict=True)
        )
        return logits + highest, ids, tail[:, 0]


def cached_teacher(
    config: RunConfig, folder: Path, student: Any, home: Path, loaded: Any = None
) -> CachedTeacher:
    """The teacher of a run whose config asks for the cache.

    The rows are in `home`, for all runs. A row that another run stored was computed in another batch, so its
    last digit may differ: two runs are equal to that extent.

    Args:
        config: The run's.
        folder: Where the teacher is.
        student: The student model's config.
        home: The studio's.
        loaded: The teacher, if it is loaded anyway.
    """
    vocabulary = min(student.vocab_size, AutoConfig.from_pretrained(folder, local_files_only=True).vocab_size)
    asked = {"k": config.teacher_top_k, "temperature": config.temperature, "vocabulary": vocabulary}
    made_by = source(folder, precision=precision(config.precision), **asked)
    store = SignalStore(home / "teacher-signals.sqlite", made_by, config.cache_gigabytes)
    return CachedTeacher(lambda: LiveTeacher(loaded or load_model(folder)), store, **asked)


def largest(logits: Tensor, k: int, temperature: float) -> TopK:
    """The k largest of logits `(…, vocab)`, in float32, and all others at this temperature as one number."""
    values, ids = logits.float().topk(k)
    others = logits.float().scatter(-1, ids, -torch.inf)
    return TopK(values, ids, (others / temperature).logsumexp(-1), temperature, logits.shape[-1])


def source(folder: Path, **asked: Any) -> bytes:
    """Identifies a teacher's answers: a hash of its files and of the way it is asked."""
    identity = repr((_FORMAT, sorted(asked.items()), model_checksum(folder)))
    return hashlib.sha256(identity.encode()).digest()[:16]


def _keys(inputs: dict[str, Tensor], lengths: list[int]) -> list[bytes]:
    ids, mask, labels = (inputs[name].cpu().numpy() for name in ("input_ids", "attention_mask", "labels"))
    keys = []
    for row, kept, target, length in zip(ids, mask != 0, labels, lengths, strict=True):
        parts = ([length], target[:length], row[kept])
        key = hashlib.blake2b(
            b"".join(np.asarray(part, np.int32).tobytes() for part in parts), digest_size=16
        )
        keys.append(key.digest())
    return keys


def _lengths(labels: Tensor) -> list[int]:
    """Of each row the number of labels up to the last that counts."""
    places = torch.arange(1, labels.shape[1] + 1, device=labels.device)
    return (places * (labels != IGNORED)).amax(1).tolist()


def _checksum(value: bytes) -> bytes:
    return zlib.crc32(value).to_bytes(4, "little")
