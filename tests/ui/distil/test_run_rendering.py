from typing import Any

from distill.config import RunConfig
from distill.pairing import Finding, Report
from distill.runs import RunStatus
from ui.distil import run_rendering

EVIL = "<script>alert(1)</script>"


def row(label: str, **changes: Any) -> dict[str, Any]:
    score = {"f": 0.25, "low": 0.2, "high": 0.3}
    found = {"label": label, "model": f"embedded/{label}", "rouge1": score, "rouge2": score, "rougeL": score}
    return {
        **found,
        "seconds": 0.5,
        "parameters": 8_400_000,
        "bytes": 16_900_000,
        "retention": 0.9,
        **changes,
    }


def test_a_running_run_shows_progress_and_time_left() -> None:
    status = RunStatus("r1", "running", step=30, steps=40, eta_seconds=65, terms={"loss": 2.5, "soft": 0.5})
    html = run_rendering.status(status, RunConfig("layers:4+2", "embedded/teacher"))
    for part in (
        "Running",
        "Step 30 of 40 · 1 min 5 s left",
        "width:75.0%",
        "2.500",
        "soft (teacher)",
        "layers:4+2",
    ):
        assert part in html


def test_an_ended_run_has_no_time_left() -> None:
    status = RunStatus("r1", "interrupted", step=3, steps=40, eta_seconds=65)
    assert "left" not in run_rendering.status(status, RunConfig("student"))


def test_it_says_what_a_run_without_a_teacher_learns_from() -> None:
    run = RunStatus("r1", "running")
    assert "student learns from labels<" in run_rendering.status(run, RunConfig("student"))
    rewarded = RunConfig("student", on_policy=0.8, rollouts=6)
    assert "learns from its own summaries, weighed by ROUGE<" in run_rendering.status(run, rewarded)


def test_warnings_are_shown_and_small_terms_are_not_nothing() -> None:
    found = RunStatus("r1", "running", terms={"attention": 0.00054}, warnings=[f"Beware {EVIL}"])
    html = run_rendering.status(found, RunConfig("s", "t", method="attention"))
    assert "Beware &lt;script" in html
    assert "0.00054" in html
    assert "Soft targets + attention" in html


def test_the_end_table() -> None:
    table = {"rows": [row("student after"), row("teacher", retention=None, seconds=None)], "examples": 12}
    html = run_rendering.result(table)
    for part in (
        "Student after",
        "25.0",
        "20.0–30.0",
        "90%",
        "0.50 s",
        "8.4 M",
        "17 MB",
        "12 validation examples",
    ):
        assert part in html


def test_no_result_is_no_table() -> None:
    assert run_rendering.result(None) == run_rendering.result({"rows": []}) == ""


def test_the_check_tells_what_the_models_reach_on_the_data() -> None:
    found = {"total_bytes": 1, "rougeL": {"big": 0.2461, "small": 0.2}, "scored_examples": 20}
    said = "ROUGE-L on 20 examples of the data: teacher 24.6, student 20.0."
    assert said in run_rendering.check(Report(estimate=found))
    found |= {"rougeL": {"big": 0.2461}, "scored_examples": 1}  # a student cut from the teacher is not tried
    assert "on 1 example of the data: teacher 24.6." in run_rendering.check(Report(estimate=found))


def test_the_check_says_what_to_do() -> None:
    bad = Report(problems=[Finding("family", "They differ.", "Choose another.")])
    html = run_rendering.check(bad)
    assert "cannot work" in html
    assert "They differ." in html
    assert "Choose another." in html
    good = Report(estimate={"total_bytes": 134_000_000, "available_bytes": 20_000_000_000})
    assert "Needs about 134 MB of memory; 20.0 GB is free." in run_rendering.check(good)


def test_names_and_messages_are_escaped() -> None:
    status = RunStatus(EVIL, EVIL, message=EVIL, terms={EVIL: 1.0}, name=EVIL, note=EVIL)
    finding = Finding("x", EVIL, EVIL)
    pages = (
        run_rendering.status(status, RunConfig(EVIL, EVIL)),
        run_rendering.question(status, [EVIL]),
        run_rendering.check(Report([finding], [finding])),
        run_rendering.result({"rows": [row(EVIL, model=EVIL, device=EVIL)]}),
    )
    assert all("<script" not in page for page in pages)


def test_the_table_of_runs() -> None:
    frame = run_rendering.runs(
        [
            (
                RunStatus("r1", "failed", part_of="c1: ce, seed 42", name="First", note="with\nlabels"),
                RunConfig("embedded/original"),
            ),
            (RunStatus("r0", "finished"), None),
        ]
    )
    assert frame.values.tolist() == [
        ["r1", "First", "Failed", "—", "embedded/original", "finetune", "with labels", "c1: ce, seed 42"],
        ["r0", "—", "Unreadable", "—", "—", "—", "—", "—"],
    ]
