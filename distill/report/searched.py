"""A search with all that a report has to say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distill.jobs.files import read_json
from distill.search import results
from distill.search.folder import Search
from distill.search.folder import find as find_search
from models.settings import Settings


@dataclass(frozen=True)
class Searched:
    """A search, its name, its candidates; those of searches that can be compared with it, by their names."""

    search: Search
    name: str
    rows: Sequence[results.Row]
    beside: Mapping[str, Sequence[results.Row]]

    @property
    def good(self) -> list[results.Row]:
        """The candidates that came through, the best first."""
        return [row for row in results.ranked(self.rows) if not row["failed"]]

    @property
    def compared(self) -> Mapping[str, Sequence[results.Row]]:
        """Its candidates, and beside them those of the others."""
        return {f"{self.name} (this one)": self.rows} | dict(self.beside)

    @property
    def picks(self) -> Sequence[Mapping[str, Any]]:
        """What `picks.pick` chose."""
        return self.search.noted("picks").get("picks") or []

    @property
    def distilled(self) -> Sequence[Mapping[str, Any]]:
        """What `Distilling` made of them."""
        found = read_json(self.search.folder / "distilled.json")
        return found if isinstance(found, list) else []


def find(search_id: str, settings: Settings) -> Searched:
    """What it has found so far.

    Raises:
        RunNotFound: There is no such search.
        DistillError: Its storage cannot be read.
    """
    search = find_search(search_id, settings)
    return Searched(search, results.name(search), results.collect(search), results.beside(search, settings))
