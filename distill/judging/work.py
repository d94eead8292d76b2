"""Carry an evaluation out: each summary once, whatever interrupts it in between."""

import logging
import time
from contextlib import suppress
from typing import Any

from distill.data import Example, Examples
from distill.errors import Cancelled, DistillError, RunConflict
from distill.jobs import processes
from distill.jobs.environment import environment
from distill.jobs.explaining import explain
from distill.jobs.files import read_object, write_json, write_json_lines
from distill.judging import cases, downloads, equivalence, results
from distill.judging.folder import Evaluation
from distill.judging.garbled import is_english
from distill.judging.lead import is_lead
from distill.judging.measures import measure
from distill.judging.says import describe
from distill.judging.writing import Writing, write_lead
from models.serving.pool import ModelPool
from models.settings import Settings

log = logging.getLogger(__name__)
_SAID = 1.0  # seconds between two progress messages
_LOGGED = 5.0
_MEASURED = 200  # summaries between two looks at whether the work is to stop


class Work:
    """One evaluation, being carried out.

    Args:
        evaluation: Its folder.
        settings: The studio's.
    """

    def __init__(self, evaluation: Evaluation, settings: Settings) -> None:
        self.evaluation, self.settings, self.plan = evaluation, settings, evaluation.plan()
        self._examples: list[Example] = []
        self._answers: dict[str, dict[int, dict[str, Any]]] = {}
        self._english = False
        self._before = evaluation.result() or {}
        self._progress = _Progress(evaluation)

    def carry_out(self) -> dict[str, Any]:
        """Do what is not done yet; the result. Of one that lacks nothing it is what was found before.

        Raises:
            RunConflict: It was cancelled; what is written is kept.
            DistillError: Something else that the user can mend.
        """
        complete = self._before.get("complete")
        if complete and equivalence.settled(self._before.get("equivalence"), self.settings):
            self._end("finished", "Finished")  # which a process that died last of all had left unsaid
            return self._before
        self.evaluation.belongs_to(processes.identity())
        self.evaluation.update(status="running", message="Reading the data")
        again = f"python -m distill evaluate --resume {self.evaluation.evaluation_id} continues it."
        try:
            result = self._work()
        except (Cancelled, KeyboardInterrupt) as stop:
            self._end("cancelled", "Cancelled. Resume continues with what is left.")
            if isinstance(stop, KeyboardInterrupt):
                log.info("%s", again)
                raise
            raise RunConflict(f"The evaluation was cancelled. {again}") from None
        except Exception as error:
            with suppress(OSError):  # on a full disk the status stays, and reads as interrupted
                self._end("failed", str(error) if isinstance(error, DistillError) else explain(error))
            raise
        self._end("finished", "Finished")
        return result

    def _work(self) -> dict[str, Any]:
        self._examples = self._texts()
        self._english = is_english([example.document for example in self._examples])
        self._progress.begin(self.evaluation, self.plan.written, len(self._examples))
        pool = ModelPool(self.settings)
        for name in self.plan.models:
            if is_lead(name):
                write_lead(self.evaluation, name, self._examples)
            else:
                tell = self._progress.of(name)
                Writing(self.evaluation, name, self._examples, self.plan.decoding, tell).carry_out(pool)
                pool.release(name)  # so that the next one's memory is its own
            self._answers[name] = self._measured(name)
            if len(self._answers) < len(self.plan.models) and not self._before.get("complete"):
                self._keep_result(None)
        say = self._progress.say
        found = equivalence.compare(self.evaluation, self._examples, self._answers, self.settings, say)
        return self._keep_result(found)

    def _texts(self) -> list[Example]:
        """The texts, written down when it begins."""
        file, about = self.evaluation.folder / "texts.jsonl", self.evaluation.folder / "data.json"
        if not about.is_file():
            found = self.plan.texts(self.settings)
            log.info("%s: %s", self.plan.data, found.note)
            rows = ({"document": row.document, "summary": row.summary} for row in found.rows)
            write_json_lines(file, rows)
            write_json(about, {"note": found.note, "sha256": found.digest})  # last: now the texts are whole
        return self.evaluation.texts()

    def _measured(self, name: str) -> dict[int, dict[str, Any]]:
        """What a model wrote, with its measures and its agreement with what those before it wrote."""
        answers = self.evaluation.answers(name)
        for number, (place, row) in enumerate(answers.items()):
            if number % _MEASURED == 0:
                self._progress.say(f"{name}: {number} of {len(answers)} summaries measured")
            if "summary" in row:
                before = [found[place] for found in self._answers.values()]
                others = [other["summary"] for other in before if "summary" in other]
                row["measures"] = measure(row["summary"], self._examples[place], self._english)
                row["agreement"] = cases.agreement(row["summary"], others)
        return answers

    def _keep_result(self, meanings: dict[str, Any] | None) -> dict[str, Any]:
        """Write down all that is known so far.

        Args:
            meanings: As of `equivalence.compare`; None before the end.
        """
        about = {model: read_object(self.evaluation.about_file(model)) or {} for model in self._answers}
        threshold = equivalence.threshold(meanings)
        rows = results.collect(self.plan, self._answers, about, threshold)
        result = self._result(rows) | {"equivalence": meanings}
        result["says"] = describe(result)
        if result["complete"]:
            self.evaluation.update(message="Writing the tables")
        found = cases.collect(self._examples, self._answers)
        write_json_lines(self.evaluation.folder / "cases.jsonl", found)
        if result["complete"]:
            downloads.write_table(self.evaluation.folder / "table.csv", rows)
            downloads.write_cases(self.evaluation.folder / "cases.csv", found)
        write_json(self.evaluation.folder / "result.json", result)
        return result

    def _result(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        data = read_object(self.evaluation.folder / "data.json") or {}
        return {
            "evaluation_id": self.evaluation.evaluation_id,
            "folder": str(self.evaluation.folder),
            "complete": len(rows) == len(self.plan.models),
            "results": rows,
            "teacher": self.plan.reference,
            "references": all(example.summary for example in self._examples),
            "english": self._english,
            "conditions": {
                "data": self.plan.data,
                "texts": len(self._examples),
                "note": data.get("note", ""),
                "sha256": data.get("sha256") or Examples(self._examples).digest,
                "drawn": self.plan.seed if self.plan.shuffle else None,
                "beams": self.plan.beams,
                "max_new_tokens": self.plan.max_new_tokens,
            },
            "environment": self._environment(),
        }

    def _environment(self) -> dict[str, Any]:
        """What the first model wrote with, wherever the rest is done; a lead is the same everywhere."""
        before = self._before
        wrote = before.get("complete") or any(not row.get("baseline") for row in before.get("results", []))
        return (before.get("environment") if wrote else None) or environment()

    def _end(self, status: str, message: str) -> None:
        self.evaluation.update(status=status, message=message, eta_seconds=None)


class _Progress:
    """Says how many summaries there are and how long the rest will take; obeys a request to stop."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._before = self._done = self._total = 0
        self._texts = 0
        self._start = self._said = self._logged = time.monotonic()

    def begin(self, evaluation: Evaluation, models: list[str], texts: int) -> None:
        """Note how much there is to do, and how much is done."""
        self._texts, self._total = texts, len(models) * texts
        self._counts = {model: len(evaluation.answers(model)) for model in models}
        self._before = self._done = sum(self._counts.values())
        self._start = time.monotonic()
        evaluation.update(done=self._done, total=self._total)

    def of(self, model: str) -> Any:
        """Takes the number of one model's summaries."""
        self.say(f"{model} is being loaded")
        asked, loaded = time.monotonic(), False

        def tell(count: int) -> None:
            nonlocal loaded
            if not loaded:  # what loading and the first summary took says nothing of the rest
                loaded = True
                self._start += time.monotonic() - asked
                self._before += count - self._counts[model]
            self._done += count - self._counts[model]
            self._counts[model] = count
            if self._evaluation.stop_requested():
                raise Cancelled
            now = time.monotonic()
            if count == self._texts or now - self._said >= _SAID:
                self.say(f"{model}: {count} of {self._texts} summaries")

        return tell

    def say(self, message: str) -> None:
        """Note what is being done; obey a request to stop."""
        if self._evaluation.stop_requested():
            raise Cancelled
        self._said = now = time.monotonic()
        done = self._done - self._before
        left = (now - self._start) / done * (self._total - self._done) if done else None
        self._evaluation.update(message=message, done=self._done, eta_seconds=left)
        if now - self._logged >= _LOGGED or self._done == self._total:
            self._logged = now
            rest = f", about {left:.0f} s left" if left else ""
            log.info("%s%s", message, rest)
