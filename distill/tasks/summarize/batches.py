"""From examples to token ids, and from token ids to padded batches."""

import random
from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Dataset, Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices

from distill.config import RunConfig
from distill.data import Example
from distill.families.padding import rounded
from distill.losses.masking import IGNORED
from distill.tasks.summarize.extraction import oracle
from models.text.encoding import TextEncoder
from models.text.tidying import printable

EMPTY = -1  # the place of an example that only fills up a batch


class TokenizedExamples(Dataset):
    """Examples as `input_ids` and `labels`, tokenized once, as the student gets them in use."""

    def __init__(self, examples: Sequence[Example], encoder: TextEncoder, config: RunConfig) -> None:
        encode = {"summarize": _summaries, "extract": _extracts, "lead": _leads, "copy": _copy_spans}
        self.rows = encode[config.task](examples, encoder, config)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        """An example; at `EMPTY` one that counts for nothing."""
        if index == EMPTY:
            return {"input_ids": self.rows[0]["input_ids"][-1:], "labels": [IGNORED]}
        return self.rows[index]


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

    def __init__(self, data: TokenizedExamples, batch_size: int, seed: int, together: int = 1) -> None:
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


def _size(row: dict[str, list[int]]) -> int:
    """A number that orders by the padded input first and by the target next."""
    return rounded(len(row["input_ids"])) * 2**16 + len(row["labels"])


def _summaries(
    examples: Sequence[Example], encoder: TextEncoder, config: RunConfig
) -> list[dict[str, list[int]]]:
    return [
        {
            "input_ids": encoder.input_ids(example.document),
            "labels": encoder.label_ids(example.summary, config.target_tokens),
        }
        for example in examples
    ]


def _extracts(
    examples: Sequence[Example], encoder: TextEncoder, config: RunConfig
) -> list[dict[str, list[int]]]:
    """Those sentences of what the student gets to see that match the summary best."""

    def chosen(example: Example) -> str:
        seen = encoder.seen(example.document)
        return oracle(seen, example.summary, config.extract_gain, config.extract_lead)

    return _summaries([Example(each.document, chosen(each)) for each in examples], encoder, config)


def _leads(
    examples: Sequence[Example], encoder: TextEncoder, config: RunConfig
) -> list[dict[str, list[int]]]:
    """The first sentences of what the student gets to see as its summary.

    In the news they often are one: Zhu et al. (2021), Leveraging Lead Bias for Zero-shot Abstractive News
    Summarization, arXiv:1912.11602. (They also let the model predict them from the rest; here it may copy.)
    """
    leads = [Example(each.document, encoder.seen(each.document)) for each in examples]
    return _summaries(leads, encoder, config)


def _copy_spans(
    examples: Sequence[Example], encoder: TextEncoder, config: RunConfig
) -> list[dict[str, list[int]]]:
    """A random window of each document as input, a random span of that window as target."""
    generator = random.Random(config.seed)
    tokenizer = encoder.tokenizer
    rows = []
    for example in examples:
        ids = tokenizer.encode(tokenizer.disarm(printable(example.document))).ids
        window = _random_span(ids, tokenizer.room(encoder.limit), generator)
        if len(window) >= 2:
            span = _random_span(window, config.target_tokens, generator)
            rows.append({"input_ids": tokenizer.wrap(window), "labels": span})
    return rows


def _random_span(ids: list[int], length: int, generator: random.Random) -> list[int]:
    start = generator.randrange(max(1, len(ids) - length + 1))
    return ids[start : start + length]
