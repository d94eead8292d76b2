"""Adding up the terms of several batches."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from distill.jobs import parallel
from distill.objective.objective import Outcome

Number = float | Tensor


class Tally:
    """Terms of the batches between two logs, weighed as the caller says.

    Tensors are added up where they are and read all at once at the end, over all processes where the
    caller asks for that: to read one is to wait for the device.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Any] = defaultdict(float)

    def add(self, outcome: Outcome, weight: Number, tokens: Number = 0) -> None:
        """Count a batch."""
        for name, value in outcome.terms.items():
            self.add_term(name, value, weight)
            self._sums["contribution", name] += outcome.weights[name] * value
        for name, value in outcome.settings.items():
            self._sums["setting", name] += value
            self._sums["settings", name] += 1
        self._sums["tokens", ""] += tokens

    def add_term(self, name: str, value: Number, weight: Number) -> None:
        """Count one more figure of a batch."""
        self._sums["term", name] += value * weight
        self._sums["weight", name] += weight

    def read(self, together: bool = False) -> "Totals":
        """What was counted; with `together` by all processes, which must all ask."""
        keys = list(self._sums)
        device = next((v.device for v in self._sums.values() if isinstance(v, Tensor)), torch.device("cpu"))
        if not keys:
            return Totals({})
        values = [torch.as_tensor(self._sums[key], dtype=torch.float64, device=device) for key in keys]
        stacked = torch.stack(values)
        found = (parallel.summed(stacked) if together else stacked).tolist()
        return Totals(dict(zip(keys, found, strict=True)))


class Totals:
    """A tally's numbers."""

    def __init__(self, sums: Mapping[tuple[str, str], float]) -> None:
        self._sums = sums

    @property
    def tokens(self) -> float:
        """Tokens of the batches."""
        return self._sums.get(("tokens", ""), 0.0)

    def sums(self) -> dict[str, float]:
        """Each term over all batches, where each batch gave its share of a mean."""
        return self._all("term")

    def means(self) -> dict[str, float]:
        """Each term's weighted mean over the batches."""
        weights = self._all("weight")
        return {name: value / max(weights[name], 1e-9) for name, value in self._all("term").items()}

    def contributions(self) -> dict[str, float]:
        """Each term times its weight."""
        return self._all("contribution")

    def settings(self) -> dict[str, float]:
        """Each setting's mean."""
        return {name: value / self._sums["settings", name] for name, value in self._all("setting").items()}

    def _all(self, kind: str) -> dict[str, float]:
        return {name: value for (own, name), value in self._sums.items() if own == kind}
