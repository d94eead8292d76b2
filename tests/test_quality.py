"""Lint, format, types and the import contract, run as tests so that one command checks everything."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["basedpyright", "--pythonpath", sys.executable],
    "imports": ["lint-imports"],
}


@pytest.mark.parametrize("check", CHECKS)
def test_quality(check: str) -> None:
    """The tool finds nothing."""
    tool, *arguments = CHECKS[check]
    command = [str(Path(sys.executable).parent / tool), *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert answer.returncode == 0, answer.stdout + answer.stderr
