"""A comparison's figures as files to take away. They hold the F1 itself, from 0 to 1.

table.csv  a row a method      scores.csv  a row a method, seed and text      pictures.zip  light and dark
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from distill.comparison.folder import Comparison, dark
from distill.comparison.plan import REFERENCE
from distill.comparison.results import cell_name
from distill.comparison.scores import KINDS
from distill.jobs.files import read_json, write_rows
from distill.tasks import task_of

_PLAIN = (
    "method",
    "trained",
    "parameters",
    "bytes",
    "seeds",
    "retention",
    "steps",
    "seconds",
    "memory_bytes",
)
_ENDS = (("f", ""), ("low", "_low"), ("high", "_high"))
_TESTED = ("p", "p_holm", "verdict", "why")


def write(comparison: Comparison, result: Mapping[str, Any]) -> None:
    """Write the files into the comparison's folder; `result` has its rows and its pictures in `figures`."""
    grid = result.get("grid") or ()
    write_rows(comparison.folder / "table.csv", [_row(row, grid) for row in result["rows"]])
    write_rows(comparison.folder / "scores.csv", list(_scores(comparison)))
    with zipfile.ZipFile(comparison.folder / "pictures.zip", "w") as archive:
        for picture in map(Path, result["figures"]):
            archive.write(picture, picture.name)
            archive.write(dark(picture), f"dark/{picture.name}")


def _row(row: Mapping[str, Any], grid: Iterable[str]) -> dict[str, Any]:
    difference, cell = row["difference"] or {}, row.get("cell") or {}
    less = "less_reference" if grid else f"less_{REFERENCE}"
    return {
        **{name: row.get(name) for name in _PLAIN},
        **{name: cell.get(name) for name in grid},
        **{f"{kind}{end}": row[kind][part] for kind in KINDS for part, end in _ENDS},
        **{
            f"{kind}_{less}{end}": difference.get(kind, {}).get(part) for kind in KINDS for part, end in _ENDS
        },
        **{name: difference.get("rougeL", {}).get(name) for name in _TESTED},
    }


def _scores(comparison: Comparison) -> Iterator[dict[str, Any]]:
    plan = comparison.plan()
    metrics = [metric.name for metric in task_of(plan.base.task).metrics]
    cells = {cell_name(method, seed): (method, seed) for method, seed in plan.cells}
    for name, (method, seed) in ({name: (name, None) for name in plan.untrained} | cells).items():
        judged = read_json(comparison.folder / "judged" / f"{name}.json")
        if judged:
            by_metric = {name: judged["scores"][name] for name in metrics}
            for number, scores in enumerate(zip(*by_metric.values(), strict=True)):
                named = dict(zip(by_metric, scores, strict=True))
                yield {"method": method, "seed": seed, "text": number + 1, **named}
