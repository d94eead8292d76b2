import subprocess
import sys
from pathlib import Path

import pytest

import app

ROOT = Path(app.__file__).parent


def test_a_wrong_setting_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("ENABLE_DISTILL", "maybe")
    assert app.main([]) == 2
    assert capsys.readouterr().err == "ENABLE_DISTILL is 'maybe'; use 1 or 0.\n"


def test_the_page_is_up_without_torch() -> None:
    code = "import sys; from ui import page; print({'torch', 'transformers', 'datasets'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
