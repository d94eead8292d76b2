"""What every event function needs: the settings and the one pool of models. One per process."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from distill import runs
from models.errors import DistillError
from models.serving import measure
from models.serving.pool import ModelPool
from models.settings import Settings
from models.store import catalogue, hub, loading, students
from models.store.loading import ModelInfo

SETS = {"embedded": "Embedded (no network)", "t5": "T5 small and base (from the hub)"}


@dataclass(frozen=True)
class Studio:
    """The settings and the pool; shared by all visitors, and it holds nothing of theirs."""

    settings: Settings
    pool: ModelPool

    def columns(self, model_set: str) -> dict[str, str | None]:
        """The model name by role of a set; None where it has none (yet)."""
        return catalogue.column_names(replace(self.settings, model_set=model_set))

    def choices(self) -> list[tuple[str, str]]:
        """What a menu of models offers, as labels and names: the catalogue's and those of finished runs."""
        return [(self._label(name), name) for name in catalogue.names(self.settings)]

    def _label(self, name: str) -> str:
        """A model's name, behind what its owner calls the run."""
        run = self.settings.runs / name.removeprefix("run:")
        given = students.named(run)["name"] if name.startswith("run:") else ""
        return f"{given} · {name}" if given else name

    def info(self, name: str) -> tuple[ModelInfo | None, str]:
        """What is known about a model without loading or fetching it, or a sentence that says why nothing
        is."""
        try:
            folder = self.folder(name)
            if folder is None:
                return None, "Not on this machine yet; fetched on first use."
            return loading.inspect(folder), ""
        except DistillError as problem:
            return None, str(problem)

    def folder(self, name: str) -> Path | None:
        """The model's folder if it is on this machine."""
        spec = catalogue.resolve(catalogue.split_engine(name, self.settings)[0], self.settings)
        if spec.local:
            return spec.local
        copy = hub.cached(spec.source, spec.revision, spec.cache)
        return copy or hub.cached(spec.source, spec.revision, None)  # the user's own cache

    def watch(self) -> Callable[[], bool]:
        """Returns a function that tells whether something else has kept the machine busy since this call."""
        before, run = measure.load(), runs.active(self.settings)
        return lambda: (
            run is not None or measure.busy(before, measure.load()) or runs.active(self.settings) is not None
        )
