"""A rule with a memory: the same summary for another text."""

from distill.rules.verdict import Verdict, accept, reject
from distill.rules.words import words


class Duplicates:
    """Rejects a summary that was judged before for another text; case and punctuation do not count."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, ...], int] = {}

    def __call__(self, source: str, summary: str) -> Verdict:
        """Rule a summary and remember it."""
        before = self._sources.setdefault(tuple(words(summary)), hash(source))
        return accept(summary) if before == hash(source) else reject(summary, "written for another text too")
