from pathlib import Path
from typing import Any

import pytest

from ui.methods import methods_rendering

EVIL = "<script>alert(1)</script>"


def row(method: str, trained: bool = True, **changes: Any) -> dict[str, Any]:
    score = {"f": 0.25, "low": 0.2, "high": 0.3, "by_seed": [0.25, 0.25]}
    scores = dict.fromkeys(("rouge1", "rouge2", "rougeL"), score)
    found = {"method": method, "trained": trained, "seeds": 2 if trained else 1, **scores}
    found |= {"retention": 0.9, "difference": None}
    if trained:
        found |= {"train": {"hard": 2.0}, "held_out": {"hard": 2.5}, "steps": 40, "seconds": 90.0}
        found |= {"memory_bytes": 5e8}
    return {**found, **changes}


def compared(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"rows": list(rows), "paragraph": "What it says.", "failures": {}, "conditions": {}, **changes}


def test_the_table_has_scores_costs_and_losses() -> None:
    html = methods_rendering.result(compared(row("start", False), row("ce"), row("multi")))
    for part in ("What it says.", "25.0", "20.0–30.0", "90%", "40", "1 min 30 s", "500 MB", "2, 2.5"):
        assert part in html
    for name in ("Student before training", "Cross-entropy only", "All of them together"):
        assert name in html


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [("better", ["better"]), ("worse", ["worse"]), ("undecided", []), ("none", []), (None, [])],
)
def test_a_difference_is_called_better_only_where_the_test_says_so(
    verdict: str | None, shown: list[str]
) -> None:
    change = {"f": -0.01, "low": -0.03, "high": -0.0003, "verdict": verdict}
    html = methods_rendering.result(compared(row("multi", difference={"rougeL": change})))
    assert "−1.0" in html
    assert "−3.0 to −0.03" in html
    assert [word for word in ("better", "worse") if word in html] == shown


def test_an_ablation_has_its_heat_map_and_names_what_it_is_compared_with() -> None:
    change = {"f": -0.01, "low": -0.03, "high": -0.0003, "verdict": "worse"}
    cells = [
        row("temperature=1", cell={"temperature": 1}),
        row("temperature=2", cell={"temperature": 2}, difference={"rougeL": change}),
    ]
    more = {"grid": {"temperature": [1, 2]}, "reference": "temperature=1", "chosen": True}
    html = methods_rendering.result(compared(*cells, **more))
    assert "temperature ↓" in html
    assert "ROUGE-L against temperature=1<" in html
    assert 'temperature=2<div class="sub">2 runs</div>' in html
    html = methods_rendering.result(compared(row("ce"), row("multi")))
    assert "ROUGE-L against cross-entropy<" in html
    assert "<svg" not in html


def test_a_row_of_another_size_says_so_and_stands_apart() -> None:
    copy = row("copy", False, parameters=16_000_000)
    html = methods_rendering.result(
        compared(copy, row("start", False, parameters=8e6), row("ce", parameters=8e6))
    )
    assert html.count("2.0× the student") == 1
    assert "16.0 M" in html
    assert html.index("Cross-entropy only") < html.index("not trained here") < html.index("Copied layers")


def test_each_sentence_is_a_line_of_its_own() -> None:
    html = methods_rendering.result(compared(row("ce"), says=["One.", EVIL]))
    assert "<li>One.</li><li>&lt;script" in html


def test_progress_is_shown() -> None:
    found = {"comparison_id": "c1", "status": "running", "message": "Training multi", "done": 3, "total": 12}
    html = methods_rendering.status({**found, "eta_seconds": 65.0, "run_id": None})
    for part in ("c1", "Running", "3 of 12 runs", "1 min 5 s left", "width:25.0%", "Training multi"):
        assert part in html


def test_nothing_yet_is_no_table() -> None:
    assert methods_rendering.result(None) == methods_rendering.result(compared()) == ""
    assert methods_rendering.pictures([Path("/no/such.png")]) == ""


def test_pictures_are_inside_the_page(tmp_path: Path) -> None:
    (tmp_path / "rouge.png").write_bytes(b"png")
    html = methods_rendering.pictures([tmp_path / "rouge.png"])
    assert 'src="data:image/png;base64,cG5n"' in html
    assert html.count('alt="ROUGE of each method with its interval"') == 1
    (tmp_path / "dark").mkdir()
    (tmp_path / "dark" / "rouge.png").write_bytes(b"dark")
    html = methods_rendering.pictures([tmp_path / "rouge.png"])
    assert html.count("<img") == 2
    assert '<img class="dark-only" alt="ROUGE of each method with its interval"' in html
    assert "base64,ZGFyaw==" in html


def test_what_a_user_named_is_escaped() -> None:
    given = {"teacher": EVIL, "student": EVIL, "data": EVIL, "examples": 6}
    found = compared(row(EVIL), paragraph=EVIL, failures={EVIL: EVIL}, conditions=given)
    status = {"comparison_id": EVIL, "status": EVIL, "message": EVIL, "done": 0, "total": 0}
    html = methods_rendering.result(found) + methods_rendering.status({**status, "eta_seconds": None})
    assert "<script" not in html
