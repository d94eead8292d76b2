"""Summaries: from texts to token ids, and from summaries to scores. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from distill.config import RunConfig
from distill.data import Example, Examples, load
from distill.tasks.summarize import evaluation
from distill.tasks.task import Metric, Row
from models.decoding import Decoding, Draft
from models.text.encoding import TextEncoder

if TYPE_CHECKING:
    from models.serving.summarizer import Summarizer

_ROUGE = (
    Metric("rouge1", "ROUGE-1"),
    Metric("rouge2", "ROUGE-2"),
    Metric("rougeL", "ROUGE-L"),
    Metric("rougeLsum", "ROUGE-Lsum", shown=False),
)


class Summarize:
    """See `distill.tasks.task.Task`."""

    names = ("summarize", "extract", "lead", "copy")
    metrics = _ROUGE
    main = _ROUGE[2]

    def read(self, source: str, **options: Any) -> Examples:
        """See `Task.read`."""
        return load(source, **options)

    def encode(self, examples: Sequence[Example], encoder: TextEncoder, config: RunConfig) -> Iterator[Row]:
        """See `Task.encode`."""
        from distill.tasks.summarize.encoding import encode

        return encode(examples, encoder, config)

    def fit(self, model: Any, rows: Sequence[Row], encoder: TextEncoder) -> None:
        """See `Task.fit`: how long its summaries usually are."""
        from distill.tasks.summarize.lengths import learn_lengths

        learn_lengths(model, [row["labels"] for row in rows], encoder.tokenizer.closing)

    def predict(
        self,
        runner: Summarizer,
        examples: Sequence[Example],
        decoding: Decoding,
        on_done: Callable[[int], None] = lambda count: None,
    ) -> list[Draft]:
        """See `Task.predict`. In batches, it does what the page does for one summary: the same input,
        settings, engine and handling of the tokens.
        """
        documents = [example.document for example in examples]
        return [draft for [draft] in runner.summarize_many(documents, decoding, on_done=on_done)]

    def score(self, answers: Sequence[str], examples: Sequence[Example]) -> dict[str, list[float]]:
        """See `Task.score`."""
        found = [
            evaluation.rouge(text, example.summary) for text, example in zip(answers, examples, strict=True)
        ]
        return {metric.name: [each[metric.name] for each in found] for metric in self.metrics}

    def judge(self, answers: Sequence[str], examples: Sequence[Example]) -> dict[str, Any]:
        """See `Task.judge`: with the share of novel bigrams, and of summaries that repeat a trigram."""
        scores = self.score(answers, examples)
        documents = [example.document for example in examples]
        return {
            "n": len(answers),
            **{metric.name: metric.interval(scores[metric.name]) for metric in self.metrics},
            **evaluation.style(answers, documents),
        }
