"""What a report says about one thing, before it is laid out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from distill.runs import Run

Facts = Sequence[tuple[str, str]]
"""Names with their values."""
MADE_WITH = ("commit", "python", "torch", "transformers", "accelerate", "tokenizers", "device", "threads")
"""What in a run's lineage says what it was made with; the rest says what from."""


@dataclass(frozen=True)
class Table:
    """A table: its title, its heads, its rows of plain text, where a line break starts a new line."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Case:
    """A text with what was made of it.

    Args:
        title: Which text, and why it is shown.
        document: The text.
        summaries: Who wrote what, and a line of facts about it.
    """

    title: str
    document: str
    summaries: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Sheet:
    """A run, a comparison, an evaluation, a vote or a search as a report.

    Args:
        title: What it is.
        asked: What was asked for.
        answer: The answer in one sentence, which the data supports.
        says: Further sentences.
        tables, charts, cases: What it rests on; charts are SVG.
        cost: What it cost.
        lineage: What it was made from.
        environment: What it was made with.
        commands: How to repeat it.
        go_on: What to do next with it, as commands.
    """

    title: str
    asked: Facts
    answer: str
    says: Sequence[str]
    tables: Sequence[Table]
    charts: Sequence[str]
    cost: Facts
    lineage: Facts
    environment: Facts
    commands: Sequence[str]
    cases: Sequence[Case] = field(default_factory=tuple)
    go_on: Sequence[str] = field(default_factory=tuple)


def facts(values: Mapping[str, Any]) -> Facts:
    """Plain values as facts; what is None is left out."""
    return [(name.replace("_", " "), _plain(value)) for name, value in values.items() if value is not None]


def made_with(runs: Iterable[Run]) -> dict[str, Any]:
    """What work was made with, as the first of its runs that is still there noted it; {} if none is.

    What is here now may be another machine, with another version of everything.
    """
    lineage = next(filter(None, (run.lineage() for run in runs)), {})
    return {name: lineage[name] for name in MADE_WITH if name in lineage}


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def seconds(value: float | None) -> str:
    """Seconds formatted for people; a dash where there are none."""
    if value is None:
        return "–"
    if value < 1:
        return f"{1000 * value:.0f} ms"
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.1f} min"


def megabytes(value: int | None) -> str:
    """Bytes in MB."""
    return "–" if value is None else f"{value / 1e6:,.0f} MB"


def millions(value: int | None) -> str:
    """A number of parameters."""
    return "–" if value is None else f"{value / 1e6:,.1f} M"


def flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by name, whatever section they are in."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= flat(value) if isinstance(value, Mapping) else {name: value}
    return found


def setting(name: str, value: Any) -> str:
    """A setting of a run as `--set` takes it; nothing behind the sign for None."""
    if value is None:
        return f"{name}="
    return f"{name}={str(value).lower() if isinstance(value, bool) else value}"
