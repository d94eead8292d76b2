"""Ways to teach side by side: the same student, data, order and budget, with controls. Imports nothing heavy.

A page starts one in the background and reads it from disk, as it does with runs:

    comparison = comparison.start({"teacher": …, "student": …, "methods": "logit,multi", …}, settings)
    comparison.status()   # status, message, done, total, run_id, eta_seconds, comparison_id, created
    comparison.result()   # rows and paragraph; from the first finished run on, `complete` at the end
    comparison.figures()  # PNG files, once it is finished
    comparison.cancel(settings); comparison.resume(settings); all_comparisons(settings); find(ID, settings)

The values are those of `distill.config.RunConfig` with `methods`, `seeds` and `budget`; an ablation has a
`grid` of settings in place of `methods` (see `ComparisonPlan`).
"""

from collections.abc import Mapping
from typing import Any

from distill.comparison.folder import Comparison, all_comparisons, create, find, start
from distill.comparison.plan import COMPARABLE, CONTROLS, Budget, ComparisonPlan
from distill.jobs import processes
from models.settings import Settings

__all__ = [
    "COMPARABLE",
    "CONTROLS",
    "Budget",
    "Comparison",
    "ComparisonPlan",
    "all_comparisons",
    "carry_out",
    "compare",
    "create",
    "find",
    "start",
]


def compare(values: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Make a comparison and carry it out in this process.

    Args:
        values: Settings of all runs, with `methods`, `seeds` and `budget`.
        settings: The studio's.

    Returns:
        The result, as `distill.comparison.results.collect` makes it.

    Raises:
        BadConfig: A setting is wrong.
        RunConflict: Another run is busy, or the comparison was cancelled.
    """
    plan = ComparisonPlan.from_values(values)
    with processes.RunLock(settings.home):
        return carry_out(create(plan, settings), settings)


def carry_out(comparison: Comparison, settings: Settings) -> dict[str, Any]:
    """Carry a comparison out, or go on with it, in this process, which holds the lock; see `compare`."""
    from distill.comparison.work import Work

    return Work(comparison, settings).carry_out()
