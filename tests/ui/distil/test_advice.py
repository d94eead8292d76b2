import inspect
from typing import Any

import pytest

from distill.pairing import Finding, Report, estimate, pair_check
from distill.runs import RunStatus
from distill.training import recorder
from ui.distil import advice, run_rendering


def result(word: str, change: float) -> dict[str, Any]:
    difference = {"f": change, "low": change - 0.01, "high": change + 0.01}
    return {"rows": [], "verdict": {"word": word, "difference": difference, "p": 0.001, "n": 72}}


def test_a_student_made_worse_is_no_success() -> None:
    found = result("worse", -0.146)
    assert advice.is_worse(found)
    status = RunStatus("r1", "worse", step=40, steps=40, message="Finished, but worse than before")
    shown = run_rendering.status(status, None)
    assert "Worse than before training" in shown
    assert "Finished" not in shown
    told = advice.verdict(found)
    assert "−14.6 ROUGE-L (−15.6 to −13.6) on 72 validation examples" in told
    assert "“Learning rate”" in told


@pytest.mark.parametrize(("word", "kind"), [("better", "good"), ("undecided", "open")])
def test_any_other_verdict_leaves_the_state(word: str, kind: str) -> None:
    found = result(word, 0.02)
    assert not advice.is_worse(found)
    assert f'class="verdict {kind}"' in advice.verdict(found)
    assert "Finished" in run_rendering.status(RunStatus("r1", "finished"), None)


@pytest.mark.parametrize("found", [None, {}, {"verdict": None}, {"rows": [], "verdict": {}}])
def test_without_a_verdict_nothing_is_said(found: dict[str, Any] | None) -> None:
    assert advice.verdict(found) == ""
    assert not advice.is_worse(found)


def test_a_pair_with_a_warning_is_not_said_to_work() -> None:
    weak = Finding("weak_teacher", "It has little to teach.", "Run python -m distill finetune.")
    shown = run_rendering.check(Report(warnings=[weak]))
    assert "This pair can work" not in shown
    assert "This pair can be trained, but:" in shown
    assert "python" not in shown
    assert "“Tune the teacher first”" in shown
    assert "This pair can work" in run_rendering.check(Report())
    assert "cannot work" in run_rendering.check(Report(problems=[weak], warnings=[weak]))


def test_a_run_s_warning_names_the_button() -> None:
    source = inspect.getsource(recorder.Recorder._compare_with_teacher)
    assert advice.CAUGHT_UP in source
    assert "“Check on the data”" in run_rendering.warnings([f"{advice.CAUGHT_UP} …"])
    assert "“" not in run_rendering.warnings(["The term soft makes up nearly all of the loss."])


def test_no_remedy_of_the_page_is_a_shell_command() -> None:
    source = inspect.getsource(pair_check) + inspect.getsource(estimate)
    for code in ("weak_teacher", "vocabulary", "memory", "one_example"):
        assert f'"{code}"' in source
        assert "python -m" not in advice.remedy(Finding(code, "", "python -m distill"))
