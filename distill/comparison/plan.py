"""What a comparison does: which ways to teach or which grid of settings, which seeds, how long.

Imports nothing heavy.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from distill.comparison.grid import Grid
from distill.config import RunConfig, parse_layers
from distill.config.presets import METHODS
from distill.config.values import texts
from distill.errors import BadConfig
from distill.rules import choose_reward_rules

REFERENCE = "ce"
UNTRAINED = ("teacher", "start", "copy")
CONTROLS = ("start", "copy", REFERENCE)
"""Rows of every comparison: the student before training, copied layers, cross-entropy only."""
COMPARABLE = (*METHODS, "sequence", "shrink", "start", "copy")
FROM_LABELS = frozenset({REFERENCE, "shrink", "sequence"})
"""The methods that are taught by labels alone."""
_BUDGET = re.compile(r"(\d{1,9})|(\d{1,6}(?:\.\d+)?)m")


@dataclass(frozen=True)
class Budget:
    """How long each run trains: a number of optimizer steps, or minutes (then `steps` is None)."""

    steps: int | None = None
    minutes: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Budget":
        """`200` → 200 steps; `5m` or `0.5m` → minutes."""
        found = _BUDGET.fullmatch(str(text).strip())
        if not found or not float(found[1] or found[2]):
            raise BadConfig(f"The budget is {text!r}; use a number of steps such as 200, or minutes as 5m.")
        return cls(steps=int(found[1])) if found[1] else cls(minutes=float(found[2]))

    def within(self, seconds: float) -> int:
        """The number of steps this allows if a step takes this many seconds."""
        return self.steps or max(1, int((self.minutes or 0) * 60 / seconds))


@dataclass(frozen=True)
class ComparisonPlan:
    """What is compared.

    Args:
        base: What all runs have in common.
        methods: Every row that is trained: methods, the reference first, or the cells of the grid.
        seeds: Each row trains once with each.
        budget: Budget of each run.
        grid: What an ablation varies; None where methods are compared.
    """

    base: RunConfig
    methods: tuple[str, ...]
    seeds: tuple[int, ...]
    budget: Budget
    grid: Grid | None = None

    @property
    def command(self) -> str:
        """The command that makes such a comparison."""
        return "ablate" if self.grid else "compare"

    @property
    def untrained(self) -> tuple[str, ...]:
        """The rows that are only judged."""
        return ("teacher", "start") if self.grid else UNTRAINED

    @property
    def reference(self) -> str | None:
        """The row that the others are compared with; None for the best one."""
        return self.grid.base if self.grid else REFERENCE

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Method and seed of each run; all methods with one seed before the next."""
        return [(method, seed) for seed in self.seeds for method in self.methods]

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "ComparisonPlan":
        """Check what a user asked for.

        Args:
            values: Settings of `RunConfig`, and `seeds` (how many, counted up from `seed`), `budget` (see
                `Budget.parse`), and either `methods` (by comma, of `COMPARABLE`; the controls come by
                themselves) or, for an ablation, `grid` and perhaps `base` (see `Grid.parse`).

        Raises:
            BadConfig: Something cannot work; the message says what would.
        """
        values = dict(values)
        grid = Grid.parse(values.pop("grid"), values.pop("base", None)) if "grid" in values else None
        methods = tuple(grid.cells) if grid else _methods(values.pop("methods", ""))
        seeds, budget = _seeds(values.pop("seeds", 3)), Budget.parse(values.pop("budget", "200"))
        if values.get("max_steps") is not None:
            raise BadConfig("A comparison's steps are its budget: give that in place of max_steps.")
        if grid:
            grid.check_apart(values)
        elif values.get("method"):
            raise BadConfig("A comparison takes several ways to teach: give methods in place of method.")
        base = RunConfig.from_dict(values)
        if not base.teacher:
            raise BadConfig("No teacher was named: a comparison needs one.")
        if base.processes > 1:
            raise BadConfig("A comparison trains in one process: leave processes out.")
        if not base.has_references:
            raise BadConfig(f"task={base.task} has no summaries to score against; use summarize or extract.")
        choose_reward_rules(base.reward_rules)
        plan = cls(base, methods, tuple(base.seed + n for n in range(seeds)), budget, grid)
        for method in methods:
            plan.config(method, base.seed, budget.steps or 1, Path())
        return plan

    def config(self, method: str, seed: int, steps: int, folder: Path) -> RunConfig:
        """The settings of one run of the comparison in `folder`.

        What a method or a cell sets goes before what the user sets. `ce`, `shrink` and `sequence` learn from
        labels alone, so they load no teacher. Validations on the way are greedy, which takes a fraction of
        the time; the rows of the table are judged with the beams of `base`.
        """
        changes: dict[str, Any] = {
            "seed": seed,
            "max_steps": steps,
            "data": str(folder / "data" / "train.jsonl"),
            "validation": str(folder / "data" / "validation.jsonl"),
            "student": self.start(folder),
            "beams": 1,
            **dict.fromkeys(("max_examples", "document_column", "summary_column")),
        }
        if self.grid:
            changes |= self.grid.cells[method]
        elif method in FROM_LABELS:
            changes |= {"teacher": None, "more_teachers": None, "method": None}
        else:
            changes |= {**METHODS[method], "method": method}
        if method == "shrink":
            changes["student"] = str(copied(folder))
        if method == "sequence":
            changes |= {"data": str(folder / "data" / "labels.jsonl"), "task": "summarize"}
        try:
            return replace(self.base, **changes)
        except BadConfig as error:
            raise BadConfig(f"{method}: {error}", *error.settings) from error

    def start(self, folder: Path) -> str:
        """The student before training, which all runs of the comparison in `folder` begin with."""
        return str(copied(folder)) if parse_layers(self.base.student) else self.base.student

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as saved with the comparison."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> "ComparisonPlan":
        """What `as_dict` gave."""
        return cls(
            RunConfig.from_saved(saved["base"]),
            tuple(saved["methods"]),
            tuple(saved["seeds"]),
            Budget(**saved["budget"]),
            Grid.from_saved(saved["grid"]) if saved.get("grid") else None,
        )


def copied(folder: Path) -> Path:
    """The layers that are cut from the teacher for the comparison in `folder`."""
    return folder / "models" / "copy"


def _methods(named: str | list[str]) -> tuple[str, ...]:
    wanted = [name.strip() for text in texts("methods", named) for name in text.split(",")]
    for name in filter(None, wanted):
        if name not in COMPARABLE:
            raise BadConfig(f"There is no method {name!r}; use some of {', '.join(COMPARABLE)}.")
    return (REFERENCE, *dict.fromkeys(n for n in wanted if n and n not in (*UNTRAINED, REFERENCE)))


def _seeds(count: Any) -> int:
    if not str(count).isdigit() or not 1 <= int(count) <= 100:
        raise BadConfig(f"seeds is {count!r}; use a whole number from 1 to 100.")
    return int(count)
