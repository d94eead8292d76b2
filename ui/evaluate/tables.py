"""What the tables of an evaluation are made of. What a user named is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from distill.stats import limits, points
from ui.shared import figures


def model_cell(row: Mapping[str, Any]) -> str:
    """A model, and how many summaries it has written."""
    told = [figures.count(row["n"], "summary", "summaries")]
    told += [f"failed on {len(row['failed'])}"] if row["failed"] else []
    return f"{escape(row['model'])}{sub(' · '.join(told))}"


def interval_cell(score: Mapping[str, Any] | None) -> str:
    """A score × 100 with its interval."""
    return f"{points(score['f'])}{sub(limits(score))}" if score else "—"


def percent(value: float) -> str:
    """A share without decimals."""
    return f"{100 * value:.0f}%"


def sub(text: str) -> str:
    """A second, smaller line in a cell."""
    return f'<div class="sub">{text}</div>'


def table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table that scrolls where it is too wide."""
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
    html = f'<table class="end"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll" tabindex="0">{html}</div>'
