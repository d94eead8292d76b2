"""A candidate's latency on the engine that would serve it, beside its teacher's."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from distill.benchmark import measure_in_turns
from distill.benchmark.cases import Case
from distill.benchmark.disturbance import DisturbanceWatch
from distill.benchmark.machine import processor
from distill.benchmark.subjects import StudioSubject, load
from distill.stats import spread
from models.settings import Settings

_ENGINE = "@ctranslate2:int8"


SITTINGS = 2
"""Apart in time: a machine that others share is slower for seconds on end, and not for all shapes alike."""


@dataclass(frozen=True)
class Timing:
    """What was timed of a candidate, so far.

    Args:
        pairs: Seconds of its calls, each with its teacher's beside it.
        disturbed: A sentence for each other process that was busy meanwhile.
    """

    pairs: tuple[tuple[float, float], ...]
    disturbed: tuple[str, ...] = ()

    def __add__(self, later: "Timing") -> "Timing":
        """Both together."""
        return Timing(self.pairs + later.pairs, (*dict.fromkeys(self.disturbed + later.disturbed),))

    def as_dict(self) -> dict[str, Any]:
        """`seconds` and `teacher_seconds`, medians; `share` of the teacher's latency, the median of paired
        ratios, with its 95% interval from `share_low` to `share_high`; `disturbed`."""
        share = spread([own / other for own, other in self.pairs])
        return {
            "seconds": median(own for own, _ in self.pairs),
            "teacher_seconds": median(other for _, other in self.pairs),
            "share": share.median,
            "share_low": share.low,
            "share_high": share.high,
            "disturbed": [*self.disturbed],
        }


class Stopwatch:
    """Times candidates in turns with their teacher, all with the same lengths in and out.

    Args:
        teacher: The teacher's folder.
        texts: Documents; joined, so that each call reads as many tokens as the teacher reads at most.
        settings: The studio's.
        runs: Pairs of calls, of all sittings.
        new_tokens: Written in each call.
        beams: Of the search for them.
    """

    def __init__(
        self, teacher: Path, texts: Sequence[str], settings: Settings, runs: int, new_tokens: int, beams: int
    ) -> None:
        self._settings, self._new_tokens = settings, new_tokens
        [self._teacher] = load([f"{teacher}{_ENGINE}"], settings)
        self._case = Case(beams, self._teacher.info.input_tokens)
        self._texts = [self._long(texts, number) for number in range(runs)]

    @property
    def conditions(self) -> dict[str, Any]:
        """Under what all of them are timed."""
        engine = self._teacher.engine
        return {
            "processor": processor(),
            "engine": engine.name,
            "device": engine.device,
            "dtype": engine.dtype,
            "threads": engine.threads,
            "beams": self._case.beams,
            "input_tokens": self._case.input_tokens,
            "new_tokens": self._new_tokens,
            "runs": len(self._texts),
            "sittings": SITTINGS,
        }

    def __call__(self, folder: Path, sitting: int) -> Timing:
        """Time a model folder, in one of the `SITTINGS`."""
        texts = self._texts[sitting::SITTINGS]
        watch = DisturbanceWatch(self._settings)
        with tempfile.TemporaryDirectory(dir=self._settings.home, prefix=".timing-") as home:
            [candidate] = load([f"{folder}{_ENGINE}"], replace(self._settings, home=Path(home)))
            candidate.name = "candidate"
            found = measure_in_turns([self._teacher, candidate], texts, self._case, self._new_tokens)
        mine, teachers = (
            [sample.seconds for sample in found[subject.name]] for subject in (candidate, self._teacher)
        )
        return Timing((*zip(mine, teachers, strict=True),), (*watch.sentences(),))

    def _long(self, texts: Sequence[str], first: int) -> str:
        """Documents from this one on, until there are more tokens than are read."""
        joined, subject = "", self._teacher
        for number in range(len(texts) * self._case.input_tokens):
            joined = f"{joined} {texts[(first + number) % len(texts)]}"
            if _tokens(subject, joined, self._case.input_tokens) >= self._case.input_tokens:
                break
        return joined


def _tokens(subject: StudioSubject, text: str, most: int) -> int:
    return len(subject.summarizer.token_ids(text, most))
