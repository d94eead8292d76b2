"""Cells of the tables of an evaluation. What a user named is escaped."""

from collections.abc import Mapping
from html import escape
from typing import Any

from ui.shared import figures
from ui.shared.tables import sub


def model_cell(row: Mapping[str, Any]) -> str:
    """A model, and how many summaries it has written."""
    told = [figures.count(row["n"], "summary", "summaries")]
    told += [f"failed on {len(row['failed'])}"] if row["failed"] else []
    return f"{escape(row['model'])}{sub(' · '.join(told))}"


def percent(value: float) -> str:
    """A share without decimals."""
    return f"{100 * value:.0f}%"
