"""Adding up the terms of several batches."""

from collections import defaultdict

from distill.objective import Outcome


class Tally:
    """Terms of the batches between two logs, weighed as the caller says."""

    def __init__(self) -> None:
        self.tokens = 0
        self._terms: dict[str, float] = defaultdict(float)
        self._weights: dict[str, float] = defaultdict(float)
        self._contributions: dict[str, float] = defaultdict(float)
        self._settings: dict[str, list[float]] = defaultdict(list)

    def add(self, outcome: Outcome, weight: float, tokens: int = 0) -> None:
        """Count a batch."""
        for name, value in outcome.terms.items():
            self.add_term(name, float(value), weight)
            self._contributions[name] += outcome.weights[name] * float(value)
        for name, value in outcome.settings.items():
            self._settings[name].append(value)
        self.tokens += tokens

    def add_term(self, name: str, value: float, weight: float) -> None:
        """Count one more figure of a batch."""
        self._terms[name] += value * weight
        self._weights[name] += weight

    def sums(self) -> dict[str, float]:
        """Each term over all batches, where each batch gave its share of a mean."""
        return dict(self._terms)

    def means(self) -> dict[str, float]:
        """Each term's weighted mean over the batches."""
        return {name: value / max(self._weights[name], 1e-9) for name, value in self._terms.items()}

    def contributions(self) -> dict[str, float]:
        """Each term times its weight."""
        return dict(self._contributions)

    def settings(self) -> dict[str, float]:
        """Each setting's mean."""
        return {name: sum(values) / len(values) for name, values in self._settings.items()}
