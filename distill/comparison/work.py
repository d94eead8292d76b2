"""Carry a comparison out: each row once, whatever interrupts it in between."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from transformers.utils.logging import disable_progress_bar

from distill import runs
from distill.comparison import downloads, figures, results
from distill.comparison.comparison_table import comparison_table
from distill.comparison.folder import Comparison
from distill.comparison.plan import FROM_LABELS, copied
from distill.comparison.row_judge import RowJudge
from distill.comparison.says import describe
from distill.comparison.shared_parts import copy_layers, label_texts, split_data
from distill.config import RunConfig, parse_layers
from distill.data import Example
from distill.errors import BadData, Cancelled, DistillError, RunConflict
from distill.jobs import processes
from distill.jobs.checksums import checksum_of
from distill.jobs.explaining import explain
from distill.jobs.files import read_json, write_json
from distill.judging import change
from distill.runs.metrics import training_rows
from distill.tasks import add_retention, task_of
from distill.training import work
from distill.training.assembling import check_pair
from distill.training.recorder import memory_bytes
from models.errors import ModelUnavailable, disk_is_full
from models.serving.measure import free_memory
from models.settings import Settings

log = logging.getLogger(__name__)
PROBE_STEPS, PROBE_WARM_UP = 12, 2
"""Steps of the timed probe of a budget in minutes, and how many of them do not count."""


class Work:
    """One comparison, being carried out.

    Args:
        comparison: Its folder.
        settings: The studio's.
    """

    def __init__(self, comparison: Comparison, settings: Settings) -> None:
        self.comparison, self.settings, self.plan = comparison, settings, comparison.plan()
        self._before = comparison.result() or {}
        self._judge = RowJudge(comparison, self.plan.base, settings, self._stop_if_asked)

    def carry_out(self) -> dict[str, Any]:
        """Do what is not done yet; the result. Of one that lacks nothing it is what was found before.

        Raises:
            RunConflict: It was cancelled; what is done is kept.
            DistillError: Something else that the user can mend.
        """
        if self._lacks_nothing():
            log.info("Comparison %s is finished", self.comparison.comparison_id)
            self._end("finished", "Finished")  # which a process that died last of all had left unsaid
            return self._before
        self.comparison.belongs_to(processes.identity())
        self.comparison.update(status="running", message="Starting", total=len(self.plan.cells))
        command = f"python -m distill {self.plan.command} --resume {self.comparison.comparison_id}"
        again = f"{command} continues it."
        try:
            result = self._work()
        except (Cancelled, KeyboardInterrupt) as stop:
            self._end("cancelled", "Cancelled. Resume continues with what is left.")
            if isinstance(stop, KeyboardInterrupt):
                log.info("%s", again)
                raise
            raise RunConflict(f"The comparison was cancelled. {again}") from None
        except Exception as error:
            with suppress(OSError):  # on a full disk the status stays, and reads as interrupted
                self._end("failed", str(error) if isinstance(error, DistillError) else explain(error))
            raise
        self._end("finished", "Finished")
        return result

    def _lacks_nothing(self) -> bool:
        """Whether every run has come to its end, and the table and the pictures are there."""
        written = [self.comparison.folder / "table.md", *self.comparison.figures()]
        whole = self._before.get("complete") and not self._before.get("failures")
        return bool(whole) and all(file.is_file() for file in written)

    def _work(self) -> dict[str, Any]:
        disable_progress_bar()
        self._check_models()
        self._say("Reading the data")
        train = split_data(self.comparison.folder, self.plan.base, self.settings)
        copy_layers(self.comparison.folder, self.plan.base, self.settings)
        for name in self.plan.untrained:
            self._say(f"Judging {name}")
            self._judge(name, self._untrained(name))
        if "sequence" in self.plan.methods:
            self._say("The teacher labels the training texts")
            label_texts(self.comparison, self.plan.base, train, self.settings, self._stop_if_asked)
        if self.plan.budget.minutes:
            for method in self.plan.methods:
                self._probe(method)
        self._train_all()
        return self._keep_result(complete=True)

    def _check_models(self) -> None:
        """Refuse models that cannot work before the data is read, and before anything is judged.

        A method that does not suit them is told when it is its turn, and leaves the others alone.
        """
        self._check_same()
        if self._judge.knows(self.plan.untrained[0]):  # it has come further than that before
            return
        self._say("Checking the models")
        base = self.plan.base
        bare = RunConfig(student=base.student, teacher=base.teacher, more_teachers=base.more_teachers)
        if parse_layers(base.student) or not set(self.plan.methods) <= FROM_LABELS:
            check_pair(bare, self.settings)
        else:  # nobody is taught by logits
            for name in (base.student, str(base.teacher)):
                check_pair(RunConfig(student=name), self.settings)

    def _check_same(self) -> None:
        """Refuse to go on with another model of the same name; one that is gone may not be needed again."""
        base, noted = self.plan.base, self.comparison.progress("models")
        for name in (*base.teachers, *([] if parse_layers(base.student) else [base.student])):
            try:
                found = checksum_of(name, self.settings)
            except ModelUnavailable:
                continue
            if noted.get(name, found) != found:
                raise BadData(
                    f"{name} is another model now than when this comparison began; start a new one."
                )
            self.comparison.note("models", name, found)

    def _train_all(self) -> None:
        cells = self.plan.cells
        done = [cell for cell in cells if self._judge.knows(results.cell_name(*cell))]
        self.comparison.update(done=len(done))
        left = [cell for cell in cells if cell not in done]
        began = time.monotonic()
        for place, (method, seed) in enumerate(left, 1):
            self._train(method, seed)
            if not self._before.get("complete"):  # else only what failed is tried again
                self._keep_result(complete=False)
            eta = (time.monotonic() - began) / place * (len(left) - place)
            self.comparison.update(done=len(done) + place, run_id=None, eta_seconds=eta)

    def _untrained(self, name: str) -> str:
        folder = self.comparison.folder
        if name == "teacher":
            return str(self.plan.base.teacher)
        return str(copied(folder)) if name == "copy" else self.plan.start(folder)

    def _probe(self, method: str) -> None:
        """Find how many steps fit into the minutes by timing a short run in the comparison's own folder."""
        if method in self.comparison.progress("steps"):
            return
        self._stop_if_asked()
        self._say(f"Timing {PROBE_STEPS} steps of {method}")
        config = self.plan.config(method, self.plan.base.seed, PROBE_STEPS, self.comparison.folder)
        config = replace(config, evaluation_steps=PROBE_STEPS + 1, save_steps=PROBE_STEPS + 1)
        home = self.comparison.folder / "probes"
        run = runs.create(config, replace(self.settings, home=home))
        main = task_of(config.task).main  # the teacher's score is of no use here
        write_json(run.folder / "teacher.json", {main.name: {"f": 0.0}})
        try:
            work.carry_out(run, self.settings, lambda *_: {"rows": []})
        except DistillError as error:
            if disk_is_full(error):
                raise
            log.warning("%s cannot be timed: %s", method, error)  # its runs will say so too
            return
        timed = [row["seconds"] for row in training_rows(run.metrics())][PROBE_WARM_UP:]
        seconds = sum(timed) / len(timed)
        self.comparison.note("step_seconds", method, seconds)
        self.comparison.note("steps", method, self.plan.budget.within(seconds))

    def _train(self, method: str, seed: int) -> None:
        """One run from its present state to its end; a failure is noted and the others continue."""
        cell = results.cell_name(method, seed)
        run = self._run(method, seed)
        if run is None:
            return
        self.comparison.note("failures", cell, None)
        run.clear_stop()  # before it is named: whoever stops the comparison also stops the run it names
        self.comparison.update(run_id=run.run_id)
        self._stop_if_asked()
        if run.status().status != "finished":
            self._say(f"Training {method}, seed {seed}: run {run.run_id}")
            try:
                self._train_and_judge(run, cell)
            except DistillError as error:
                if disk_is_full(error):  # no fault of the method's
                    raise
                log.warning("%s failed: %s", cell, error)
                self.comparison.note("failures", cell, str(error))
                return
        self._judge(cell, f"run:{run.run_id}")

    def _run(self, method: str, seed: int) -> runs.Run | None:
        """The cell's run, made if there is none yet; None where the method could not be timed."""
        cell = results.cell_name(method, seed)
        known = self.comparison.progress("runs").get(cell)
        if known:
            return runs.find(known, self.settings)
        if self.plan.budget.minutes and method not in self.comparison.progress("steps"):
            self.comparison.note("failures", cell, "It could not be timed; the log says why.")
            return None
        steps = self.plan.budget.steps or self.comparison.progress("steps")[method]
        run = runs.create(self.plan.config(method, seed, steps, self.comparison.folder), self.settings)
        run.update(part_of=f"{self.comparison.comparison_id}: {method}, seed {seed}")
        self.comparison.note("runs", cell, run.run_id)
        return run

    def _train_and_judge(self, run: runs.Run, cell: str) -> None:
        free_memory()
        self.comparison.note("memory", cell, memory_bytes())
        run.belongs_to(processes.identity())
        teacher = self.comparison.folder / "teacher.json"  # judged by the first run for all like it
        like_it = run.config().target_tokens == self.plan.base.target_tokens
        if run.config().teacher and teacher.is_file() and like_it:
            write_json(run.folder / "teacher.json", read_json(teacher))

        def judging(
            run: runs.Run, config: RunConfig, examples: Sequence[Example], settings: Settings
        ) -> dict[str, Any]:
            judged = {"student after": self._judge(cell, f"run:{run.run_id}", run)}
            for label, name in (("student before", "start"), ("teacher", "teacher")):
                judged[label] = self._judge(name, self._untrained(name))
            rows = [{"label": label, **found["row"]} for label, found in judged.items()]
            main = task_of(config.task).main
            add_retention(rows, rows[-1], main)
            scores = {label: found["scores"][main.name] for label, found in judged.items()}
            return {"rows": rows, "examples": len(examples), "verdict": change(scores)}

        with run.log_file():
            work.carry_out(run, self.settings, judging)
        if run.status().status != "finished":
            raise Cancelled
        if (run.folder / "teacher.json").is_file() and like_it:
            write_json(teacher, read_json(run.folder / "teacher.json"))

    def _keep_result(self, complete: bool) -> dict[str, Any]:
        result = results.collect(self.comparison, self.settings)
        says = describe(result)
        result |= {"complete": complete, "says": says, "paragraph": " ".join(says), "figures": []}
        if complete:
            self._say("Drawing")
            drawn = figures.draw(self.comparison.folder / "figures", result, self.settings)
            result["figures"] = [str(path) for path in drawn]
            text = "\n".join([comparison_table(result), "", *(f"- {sentence}" for sentence in says), ""])
            (self.comparison.folder / "table.md").write_text(text, encoding="utf-8")
            downloads.write(self.comparison, result)
        write_json(self.comparison.folder / "result.json", result)
        return result

    def _stop_if_asked(self) -> None:
        if self.comparison.stop_requested():
            raise Cancelled

    def _say(self, text: str) -> None:
        self._stop_if_asked()
        log.info("%s", text)
        self.comparison.update(message=text)

    def _end(self, status: str, message: str) -> None:
        self.comparison.update(status=status, message=message, run_id=None, eta_seconds=None)
