"""What the rows of a comparison write on the held-out texts, with the score of each text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from distill.comparison.folder import Comparison
from distill.config import RunConfig
from distill.data import load
from distill.errors import Cancelled
from distill.jobs.files import write_json
from distill.judging import decoding_of, judge_model
from distill.runs import Run
from distill.tasks import task_of
from models.serving.pool import ModelPool
from models.settings import Settings


class RowJudge:
    """Judges each row once; what it found lies in `judged/`.

    Args:
        comparison: Whose held-out texts.
        base: How to write.
        settings: The studio's.
        stop_if_asked: Raises where the comparison is to stop.
    """

    def __init__(
        self, comparison: Comparison, base: RunConfig, settings: Settings, stop_if_asked: Callable[[], None]
    ) -> None:
        self._comparison, self._settings = comparison, settings
        self._decoding, self._task = decoding_of(base), task_of(base.task)
        self._stop_if_asked = stop_if_asked

    def __call__(self, name: str, model: str, run: Run | None = None) -> dict[str, Any]:
        """`row` as `judge_model` makes it, the `texts` written and the `scores` by kind, one per text.

        Args:
            name: Of the row; what was judged under it is not judged again.
            model: The model.
            run: The run that is being carried out, which may be asked to stop too.
        """
        file = self._file(name)
        known = self._comparison.judged(name)
        if known is not None:
            return known

        def tell(count: int) -> None:
            self._stop_if_asked()
            if run is not None and run.stop_requested():
                raise Cancelled

        held_out = str(self._comparison.folder / "data" / "validation.jsonl")
        examples = load(held_out, settings=self._settings).rows
        texts: list[str] = []
        pool = ModelPool(self._settings)
        row = judge_model(pool, model, examples, self._decoding, self._task, tell, texts.extend)
        file.parent.mkdir(exist_ok=True)
        found = {"row": row, "texts": texts, "scores": self._task.score(texts, examples)}
        write_json(file, found)
        return found

    def knows(self, name: str) -> bool:
        """Whether the row was judged before."""
        return self._comparison.judged(name) is not None

    def _file(self, name: str) -> Path:
        return self._comparison.folder / "judged" / f"{name}.json"
