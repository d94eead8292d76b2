"""Try a shape: a student of it is born, timed, trained for a short while and judged."""

import logging
import math
import random
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distill.comparison.shared_parts import split_data
from distill.data import Example, Examples, load
from distill.errors import BadData, Cancelled, DistillError, Diverged, IncompatibleModels
from distill.families.model_folder import load_model, save_model
from distill.families.t5 import shapes, student
from distill.families.t5.words import words_of
from distill.jobs import processes
from distill.jobs.checksums import model_checksum
from distill.jobs.explaining import out_of_memory
from distill.jobs.files import write_json, write_json_lines
from distill.runs import Run
from distill.runs.metrics import held_out, validation_rows
from distill.search.cache import Cache
from distill.search.folder import Search
from distill.search.quiet import Quiet
from distill.search.space import Shape
from distill.search.teachers import space_of, teacher_of
from distill.search.timing import Stopwatch, Timing
from distill.training import work
from distill.training.assembling import make_trainer
from distill.training.materials import load_materials
from models.errors import ModelUnavailable
from models.folders.tokenizer import open_tokenizer
from models.serving.measure import free_memory
from models.settings import Settings

log = logging.getLogger(__name__)
LOSS = held_out("soft")
"""What a run calls the distance of its student from the teacher on the held-out data."""


class Failed(Exception):
    """A candidate came to nothing for a reason of its own."""


class TrialRun(Run):
    """A mini-distillation, which gives way to whoever times a model, and stops with its worker."""

    quiet: Quiet
    halt: threading.Event

    def stop_requested(self) -> bool:
        """Asked at each step."""
        self.quiet.give_way()
        return self.halt.is_set() or super().stop_requested()


class Candidates:
    """Tries candidates of a search on this machine.

    Args:
        search: The search.
        settings: The studio's.
        halt: Set where the worker is to stop.
    """

    def __init__(self, search: Search, settings: Settings, halt: threading.Event) -> None:
        self.search, self.plan, self.halt = search, search.plan(), halt
        self.settings, self._own = settings, search.settings(settings)
        self.info = teacher_of(self.plan.teacher, settings)
        self.shape = shapes.shape_of(self.info)
        self.space = space_of(self.info, self.plan.space)
        self.quiet = Quiet(settings.home)
        with self.quiet.working():
            self._teacher = load_model(self.info.folder)
            self._train, self._held_out = self._data()
            texts = [example.document for example in self._held_out]
            plan = self.plan
            beams = plan.config().beams
            self._time = Stopwatch(self.info.folder, texts, settings, plan.timed_runs, plan.new_tokens, beams)
        self.steps = self.plan.steps_on(len(self._train))
        self._cache = Cache(settings, self._conditions())

    @property
    def timing(self) -> dict[str, Any]:
        """Under what candidates are timed here."""
        return self._time.conditions

    @property
    def fingerprint(self) -> dict[str, str]:
        """What all workers must have in common: the data and the teacher."""
        return {
            "train": Examples(self._train).digest,
            "validation": Examples(self._held_out).digest,
            "teacher": model_checksum(self.info.folder),
        }

    def known(self, shape: Shape) -> dict[str, Any] | None:
        """What came of a shape that was tried before, under the very same conditions; else None."""
        return self._cache.get(self._cache.key(shape))

    def reference_loss(self) -> float:
        """The loss of a student to which all tokens are equally likely."""
        import torch

        folder = self.search.folder / "starts" / "uniform"
        with self.quiet.working():
            if not folder.is_dir():
                config = self._teacher.config
                blank: Any = student.fresh(
                    shapes.FreshShape(8, 8, 1, 1, 2, self.info.input_tokens, head_size=4),
                    config.vocab_size,
                    pad=config.pad_token_id,
                    eos=config.eos_token_id,
                )
                with torch.no_grad():
                    for weight in blank.parameters():
                        weight.zero_()
                with suppress(OSError):  # another worker was faster
                    save_model(blank, self.info.folder, folder)
            run = self._run(folder)
            materials = load_materials(run.config(), self._own)
            trainer = make_trainer(run, run.config(), materials)
            trainer.evaluate()
            found = trainer.state.log_history[-1]["eval_soft"]
            shutil.rmtree(run.folder, ignore_errors=True)
        if not math.isfinite(found) or found <= 0:
            raise BadData(f"The reference loss is {found}: give reference_loss, a number above 0.")
        return found

    def born(self, shape: Shape, folder: Path) -> int:
        """Write a student of a shape before any training; its parameters."""
        words = words_of(open_tokenizer(self.info.folder))
        model = shapes.born(shape, self._teacher, self.shape, self.plan.seed, words)
        shutil.rmtree(folder, ignore_errors=True)  # half of one, of a worker that was killed
        save_model(model, self.info.folder, folder)
        return model.num_parameters()

    def time(self, folder: Path, sitting: int) -> Timing:
        """Time a model folder while nobody trains; see `Stopwatch`."""
        with self.quiet.timing():
            return self._time(folder, sitting)

    def attempt(self, shape: Shape, name: str) -> dict[str, Any]:
        """Try a shape.

        Args:
            shape: The shape.
            name: A name for its files that no other worker has.

        Returns:
            `birth` (cut or fresh), `parameters`, what `Timing` tells, `loss`, `rougeL` (0 to 1), `steps`,
            `train_seconds`, `run`; where it failed only what was known by then, and `reason`.

        Raises:
            Cancelled: The worker was asked to stop.
            DistillError: What is not the candidate's fault.
        """
        start = self.search.folder / "starts" / name
        found: dict[str, Any] = {"birth": "cut" if shapes.is_cut(shape, self.shape) else "fresh"}
        try:
            with self.quiet.working():
                found["parameters"] = self.born(shape, start)
            timing = self.time(start, 0)
            found |= timing.as_dict()
            self._stop_if_asked()
            if found["share"] > self.plan.slowest:
                raise Failed(
                    f"too slow: {found['share']:.2f} × the teacher's latency;"
                    f" {self.plan.slowest:g} is the most"
                )
            found |= self._distil(start)
            # What it has learnt changes nothing: all write the same number of tokens.
            found |= (timing + self.time(start, 1)).as_dict()
            self._cache.keep(self._cache.key(shape), found)
        except Failed as error:
            found["reason"] = str(error)
            self._cache.keep(self._cache.key(shape), found)
        except ModelUnavailable as error:
            if isinstance(error.__cause__, OSError):  # a full disk, say: no fault of the candidate's
                raise
            found["reason"] = str(error)
        except Exception as error:
            if not out_of_memory(error):
                raise
            found["reason"] = "out of memory"
        finally:
            shutil.rmtree(start, ignore_errors=True)
            free_memory()
        return found

    def _distil(self, start: Path) -> dict[str, Any]:
        began = time.monotonic()
        run = self._run(start)
        write_json(run.folder / "teacher.json", {"rougeL": {"f": 0.0}})  # its score is of no use here
        try:
            with self.quiet.working(), run.log_file():
                work.carry_out(run, self._own, lambda *_: {"rows": []})
        except Diverged as error:
            raise Failed(f"diverged: {error}") from error
        except IncompatibleModels as error:  # a setting that fits other shapes
            raise Failed(str(error)) from error
        except DistillError as error:
            if error.__cause__ is not None and out_of_memory(error.__cause__):
                raise error.__cause__ from None
            raise
        finally:
            for models in ("student", "checkpoints", "initial"):  # the figures are kept
                shutil.rmtree(run.folder / models, ignore_errors=True)
        if run.status().status != "finished":
            raise Cancelled
        last = validation_rows(run.metrics())[-1]
        if last.get(LOSS) is None or not math.isfinite(last[LOSS]):
            raise Failed(f"diverged: its held-out loss is {last.get(LOSS)}")
        return {
            "loss": last[LOSS],
            "rougeL": last.get(held_out("rougeL")),
            "steps": self.steps,
            "train_seconds": time.monotonic() - began,
            "run": run.run_id,
        }

    def _run(self, start: Path) -> TrialRun:
        data = self.search.folder / "data"
        config = self.plan.config(
            student=str(start),
            teacher=str(self.info.folder),
            data=str(data / "share.jsonl"),
            validation=str(data / "validation.jsonl"),
            max_steps=self.steps,
            evaluation_steps=self.steps,
            save_steps=self.steps + 1,
            beams=1,
            document_column=None,
            summary_column=None,
            max_examples=None,
        )
        run = TrialRun.create(self._own.runs, config.as_dict())
        run.quiet, run.halt = self.quiet, self.halt
        run.belongs_to(processes.identity())
        return run

    def _data(self) -> tuple[list[Example], list[Example]]:
        """The share that candidates learn from, and what they are judged on."""
        folder = self.search.folder
        whole = split_data(folder, self.plan.config(), self.settings)
        share = folder / "data" / "share.jsonl"
        if not share.is_file():
            drawn = random.Random(self.plan.seed).sample(whole, self.plan.share_of(len(whole)))
            write_json_lines(share, [asdict(example) for example in drawn])
        return tuple(  # pyright: ignore[reportReturnType]
            load(str(folder / "data" / f"{name}.jsonl"), settings=self._own).rows
            for name in ("share", "validation")
        )

    def _conditions(self) -> dict[str, Any]:
        """All that an outcome depends on beside its shape."""
        left_out = ("data", "validation", "teacher", "student")
        settings = {
            name: value for name, value in self.plan.config().as_dict().items() if name not in left_out
        }
        return {
            **self.fingerprint,
            "settings": settings,
            "steps": self.steps,
            "seed": self.plan.seed,
            "slowest": self.plan.slowest,
            "timing": self.timing,
            "libraries": {name: version(name) for name in ("torch", "transformers", "ctranslate2")},
        }

    def _stop_if_asked(self) -> None:
        if self.halt.is_set() or self.search.stop_requested():
            raise Cancelled
