"""How good a student is during training, judged just as the end table judges it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel

from distill.config import RunConfig
from distill.data import Example
from distill.families.model_folder import save_model
from distill.jobs.files import write_json
from distill.judging import decoding_of, teller
from distill.runs import Run
from distill.runs.kept import teacher_score
from distill.tasks import means, task_of
from models.serving.pool import ModelPool
from models.settings import Settings


class Validation:
    """Scores the student of a run, and before that its teacher, on the validation data.

    Both are opened and write as they are used: a snapshot of the student's weights is a model folder like any
    other. With the default engine on a CPU that takes less time than to write with the model in training.

    Args:
        run: Gets the progress; a request to stop it stops this too.
        config: Its settings.
        examples: The validation data.
        tokenizer: The folder with the student's.
        settings: The studio's.
    """

    def __init__(
        self, run: Run, config: RunConfig, examples: Sequence[Example], tokenizer: Path, settings: Settings
    ) -> None:
        self._run, self._examples, self._tokenizer, self._settings = run, examples, tokenizer, settings
        self._teacher, self._decoding = config.teacher, decoding_of(config)
        self._task = task_of(config.task)

    def teacher(self) -> float | None:
        """The teacher's ROUGE-L, which the student's is compared with; computed once per run.

        Raises:
            Cancelled: Someone asked the run to stop.
        """
        if self._teacher is None:
            return None
        kept = teacher_score(self._run, self._task.main)
        if kept is not None:
            return kept
        self._run.update(message="Judging the teacher")
        texts = self._written(ModelPool(self._settings), self._teacher, "the teacher")
        found = {"model": self._teacher, **self._task.judge(texts, self._examples)}
        write_json(self._run.folder / "teacher.json", found)
        return found[self._task.main.name]["f"]

    def __call__(self, model: PreTrainedModel) -> dict[str, float]:
        """The student's mean ROUGE, 0 to 1, by kind, and its `retention` of the teacher's ROUGE-L.

        Raises:
            Cancelled: Someone asked the run to stop.
        """
        home = self._run.folder / "validating"  # a home of its own, so that its converted form goes with it
        shutil.rmtree(home, ignore_errors=True)
        try:
            save_model(model, self._tokenizer, home / "student")
            pool = ModelPool(replace(self._settings, home=home))
            texts = self._written(pool, str(home / "student"), "the student")
        finally:
            shutil.rmtree(home, ignore_errors=True)
        self._run.update(message="Training")
        found, teacher = means(self._task, self._task.score(texts, self._examples)), self.teacher()
        return {**found, "retention": found[self._task.main.name] / teacher} if teacher else found

    def _written(self, pool: ModelPool, name: str, label: str) -> list[str]:
        told = teller(self._run, label, len(self._examples))
        drafts: Any = self._task.predict(pool.get(name), self._examples, self._decoding, told)
        return [draft.text for draft in drafts]
