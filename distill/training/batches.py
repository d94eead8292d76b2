"""What is trained on: which rows, which of them together, and in which order."""

import random
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch.utils.data import Dataset, Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices

from distill.config import RunConfig
from distill.data import Example
from distill.errors import Cancelled
from distill.families.padding import rounded
from distill.jobs import parallel
from distill.losses.masking import IGNORED
from distill.runs import Run
from distill.tasks import Row, task_of
from models.text.encoding import TextEncoder

EMPTY = -1  # the place of an example that only fills up a batch
_LOOK = 256  # rows between two looks whether the run is to stop


class Rows(Dataset):
    """What a task makes of its examples, to be put into batches."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Row:
        """An example; at `EMPTY` one that counts for nothing."""
        if index == EMPTY:
            return {"input_ids": self.rows[0]["input_ids"][-1:], "labels": [IGNORED]}
        return self.rows[index]


def rows_of(run: Run, examples: Sequence[Example], encoder: TextEncoder, config: RunConfig) -> Rows:
    """The rows of a run's examples. An article takes some 4 ms of a processor, so the run says how far it is.

    Raises:
        Cancelled: The run is to stop. (One of several processes does not stop alone: it goes on here.)
    """
    rows: list[Row] = []
    for row in task_of(config.task).encode(examples, encoder, config):
        rows.append(row)
        if len(rows) % _LOOK == 0:
            run.update(message=f"Tokenizing: {len(rows):,} of {len(examples):,} examples")
            if parallel.number() == 1 and run.stop_requested():
                raise Cancelled
    return Rows(rows)


class ByLength(Sampler[int]):
    """Puts examples of like lengths into one batch, so that little is padded; otherwise in random order.

    Inputs cut to one length are told apart by their targets. The order depends on the seed and the epoch
    alone: a resumed run finds its place again, and several processes agree. (The library's sampler has a
    generator, which its data loaders would keep equal between processes that do not all validate.)

    Args:
        data: What to sample from.
        batch_size: Examples an optimizer step, accumulated batches and all processes included.
        seed: Seed of the order.
        together: Examples that all processes take at once. An epoch is filled up to a multiple of it by
            `EMPTY`, so that each process has as many batches and no example counts twice.
    """

    def __init__(self, data: Rows, batch_size: int, seed: int, together: int = 1) -> None:
        self._lengths, self._batch_size = [_size(row) for row in data.rows], batch_size
        self._seed, self._epoch = seed, 0
        self._filling = [EMPTY] * (-len(data) % together)

    def __len__(self) -> int:
        return len(self._lengths) + len(self._filling)

    def set_epoch(self, epoch: int) -> None:
        """Call it before each epoch."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        chance = torch.Generator().manual_seed(random.Random(f"{self._seed} {self._epoch}").getrandbits(63))
        yield from get_length_grouped_indices(self._lengths, self._batch_size, generator=chance)
        yield from self._filling


def _size(row: Row) -> int:
    """A number that orders by the padded input first and by the target next."""
    return rounded(len(row["input_ids"])) * 2**16 + len(row["labels"])
