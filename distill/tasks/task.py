"""What a task has to know of itself, so that nobody else need know it. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, Protocol

from distill.config import RunConfig
from distill.data import Example, Examples
from distill.stats import mean_interval
from models.decoding import Decoding, Draft
from models.text.encoding import TextEncoder

if TYPE_CHECKING:
    from models.serving.summarizer import Summarizer

Row = dict[str, list[int]]
"""`input_ids` and `labels` of an example."""


@dataclass(frozen=True)
class Metric:
    """One figure of how good answers are; an example's score is a number from 0 to 1.

    Args:
        name: Its key in results and, after `validation_`, in the metrics of a run.
        label: What people call it.
        shown: Whether tables and charts have it.
        scale: A score is shown times this.
        aggregate: From the scores of the examples to that of the data.
        interval: The same as `f`, with its 95% interval, `low` to `high`.
    """

    name: str
    label: str
    shown: bool = True
    scale: int = 100
    aggregate: Callable[[Sequence[float]], float] = fmean
    interval: Callable[[Sequence[float]], dict[str, float]] = mean_interval


class Task(Protocol):
    """What models are taught and judged on: one folder beside this file, one entry in `distill.tasks`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The values of a run's setting `task` that it is taught by."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What answers are judged by."""
        ...

    @property
    def main(self) -> Metric:
        """The metric that verdicts and shares of the teacher rest on."""
        ...

    def read(self, source: str, **options: Any) -> Examples:
        """Examples of a source; see `distill.data.load` for the options and the errors."""
        ...

    def encode(self, examples: Sequence[Example], encoder: TextEncoder, config: RunConfig) -> Iterator[Row]:
        """Rows to train on, one by one, the inputs as a model gets them in use.

        Args:
            examples: The examples; one that cannot be trained on has no row.
            encoder: Makes a model's input from a text, in training as in use.
            config: Says how the labels are made, and their length at most.
        """
        ...

    def fit(self, model: Any, rows: Sequence[Row], encoder: TextEncoder) -> None:
        """Note in a student what the answers it is trained on are like."""
        ...

    def predict(
        self,
        runner: Summarizer,
        examples: Sequence[Example],
        decoding: Decoding,
        on_done: Callable[[int], None] = lambda count: None,
    ) -> list[Draft]:
        """A model's answer to each example: the one way from a model to what it is judged by.

        Args:
            runner: The model, as it is used.
            examples: What it is asked.
            decoding: Generation settings.
            on_done: Called after each batch with the number so far; an exception it raises ends the work.
        """
        ...

    def score(self, answers: Sequence[str], examples: Sequence[Example]) -> dict[str, list[float]]:
        """By the metric's name a score for each example."""
        ...

    def judge(self, answers: Sequence[str], examples: Sequence[Example]) -> dict[str, Any]:
        """A table's row: `n`, each metric with its interval, and whatever else the answers tell."""
        ...


def means(task: Task, scores: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Each metric over the examples, by its name."""
    return {metric.name: metric.aggregate(scores[metric.name]) for metric in task.metrics}


def add_retention(
    rows: Sequence[dict[str, Any]], reference: Mapping[str, Any] | None, metric: Metric
) -> None:
    """Write into each row of a table its score as a share of the reference's (the teacher's)."""
    best = reference[metric.name]["f"] if reference else 0.0
    for row in rows:
        row["retention"] = row[metric.name]["f"] / best if best else None
