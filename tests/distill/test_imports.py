"""What the page imports at start-up stays light."""

import subprocess
import sys

import pytest

from tests.distill.helpers import ROOT

HEAVY = ("torch", "transformers", "datasets", "pandas", "pyarrow", "safetensors", "gradio", "optuna")


@pytest.mark.parametrize(
    "module",
    [
        "runs",
        "config",
        "pairing",
        "data",
        "tasks.summarize.evaluation",
        "cli",
        "runs.checkpoints",
        "comparison",
        "votes",
        "search.searches",
    ],
)
def test_it_imports_nothing_heavy(module: str) -> None:
    code = f"import sys, distill.{module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == ""
