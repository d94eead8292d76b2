"""Repeated measurements of the present text. Knows nothing about Gradio's components."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from distill.benchmark.turns import rounds
from models.decoding import Summary
from models.errors import BadRequest
from ui.compare.comparing import Request
from ui.compare.loading import load
from ui.shared import errors
from ui.shared.studio import Studio

FEWEST_RUNS = 5
"""Of each model; fewer say too little."""


@dataclass(frozen=True)
class Measured:
    """What has been measured so far.

    Args:
        wanted: Runs of each model asked for.
        summaries: The runs of each role, the same number of each.
        problems: What each role that failed had to say.
        busy: Whether something else kept the machine busy meanwhile.
        request: What was asked for.
    """

    wanted: int
    summaries: Mapping[str, Sequence[Summary]] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    busy: bool = False
    request: Request | None = None

    @property
    def runs(self) -> int:
        """Finished runs of each model."""
        return min((len(summaries) for summaries in self.summaries.values()), default=0)


@dataclass(frozen=True)
class Progress:
    """What is being done, and from 0 to 1 how far it is where that is known."""

    text: str
    share: float | None = None


Step = tuple[Progress, Measured]


def measure(request: Request, runs: int, studio: Studio) -> Iterator[Step]:
    """Run each model once to warm up, then `runs` times in turns; yields before and after each round.

    A model that fails when it is loaded or warmed up is left out and says why.

    Raises:
        BadRequest: There is no model in any column.
    """
    if not any(request.models.values()):
        raise BadRequest("There is no model to measure: choose one in a column.")
    measured = Measured(runs, request=request)
    ready: dict[str, Callable[[], Summary]] = {}
    for role, name in request.models.items():
        if not name:
            continue
        try:
            ready[role] = yield from _warm(name, request, measured, studio)
        except Exception as problem:  # one broken model must not take the others' figures with it
            problems = {**measured.problems, role: errors.message(problem)}
            measured = replace(measured, problems=problems)
    if not ready:
        yield Progress("No model could be measured."), measured
        return
    yield Progress(f"Run 1 of {runs} of each model…", 0.0), measured
    disturbed = studio.watch()
    for done, summaries in enumerate(rounds(ready, runs), 1):
        busy = measured.busy or disturbed()
        measured = replace(measured, summaries=summaries, busy=busy)
        yield Progress(f"Run {min(done + 1, runs)} of {runs} of each model…", done / runs), measured


def _warm(
    name: str, request: Request, measured: Measured, studio: Studio
) -> Generator[Step, None, Callable[[], Summary]]:
    """Load a model and run it once; returns what runs it again."""
    summarizer = yield from load(name, studio, lambda text, share: (Progress(text, share), measured))

    def run() -> Summary:
        return summarizer.summarize(request.text, request.decoding, request.long_input)

    yield Progress(f"Warming {name} up…"), measured
    run()
    return run
