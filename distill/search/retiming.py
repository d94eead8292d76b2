"""Time candidates of a search once more: would it have put them in the same order?"""

import shutil
import threading
from dataclasses import dataclass
from typing import Any

from distill.errors import RunConflict
from distill.search.candidates import Candidates
from distill.search.folder import Search
from distill.search.results import Row, collect, share, words
from distill.search.timing import SITTINGS, Timing
from models.settings import Settings

_FEWEST = 3  # two are in the same order half of the time


@dataclass(frozen=True)
class Retimed:
    """Two measurements of the same candidates.

    Args:
        before: Their rows, as `results.collect` gives them.
        again: What `Timing` tells of each now.
    """

    before: list[Row]
    again: list[dict[str, Any]]

    @property
    def spearman(self) -> float:
        """How far their order by the share of the teacher's latency is the same: 1 wholly, −1 reversed."""
        from scipy.stats import spearmanr

        before, again = ([row["share"] for row in rows] for rows in (self.before, self.again))
        found: Any = spearmanr(before, again)
        return float(found.statistic)

    def table(self) -> str:
        """Both for people to read, the fastest first."""
        lines = ["| candidate | shape | × teacher before | × teacher now |", "|---|---|---|---|"]
        for row, now in sorted(zip(self.before, self.again, strict=True), key=lambda pair: pair[0]["share"]):
            lines.append(f"| {row['number']} | {words(row['shape'])} | {share(row)} | {share(now)} |")
        alike = f"Spearman's rank correlation of the two: {self.spearman:.3f}."
        return "\n".join([*lines, alike])


def retime(search: Search, count: int, settings: Settings) -> Retimed:
    """Make the first timed candidates of a search again and time them as it did, one after the other in each
    sitting.

    Args:
        search: It.
        count: How many at most.
        settings: The studio's.

    Raises:
        RunConflict: Fewer than three were timed.
        BadData: The teacher is another one now.
    """
    rows = [row for row in collect(search) if "share" in row][:count]
    if len(rows) < _FEWEST:
        raise RunConflict(
            f"{len(rows)} of its candidates were timed, and an order of fewer than {_FEWEST} says nothing:"
            " let the search go on first."
        )
    candidates = Candidates(search, settings, threading.Event())
    search.queue().check_same(candidates.fingerprint)
    sittings = [[_timed(candidates, row, sitting) for row in rows] for sitting in range(SITTINGS)]
    return Retimed(rows, [(first + second).as_dict() for first, second in zip(*sittings, strict=True)])


def _timed(candidates: Candidates, row: Row, sitting: int) -> Timing:
    start = candidates.search.folder / "starts" / f"again-{row['number']}"
    try:
        candidates.born(row["shape"], start)
        return candidates.time(start, sitting)
    finally:
        shutil.rmtree(start, ignore_errors=True)
