"""A rule's verdict on a summary."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["accepted", "repaired", "rejected"]


@dataclass(frozen=True)
class Verdict:
    """One rule's verdict on one summary.

    Args:
        kind: What the rule did.
        text: The summary as the rule leaves it; a rejected one as it was.
        why: What was wrong with it; empty where nothing was.
    """

    kind: Kind
    text: str
    why: str = ""


Rule = Callable[[str, str], Verdict]
"""A rule: takes the source and the summary."""


def accept(text: str) -> Verdict:
    """Accepted as it is."""
    return Verdict("accepted", text)


def repair(text: str, why: str) -> Verdict:
    """Accepted once it is repaired to `text`."""
    return Verdict("repaired", text, why)


def reject(text: str, why: str) -> Verdict:
    """Rejected."""
    return Verdict("rejected", text, why)
