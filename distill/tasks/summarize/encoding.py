"""From examples to token ids."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from distill.config import RunConfig
from distill.data import Example
from distill.tasks.summarize.extraction import oracle
from distill.tasks.task import Row
from models.text.encoding import TextEncoder
from models.text.tidying import printable

_AT_ONCE = 64  # articles; enough for all processors, and little memory


def encode(examples: Sequence[Example], encoder: TextEncoder, config: RunConfig) -> Iterator[Row]:
    """See `distill.tasks.task.Task.encode`."""
    ways = {"summarize": _summaries, "extract": _extracts, "lead": _leads, "copy": _copy_spans}
    return ways[config.task](examples, encoder, config)


def _summaries(examples: Iterable[Example], encoder: TextEncoder, config: RunConfig) -> Iterator[Row]:
    rest = iter(examples)
    while some := list(islice(rest, _AT_ONCE)):
        inputs = encoder.input_ids_of([example.document for example in some])
        for example, ids in zip(some, inputs, strict=True):
            yield {"input_ids": ids, "labels": encoder.label_ids(example.summary, config.target_tokens)}


def _extracts(examples: Sequence[Example], encoder: TextEncoder, config: RunConfig) -> Iterator[Row]:
    """Those sentences of what the student gets to see that match the summary best."""

    def chosen(example: Example) -> str:
        seen = encoder.seen(example.document)
        return oracle(seen, example.summary, config.extract_gain, config.extract_lead)

    return _summaries((Example(each.document, chosen(each)) for each in examples), encoder, config)


def _leads(examples: Sequence[Example], encoder: TextEncoder, config: RunConfig) -> Iterator[Row]:
    """The first sentences of what the student gets to see as its summary.

    In the news they often are one: Zhu et al. (2021), Leveraging Lead Bias for Zero-shot Abstractive News
    Summarization, arXiv:1912.11602. (They also let the model predict them from the rest; here it may copy.)
    """
    leads = (Example(each.document, encoder.seen(each.document)) for each in examples)
    return _summaries(leads, encoder, config)


def _copy_spans(examples: Sequence[Example], encoder: TextEncoder, config: RunConfig) -> Iterator[Row]:
    """A random window of each document as input, a random span of that window as target."""
    generator = random.Random(config.seed)
    tokenizer = encoder.tokenizer
    for example in examples:
        ids = tokenizer.encode(tokenizer.disarm(printable(example.document))).ids
        window = _random_span(ids, tokenizer.room(encoder.limit), generator)
        if len(window) >= 2:
            span = _random_span(window, config.target_tokens, generator)
            yield {"input_ids": tokenizer.wrap(window), "labels": span}


def _random_span(ids: list[int], length: int, generator: random.Random) -> list[int]:
    start = generator.randrange(max(1, len(ids) - length + 1))
    return ids[start : start + length]
