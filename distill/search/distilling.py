"""Distil the picks of a search on all the data, beside what anybody could have had without a search.

Like tables 1 and 2 of Kanagasabapathy et al., for summaries: the picks, the evenly cut students of like size,
random shapes, the teacher.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distill import runs
from distill.data import load
from distill.errors import Cancelled, RunConflict
from distill.families.t5 import shapes
from distill.jobs import processes
from distill.jobs.files import read_object, write_json
from distill.judging import decoding_of, judge_model
from distill.runs.metrics import validation_rows
from distill.search.candidates import LOSS, Candidates
from distill.search.folder import Search
from distill.search.results import latency, share, words
from distill.search.space import Shape
from distill.stats import interval
from distill.tasks import SHOWN, task_of
from distill.training import work
from models.serving.pool import ModelPool
from models.settings import Settings

log = logging.getLogger(__name__)
_RANDOM = 3


@dataclass(frozen=True)
class Training:
    """How long the students train.

    Args:
        steps: Of the distillation.
        tune_steps: On the labels alone afterwards; 0 for none.
    """

    steps: int
    tune_steps: int = 0


class Distilling:
    """Distils the picks of a search, each step once, whatever interrupts it in between.

    Args:
        search: The search, with its picks.
        training: How long.
        settings: The studio's.
    """

    def __init__(self, search: Search, training: Training, settings: Settings) -> None:
        self.search, self.training, self.settings = search, training, settings
        self.plan = search.plan()
        self._halt = threading.Event()
        self._candidates = Candidates(search, settings, self._halt)
        search.queue().check_same(self._candidates.fingerprint)

    def carry_out(self) -> list[dict[str, Any]]:
        """Do what is not done yet.

        Returns:
            A row for each student and the teacher: `name`, `shape`, `birth`, `parameters`, `run`, `loss`,
            `reward`, what `Timing` and `judge_model` tell.

        Raises:
            RunConflict: There are no picks yet, or a run was cancelled.
        """
        with processes.asked_by_sigterm(self._halt.set):
            rows = [self._student(name, shape) for name, shape in self._shapes().items()]
            rows.append(self._teacher())
        write_json(self.search.folder / "distilled.json", rows)
        self.search.note("distilled", "training", asdict(self.training))
        return rows

    def _shapes(self) -> dict[str, Shape]:
        """The students by name; a shape that is there already is not trained twice."""
        picks = self.search.noted("picks").get("picks")
        if not picks:
            raise RunConflict(
                f"Nothing is picked yet: python -m distill search pick {self.search.search_id}"
                " --latency-budgets 0.3x,0.5x."
            )
        found = {f"pick {each['budget']}": each["row"]["shape"] for each in picks}
        for each in picks:
            cut = self._like_size(each["row"]["parameters"])
            found[f"even {cut['encoder_layers']}+{cut['decoder_layers']}"] = cut
        import numpy as np

        for number in range(_RANDOM):
            drawn = self._candidates.space.draw(np.random.default_rng([self.plan.seed, number]))
            found[f"random {number + 1}"] = drawn
        by_shape = {tuple(shape.items()): name for name, shape in reversed(found.items())}
        return {name: shape for name, shape in found.items() if by_shape[tuple(shape.items())] == name}

    def _like_size(self, parameters: int) -> Shape:
        """The cut from the teacher whose parameters are nearest."""
        teacher, vocabulary = self._candidates.shape, self._candidates.info.vocab_size
        cuts = [
            {**teacher, "encoder_layers": encoder, "decoder_layers": decoder}
            for encoder in range(1, teacher["encoder_layers"] + 1)
            for decoder in range(1, teacher["decoder_layers"] + 1)
        ]
        return min(cuts, key=lambda cut: abs(shapes.parameters(cut, vocabulary) - parameters))

    def _student(self, name: str, shape: Shape) -> dict[str, Any]:
        start = self.search.folder / "models" / f"{_slug(name)}-{_mark(shape)}"
        if not start.is_dir():
            with self._candidates.quiet.working():
                self._candidates.born(shape, start)
        changes = {"student": str(start), "teacher": self.plan.teacher}
        run = self._train(name, f"{_mark(shape)} {self.training.steps}", changes, self.training.steps)
        last = validation_rows(run.metrics())[-1]
        tuned = run
        if self.training.tune_steps:
            steps = self.training.tune_steps
            changes = {"student": f"run:{run.run_id}", "teacher": None}
            tuned = self._train(f"{name}, tuned", f"{run.run_id} tuned {steps}", changes, steps)
        judged = self._judged(name, f"run:{tuned.run_id}", tuned.student)
        reference = self.plan.reference_loss or self.search.queue().attributes["reference"]
        own = self._candidates.shape
        return {
            **judged,
            "name": name,
            "shape": shape,
            "birth": "cut" if shapes.is_cut(shape, own) else "fresh",
            "run": tuned.run_id,
            "loss": last[LOSS],
            "reward": self.plan.reward(last[LOSS], reference, judged["share"]),
        }

    def _teacher(self) -> dict[str, Any]:
        info = self._candidates.info
        told = {"name": "teacher", "shape": self._candidates.shape, "run": None, "loss": None, "reward": None}
        return {**self._judged("teacher", self.plan.teacher, info.folder), **told, "birth": "teacher"}

    def _train(self, name: str, key: str, changes: Mapping[str, Any], steps: int) -> runs.Run:
        """An ordinary run on all the data, from where it is to its end.

        Args:
            name: What people call the student; another one may have been called so before.
            key: What the run is known by: all that sets it apart from this search's others.
            changes: Settings of it.
            steps: Of its training.
        """
        known = self.search.noted("runs").get(key)
        if known:
            run = runs.find(known, self.settings)
        else:
            run = runs.create(self._config(changes, steps), self.settings)
            run.update(part_of=f"{self.search.search_id}: {name}")
            self.search.note("runs", key, run.run_id)
        if run.status().status != "finished":
            log.info("Training %s: run %s", name, run.run_id)
            run.clear_stop()
            run.belongs_to(processes.identity())
            with run.log_file(), processes.asked_by_sigterm(run.request_stop):
                work.carry_out(run, self.settings, lambda *_: {"rows": []})
        if run.status().status != "finished":
            raise RunConflict(
                f"The run {run.run_id} was cancelled. python -m distill search distil"
                f" {self.search.search_id} goes on with it."
            )
        return run

    def _config(self, changes: Mapping[str, Any], steps: int) -> Any:
        data = self.search.folder / "data"
        return self.plan.config(
            **changes,
            data=str(data / "train.jsonl"),
            validation=str(data / "validation.jsonl"),
            max_steps=steps,
            evaluation_steps=steps,
            document_column=None,
            summary_column=None,
            max_examples=None,
            beams=1,
        )

    def _judged(self, name: str, model: str, folder: Path) -> dict[str, Any]:
        """What `judge_model` and the stopwatch say of it, noted once."""
        file = self.search.folder / "judged" / f"{_slug(name)}-{_slug(model)[-40:]}.json"
        known = read_object(file)
        if known:
            return known
        log.info("Judging %s", name)
        held_out = self.search.folder / "data" / "validation.jsonl"
        examples = load(str(held_out), settings=self.settings).rows
        config, pool = self.plan.config(), ModelPool(self.settings)
        timing = self._candidates.time(folder, 0)
        row = judge_model(pool, model, examples, decoding_of(config), task_of(config.task), self._tell)
        found = {**row, **(timing + self._candidates.time(folder, 1)).as_dict()}
        file.parent.mkdir(exist_ok=True)
        write_json(file, found)
        return found

    def _tell(self, count: int) -> None:
        if self._halt.is_set():
            raise Cancelled


def table(rows: list[dict[str, Any]]) -> str:
    """The students for people to read."""
    heads = (
        "student",
        "shape",
        "parameters",
        "latency",
        "× teacher",
        *(metric.label for metric in SHOWN),
        "loss",
        "reward",
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        rouge = " | ".join(interval(row[metric.name]) for metric in SHOWN)
        loss, reward = ("–" if row[name] is None else f"{row[name]:.4f}" for name in ("loss", "reward"))
        lines.append(
            f"| {row['name']} | {words(row['shape'])}, {row['birth']} | {row['parameters'] / 1e6:.2f} M"
            f" | {latency(row)} | {share(row)} | {rouge} | {loss} | {reward} |"
        )
    return "\n".join(lines)


def _mark(shape: Shape) -> str:
    """A short name of a shape that no other one has."""
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:8]


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in name)
