from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from distill.rules import RuleOutcome, Verdict
from models.serving.measure import DeviceMemory
from models.store.loading import inspect
from ui.shared import rendering
from ui.shared.result import Result

EVIL = "<img src=x onerror=alert(1)>"
Make = Callable[..., Result]


def test_a_finished_column_shows_figures_with_their_conditions(make_result: Make) -> None:
    html = rendering.finished(make_result(), {})
    for part in ("1.00 s", "58 tokens/s", "800 MB", "Memory (no GPU)", "6 words", "58 tokens"):
        assert part in html
    assert "cpu · float32 · torch · 4 beams · 412 tokens in, 58 out · one run" in html


def test_new_and_copied_words_are_marked(make_result: Make) -> None:
    html = rendering.finished(make_result(), {})
    assert '<mark class="copied">the cat sat on</mark> <mark class="new">a sofa</mark>' in html


def test_the_gpu_peak_is_told_apart_from_the_process(make_result: Make) -> None:
    gpu = DeviceMemory("A GPU", 3_100_000_000, 15_800_000_000)
    html = rendering.finished(make_result(peak_bytes=5_000_000, device="cuda:0", gpu=gpu), {})
    assert "GPU memory of this run" in html
    assert "5 MB" in html
    assert "GPU 3.1 of 15.8 GB in use" in html
    assert "no GPU" not in html


def test_an_engine_that_measures_no_peak_is_not_taken_for_a_cpu(make_result: Make) -> None:
    html = rendering.finished(make_result(peak_bytes=None, device="cuda"), {})
    assert "run peak not measured by this engine" in html
    assert "no GPU" not in html


def test_what_disturbs_a_figure_is_said(make_result: Make) -> None:
    result = make_result(busy=True, tokens_cut=106, queue_seconds=0.4, note="Fell back to float32.")
    html = rendering.finished(result, {})
    for part in (
        "The last 106 of 518 input tokens were cut off",
        "busy with other work",
        "waited 0.40 s",
        "Fell back",
    ):
        assert part in html


def test_one_run_claims_no_speed(make_result: Make) -> None:
    """171 times the time for 57 times the text: seconds are told, for the summary and for a token."""
    teacher = make_result("teacher", seconds=171.0, tokens_out=57, weights_bytes=26_000_000)
    distilled = make_result("distilled", seconds=1.0, tokens_out=1, weights_bytes=10_000_000)
    html = rendering.finished(distilled, {"teacher": teacher, "distilled": distilled})
    assert "<li>The teacher took 2 min 51 s, 3.00 s a token, and is 2.6× larger.</li>" in html
    assert 'beside the distilled model">measure properly</a>' in html
    for claim in ("faster", "slower", "171×", "<strong"):
        assert claim not in html


def test_a_token_s_time_stands_beside_the_speed(make_result: Make) -> None:
    assert "<dd class=sub>17 ms a token</dd>" in rendering.finished(
        make_result(seconds=1.0, tokens_out=58), {}
    )
    assert "a token" not in rendering.finished(make_result(tokens_out=0), {})


def test_results_of_another_text_are_not_compared(make_result: Make) -> None:
    teacher, distilled = make_result("teacher", source="b"), make_result("distilled", source="a")
    assert "The teacher" not in rendering.finished(distilled, {"teacher": teacher})


def test_whatever_was_typed_or_written_is_escaped(make_result: Make, tiny: Path) -> None:
    result = make_result(text=EVIL, note=EVIL, device=EVIL)
    pages = (
        rendering.finished(result, {}),
        rendering.header("teacher", EVIL, None, EVIL),
        rendering.header("teacher", EVIL, inspect(tiny)),
        rendering.no_student(EVIL, distils=True),
        rendering.no_student(EVIL, distils=False),
        rendering.working(EVIL),
        rendering.loading(EVIL, 0.5),
        rendering.failed(EVIL),
    )
    for page in pages:
        assert "<img" not in page
        assert "&lt;img" in page or "img" not in page.replace("&lt;", "")


def test_engines_that_differ_are_said(make_result: Make) -> None:
    teacher, distilled = make_result("teacher", seconds=3.0), make_result("distilled", dtype="int8")
    assert "(torch int8 against torch float32)" in rendering.finished(distilled, {"teacher": teacher})
    assert "against" not in rendering.finished(make_result("distilled"), {"teacher": teacher})


def test_rouge_is_shown_in_points(make_result: Make) -> None:
    assert "<dt>ROUGE-L</dt><dd>25.0</dd>" in rendering.finished(make_result(rouge={"rougeL": 0.25}), {})


def test_a_summary_without_words_says_so(make_result: Make) -> None:
    assert "wrote no words" in rendering.finished(make_result(text=" "), {})


def test_what_a_rule_found_is_told_in_words(make_result: Make) -> None:
    found = {
        "marks": Verdict("repaired", "It sat.", "without a partner: ("),
        "names": Verdict("rejected", "It sat.", f"not in the text: {EVIL}"),
        "<former>": Verdict("rejected", "It sat.", "of an earlier version"),
        "length": Verdict("accepted", "It sat."),
    }
    html = rendering.finished(replace(make_result(), rules=RuleOutcome("It sat.", found)), {})
    assert "Refined with rules. <strong>stray marks</strong>: without a partner: (." in html
    assert "They would reject it: <strong>invented names</strong>: not in the text: &lt;img" in html
    assert "<strong>&lt;former&gt;</strong>: of an earlier version." in html
    assert "too short" not in html


def test_tokens_that_are_left_out_are_told(make_result: Make) -> None:
    assert "left out" not in rendering.finished(make_result(), {})
    shown = rendering.finished(make_result(tokens_left_out=9), {})
    assert "It broke off within a sentence, which is left out: 9 tokens of 58." in shown
