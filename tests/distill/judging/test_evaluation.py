"""Evaluations: measures by hand, baselines, differences, failures, data without references, going on."""

import csv
import json
import shutil
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from distill import judging
from distill.data import Example
from distill.errors import BadConfig, Cancelled, DistillError, RunConflict
from distill.jobs import processes
from distill.judging import Evaluation, EvaluationPlan, cases, results, work, writing
from distill.judging.garbled import garbled_words, is_english
from distill.judging.lead import as_long_as, spelled_out
from distill.judging.measures import measure
from distill.judging.says import describe
from distill.rules.extracts import copies_sentences, is_lead
from distill.tasks.summarize.evaluation import rouge_l, score_table
from models.errors import BadRequest, ModelUnavailable
from models.serving.summarizer import Summarizer
from models.settings import Settings
from tests.distill.power_cut import PowerCut
from tests.distill.test_cli import Call, call

__all__ = ["call"]  # a fixture
VARYING = {"evaluation_id", "folder", "seconds", "latency", "tokens_per_second", "process_bytes", "disturbed"}


def write_data(path: Path, rows: list[dict[str, str]]) -> str:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return str(path)


def evaluated(values: dict[str, Any], settings: Settings) -> tuple[Evaluation, dict[str, Any]]:
    evaluation = judging.create(
        EvaluationPlan.from_dict({"beams": 1, "max_new_tokens": 8, **values}), settings
    )
    return evaluation, judging.carry_out(evaluation, settings)


ARTICLE = "London (CNN) -- The cat sat. Mr. Smith said it has n't left! A dog ran."


@pytest.mark.parametrize(
    ("summary", "copies", "lead"),
    [
        ("The cat sat.", True, True),
        ("the cat sat. mr. smith said it hasn't left", True, True),  # case, spaces and marks do not count
        ("A dog ran. The cat sat.", True, False),
        ("Mr. Smith said it hasn't left.", True, False),
        ("The cat", False, False),
        ("The cat sat. A dog", False, False),
        ("", False, False),
    ],
)
def test_whole_sentences_are_found_whatever_their_form(summary: str, copies: bool, lead: bool) -> None:
    assert (copies_sentences(summary, ARTICLE), is_lead(summary, ARTICLE)) == (copies, lead)


def test_garbled_words_stand_neither_in_the_text_nor_in_the_list() -> None:
    document = "Boris Nemtsov spoke of the frobnicator near Kyiv."
    summary = "Nemtforov spoke of thje frobnicator, a well-known mashine of 36ths near kyiv, didn't he?"
    assert garbled_words(summary, document) == ["thje", "mashine"]
    assert is_english(["The cat sat on the mat and looked at the dog."])
    assert not is_english(["Die Katze saß auf der Matte und schaute den Hund an, der bellte."])


def test_a_lead_takes_the_length_of_the_summary_beside_it() -> None:
    assert spelled_out(["a", "lead:=", "b", "lead:=", "lead:9"]) == ("a", "lead:=a", "b", "lead:=b", "lead:9")
    assert as_long_as("Two words.", "The cat  sat on") == "The cat"
    assert as_long_as("", "The cat sat") == ""
    for wrong in (["lead:="], ["lead:0"], ["lead:=b", "b"], ["a", "lead:x"]):
        with pytest.raises(BadConfig, match="is not a lead: use lead:50"):
            spelled_out(wrong)


def test_what_cannot_be_evaluated_is_said_before_any_model_writes(settings: Settings, tiny: Path) -> None:
    for values, words in (
        ({"models": []}, "No model was named"),
        ({"models": ["a", "a"]}, "a is named twice"),
        ({"models": ["a"], "teacher": "b"}, "The teacher b is not among the models"),
        ({"models": ["a"], "limit": 0}, "limit is 0"),
        ({"models": ["a"], "speed": 1}, "no setting 'speed'"),
        ({"models": ["/no/model"]}, "There is no folder"),
        ({"models": [str(tiny)], "beams": 99}, "beams is 99"),
    ):
        with pytest.raises(DistillError, match=words):
            judging.start(values, settings)
    assert judging.all_evaluations(settings) == []


def test_models_are_compared_text_by_text_and_with_the_lead(
    tiny: Path, settings: Settings, tmp_path: Path
) -> None:
    rows = [{"document": f"the cat sat on mat {n} . then more", "summary": f"the cat {n}"} for n in range(4)]
    data = write_data(tmp_path / "data.jsonl", rows)
    names = ["lead:6", str(tiny), "lead:="]
    evaluation, result = evaluated({"models": names, "data": data}, settings)
    lead, model, beside = result["results"]
    assert lead["rougeL"]["f"] == pytest.approx(2 * 3 / (6 + 3))  # 3 words of 6 are the 3 of the reference
    assert (lead["difference"], lead["retention"]) == (None, None)
    why = "No verdict: 4 texts cannot tell; it takes at least 20 texts."
    assert (model["difference"]["verdict"], model["difference"]["why"]) == ("none", why)
    assert model["difference"]["f"] == pytest.approx(model["rougeL"]["f"] - lead["rougeL"]["f"])
    assert lead["flaws"] == {rule: float(rule == "unfinished") for rule in lead["flaws"]}
    assert " ".join(lead["flaws"]) == "charset repetition unfinished marks fragments length numbers names"
    assert (lead["mean_words"], lead["novel_bigrams"], lead["faulty"]) == (6, 0, 1)
    answers = evaluation.answers(str(tiny))
    wrote = evaluation.answers(f"lead:={tiny}")
    assert beside["mean_words"] == model["mean_words"]
    assert [len(wrote[n]["summary"].split()) > 0 for n in range(4)] == [
        bool(answers[n]["summary"]) for n in range(4)
    ]
    table = score_table(result["results"])
    assert "lead:6" in table
    assert table.count(why) == 1


def test_how_much_summaries_share_is_scored_once_a_pair(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often what is known so far is written down; 2 words of 6 are what shares least."""
    scored: list[tuple[str, str]] = []

    def counted(left: str, right: str) -> float:
        scored.append((left, right))
        return rouge_l(left, right)

    monkeypatch.setattr(cases, "rouge_l", counted)
    texts = [f"a{n} b{n} c{n} d{n} e{n} f{n}" for n in range(2)]
    data = write_data(tmp_path / "data.jsonl", [{"document": text, "summary": text} for text in texts])
    evaluation, _ = evaluated({"models": ["lead:6", "lead:2", "lead:4"], "data": data}, settings)
    assert [case["agreement"] for case in evaluation.cases()] == [0.5, 0.5]
    assert len(set(scored)) == len(scored) == 3 * 2


def test_differences_to_the_first_are_corrected_for_the_models_compared(
    settings: Settings, tmp_path: Path
) -> None:
    """All 24 texts are the better the longer the lead; with two compared each p counts twice, or once."""
    texts = [f"word{n} b{n} c{n} d{n}" for n in range(24)]
    data = write_data(tmp_path / "data.jsonl", [{"document": text, "summary": text} for text in texts])
    _, result = evaluated({"models": ["lead:2", "lead:3", "lead:1"], "data": data}, settings)
    _, longer, shorter = (row["difference"] for row in result["results"])
    assert (longer["verdict"], shorter["verdict"]) == ("better", "worse")
    assert longer["p_holm"] == pytest.approx(2 * longer["p"])
    table = score_table(result["results"])
    assert "lead:3 less lead:2: ROUGE-L +19.0 (+19.0 to +19.0): better (paired test, p = 0.0002" in table
    assert "Holm's correction for 2)" in table
    assert result["says"][:3] == [
        "lead:3 is better than lead:2; lead:1 is worse than it.",
        "On 24 texts lead:2 has ROUGE-L 66.7 (66.7–66.7).",
        "lead:3 is better than lead:2, by 19.0 points of ROUGE-L (+19.0 to +19.0).",
    ]


def _answer(score: float | None, **more: Any) -> dict[str, Any]:
    if score is None:
        return {"failed": "No memory."}
    measures = dict.fromkeys(("rouge1", "rouge2", "rougeL", "rougeLsum"), score)
    measures |= {"words": 10, "novel_bigrams": 0.5, "repeated_trigram": False, "copies_sentences": True}
    measures |= {"is_lead": False, "garbled": ["thje"], "faults": {"names": "not in the text: X"}}
    costs = {"tokens_out": 30, "weights_bytes": 5, "process_bytes": 7, "peak_bytes": None, "joules": None}
    return {"summary": "s", "seconds": 0.5, "busy": False, "measures": measures, **costs, **more}


def test_a_text_that_a_model_fails_on_is_no_zero() -> None:
    plan = EvaluationPlan(("student", "teacher"))
    examples = [Example(f"text {n}", "reference") for n in range(3)]
    answers = {
        "student": dict(enumerate([_answer(0.2), _answer(None), _answer(0.4)])),
        "teacher": dict(enumerate([_answer(0.4, seconds=1.0, joules=2.0), _answer(0.9), _answer(0.6)])),
    }
    student, teacher = results.collect(plan, answers, {"student": {"parameters": 9}})
    assert (student["n"], student["failed"]) == (2, [{"text": 2, "why": "No memory."}])
    assert student["rougeL"]["f"] == pytest.approx(0.3)
    assert student["retention"] == pytest.approx(0.3 / 0.5)  # of the two texts that both have summarised
    assert teacher["difference"]["f"] == pytest.approx(0.2)
    assert (student["garbled_words"], student["parameters"]) == (0.1, 9)
    assert (teacher["seconds"], teacher["tokens_per_second"], teacher["joules"]) == (0.5, 45, 2.0)
    found = cases.collect(examples, answers)
    assert [case["gap"] for case in found] == pytest.approx([0.2, None, 0.2])
    assert [case["text"] for case in cases.chosen(found, "failed")] == [2]
    assert [case["text"] for case in cases.chosen(found, "one")] == []
    assert len(cases.chosen(found, "garbled")) == 3


def test_cases_are_chosen_and_ordered() -> None:
    def case(text: int, gap: float, agreement: float, *faults: bool) -> dict[str, Any]:
        answers = {str(n): {"faults": {"names": "x"} if fault else {}} for n, fault in enumerate(faults)}
        return {"text": text, "gap": gap, "agreement": agreement, "answers": answers}

    found = [case(1, 0.1, 0.9, True, True), case(2, 0.5, 0.3, False, True), case(3, 0.2, 0.1, False, False)]
    assert [one["text"] for one in cases.chosen(found, order="gap")] == [2, 3, 1]
    assert [one["text"] for one in cases.chosen(found, order="disagreement")] == [3, 2, 1]
    assert [one["text"] for one in cases.chosen(found, "one")] == [2]
    assert [one["text"] for one in cases.chosen(found, "fault")] == [1, 2]
    found[2]["answers"]["1"] = {"failed": "No memory."}  # which no rule has found anything in
    assert [one["text"] for one in cases.chosen(found, "fault")] == [1, 2]
    assert [one["text"] for one in cases.chosen(found, "one")] == [2, 3]
    assert [one["text"] for one in cases.chosen(found, "failed")] == [3]


def test_a_failing_text_is_listed_and_the_others_go_on(
    tiny: Path, settings: Settings, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The 2nd text is one of the timed, the 30th one of a batch."""
    check = Summarizer.check
    broken = {1: "", 29: ""}

    def fails(self: Any, text: str, *rest: Any) -> Any:
        if text.endswith((" 1", " 29")):
            raise BadRequest(f"No summary of {text[-2:].strip()}.")
        return original(self, text, *rest)

    original = Summarizer.summarize
    monkeypatch.setattr(Summarizer, "summarize", fails)
    monkeypatch.setattr(Summarizer, "check", lambda self, text: fails(self, text) and check(self, text))
    evaluation, result = evaluated({"models": [str(tiny)], "data": str(articles)}, settings)
    [row] = result["results"]
    assert row["n"] == 38
    assert row["failed"] == [{"text": n + 1, "why": f"No summary of {n}."} for n in broken]
    assert f"{tiny} failed on 2 texts; these are left out of its figures." in result["says"]
    assert [case["text"] for case in cases.chosen(evaluation.cases(), "failed")] == [2, 30]


FULL = RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be reported later")
TOLD = "Memory ran out, or the GPU failed: CUDA error: out of memory. Free memory and resume"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FULL, TOLD),
        (MemoryError(), "failed: MemoryError."),
        (ModelUnavailable("The memory is full."), "The memory is full."),
    ],
)
@pytest.mark.parametrize("text", [1, 29])
def test_memory_that_runs_out_ends_it_and_is_no_text_s_failure(
    tiny: Path,
    settings: Settings,
    articles: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str,
    text: int,
) -> None:
    """The 2nd text is one of the timed, the 30th one of a batch; resumed, it lacks neither."""
    if isinstance(error, ModelUnavailable):
        error.__cause__ = FULL

    def full(self: Any, document: str, *rest: Any) -> Any:
        if document.endswith(f" {text}"):
            raise error
        return original(self, document, *rest)

    original = Summarizer.summarize
    plan = EvaluationPlan.from_dict({"models": [str(tiny)], "data": str(articles), "max_new_tokens": 8})
    evaluation = judging.create(plan, settings)
    with monkeypatch.context() as patch:
        patch.setattr(Summarizer, "summarize", full)
        patch.setattr(Summarizer, "summarize_many", _fail)
        with pytest.raises(DistillError, match=told):
            judging.carry_out(evaluation, settings)
    status = evaluation.status()
    assert (status["status"], told in status["message"]) == ("failed", True)
    [row] = judging.carry_out(evaluation, settings)["results"]
    assert (row["n"], row["failed"]) == (40, [])


def test_a_batch_too_large_for_the_memory_is_written_one_by_one(
    tiny: Path, settings: Settings, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Summarizer, "summarize_many", _fail)
    _, result = evaluated({"models": [str(tiny)], "data": str(articles)}, settings)
    assert (result["results"][0]["n"], result["results"][0]["failed"]) == (40, [])


def _fail(*_: Any, **__: Any) -> None:
    raise FULL


def test_data_without_references_leave_quality_out(tiny: Path, settings: Settings, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data.jsonl", [{"document": f"the cat sat on {n}"} for n in range(3)])
    _, result = evaluated({"models": [str(tiny), "lead:2"], "data": data}, settings)
    model, lead = result["results"]
    assert not result["references"]
    assert (model["rougeL"], model["difference"], lead["difference"], lead["retention"]) == (None,) * 4
    assert (model["n"], lead["mean_words"], model["timed_texts"]) == (3, 2, 3)
    assert result["says"][0].startswith("The data has no references, so quality was not judged")
    assert "–" in score_table(result["results"])
    with pytest.raises(DistillError, match="has no column 'gist'"):
        evaluated({"models": ["lead:2"], "data": data, "summary_column": "gist"}, settings)


def test_one_text_is_enough(settings: Settings, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data.jsonl", [{"document": "the cat sat", "summary": "the cat"}])
    _, result = evaluated({"models": ["lead:2", "lead:1"], "data": data}, settings)
    assert result["results"][0]["rougeL"] == {"f": 1.0, "low": 0.0, "high": 1.0}
    assert "No verdict: 1 text cannot tell; it takes at least 20 texts." in result["says"]


def same(found: Any) -> Any:
    """A result without what differs between equal evaluations: what time and the machine say."""
    if isinstance(found, dict):
        return {key: same(value) for key, value in found.items() if key not in VARYING}
    if isinstance(found, list):
        return [same(each) for each in found]
    return found


def test_cut_off_anywhere_it_ends_as_if_it_never_was(
    tiny: Path, tiny_teacher: Path, settings: Settings, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"models": [str(tiny), "lead:=", str(tiny_teacher)], "data": str(articles)}
    whole, expected = evaluated(values, settings)
    plan = EvaluationPlan.from_dict({"beams": 1, "max_new_tokens": 8, **values})
    cut = judging.create(plan, settings)
    keep = writing.Writing._keep
    for allowed in (1, 20, 2):  # within the timed texts, within a batch, within the next model

        def until(self: Any, found: Any, left: list[int] = [allowed]) -> None:  # noqa: B006
            keep(self, found)
            left[0] -= 1
            if not left[0]:
                raise PowerCut

        monkeypatch.setattr(writing.Writing, "_keep", until)
        with pytest.raises(PowerCut):
            judging.carry_out(cut, settings)
    monkeypatch.setattr(writing.Writing, "_keep", keep)
    with cut.answers_file(str(tiny_teacher)).open("a") as file:
        file.write('{"text": 3, "summ')  # torn
    found = judging.carry_out(cut, settings)
    says = [text for text in found["says"] if "timed" not in text]
    assert says == [text for text in expected["says"] if "timed" not in text]
    assert same(found["results"]) == same(expected["results"])
    assert same(cut.cases()) == same(whole.cases())


def test_cancelled_it_keeps_what_is_written(tiny: Path, settings: Settings, articles: Path) -> None:
    plan = EvaluationPlan.from_dict({"models": [str(tiny)], "data": str(articles), "max_new_tokens": 8})
    evaluation = judging.create(plan, settings)
    evaluation.request_stop()
    with pytest.raises(RunConflict, match=r"was cancelled\. python -m distill evaluate --resume"):
        judging.carry_out(evaluation, settings)
    assert evaluation.status()["status"] == "cancelled"
    evaluation.clear_stop()
    assert judging.carry_out(evaluation, settings)["results"][0]["n"] == 40
    assert evaluation.status()["status"] == "finished"
    assert (evaluation.status()["done"], evaluation.status()["total"]) == (40, 40)
    with pytest.raises(RunConflict, match="is finished; it cannot be resumed"):
        evaluation.resume(settings)


def test_it_can_be_cancelled_while_summaries_are_measured(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_data(tmp_path / "data.jsonl", [{"document": f"the cat {n}"} for n in range(500)])
    evaluation = judging.create(EvaluationPlan(("lead:2",), data), settings)
    measured: list[str] = []

    def stopped(summary: str, *rest: Any) -> dict[str, Any]:
        measured.append(summary)
        evaluation.request_stop()
        return measure(summary, *rest)

    monkeypatch.setattr(work, "measure", stopped)
    with pytest.raises(RunConflict, match="was cancelled"):
        judging.carry_out(evaluation, settings)
    assert len(measured) == 200
    assert evaluation.status()["status"] == "cancelled"


def _elsewhere(monkeypatch: pytest.MonkeyPatch, machine: str) -> None:
    monkeypatch.setattr(work, "environment", lambda: {"gpu": machine})


def test_a_finished_one_is_given_again_as_it_was(
    settings: Settings, articles: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left but equivalence, and that only where it could not be measured and now can be."""
    _elsewhere(monkeypatch, "here")
    command = ["evaluate", "lead:5", "lead:3", "--data", str(articles), "--once"]
    _, first, _ = call(*command)
    evaluation = judging.find(first["evaluation_id"], settings)
    _elsewhere(monkeypatch, "there")
    monkeypatch.setattr(work.equivalence, "compare", _cancel)
    resume = ["evaluate", "--resume", evaluation.evaluation_id]
    for again in (command, resume):
        assert call(*again)[:2] == (0, first)
    monkeypatch.setattr(work.equivalence, "Embedder", lambda _: None)  # it is there now
    assert call(*command)[0] == 2
    assert evaluation.status()["status"] == "cancelled"
    assert json.loads(json.dumps(evaluation.result())) == first  # all of it, as long as there is no more
    meanings = {"why": None, "model": "m", "sha256": "s", "calibration": None, "uncalibrated": "few"}
    monkeypatch.setattr(work.equivalence, "compare", lambda *_: meanings)
    _, whole, _ = call(*command)
    assert (whole["equivalence"]["why"], whole["environment"]) == (None, {"gpu": "here"})
    monkeypatch.setattr(work.Work, "_work", _cancel)
    for again in (command, resume):
        code, answer, _ = call(*again)
        assert (code, answer, evaluation.status()["status"]) == (0, whole, "finished")


def _cancel(*_: Any) -> None:
    raise Cancelled


def test_it_was_done_where_its_first_model_wrote(
    tiny: Path, tiny_teacher: Path, settings: Settings, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not where a lead was cut, before anything was loaded that knows of a GPU."""
    models = ["lead:3", str(tiny), str(tiny_teacher)]
    values = {"models": models, "data": str(articles), "limit": 2, "beams": 1, "max_new_tokens": 4}
    evaluation = judging.create(EvaluationPlan.from_dict(values), settings)
    measured = work.Work._measured
    for machine, last in (("first", models[1]), ("second", models[2]), ("third", None)):
        _elsewhere(monkeypatch, machine)

        def until(self: Any, name: str, last: str | None = last) -> Any:
            if name == last:
                raise PowerCut
            return measured(self, name)

        monkeypatch.setattr(work.Work, "_measured", until)
        with pytest.raises(PowerCut) if last else nullcontext():
            judging.carry_out(evaluation, settings)
        assert (evaluation.result() or {})["environment"] == {
            "gpu": "second" if last != models[1] else "first"
        }


def test_it_can_be_taken_away(settings: Settings, tmp_path: Path) -> None:
    rows = [
        {"document": "=1+1 the cat sat", "summary": "the cat"},
        {"document": "a dog ran", "summary": "a dog"},
    ]
    data = write_data(tmp_path / "data.jsonl", rows)
    evaluation, result = evaluated({"models": ["lead:3"], "data": data}, settings)
    table, flat, lines = evaluation.downloads()
    [row] = csv.DictReader(table.open(encoding="utf-8"))
    assert float(row["rougeL"]) == result["results"][0]["rougeL"]["f"]
    first, second = csv.DictReader(flat.open(encoding="utf-8"))
    assert (first["summary"], second["summary"]) == ("'=1+1 the", "a dog ran")  # no formula for a spreadsheet
    assert [json.loads(line)["document"] for line in lines.open(encoding="utf-8")] == [
        "=1+1 the cat sat",
        "a dog ran",
    ]


def test_the_command_and_the_job_write_the_same(call: Call, settings: Settings, articles: Path) -> None:
    options = ["--data", str(articles), "--limit", "3", "--shuffle", "--seed", "5"]
    code, answer, _ = call("evaluate", "lead:5", "lead:3", *options)
    assert code == 0
    found = judging.find(answer["evaluation_id"], settings)
    assert json.loads(json.dumps(found.result())) == answer
    assert found.plan().seed == 5
    code, again, _ = call("evaluate", "--resume", found.evaluation_id)
    assert (code, again["results"]) == (0, answer["results"])
    for given in (["--data", "built-in"], ["--seed", "5"], ["--shuffle"], ["--once"]):
        code, _, errors = call("evaluate", "--resume", found.evaluation_id, *given)
        assert (code, f"leave {given[0].strip('-')} out" in errors) == (2, True)
    with processes.RunLock(settings.home):
        code, _, errors = call("evaluate", "lead:5", *options)
    assert (code, "evaluation is in progress" in errors) == (2, True)


def test_nothing_written_is_nothing_claimed() -> None:
    row = {"n": 0, "model": "m", "failed": [{"text": 1, "why": "x"}]}
    assert describe({"results": [row], "references": True, "conditions": {"texts": 1}}) == [
        "No model has written a summary."
    ]


def _judged(**scores: Sequence[float | None]) -> list[dict[str, Any]]:
    """What is found of models with these scores on the same texts; None is a failure."""
    answers = {name: dict(enumerate(map(_answer, of))) for name, of in scores.items()}
    return results.collect(EvaluationPlan(tuple(scores)), answers, {})


@pytest.mark.parametrize(
    ("scores", "answer"),
    [
        (
            {"a": [0.2, 0.3] * 15, "b": [0.4, 0.6] * 15, "c": [0.1] * 3 + [None] * 27},
            "b is better than a; there is no verdict on c.",
        ),
        (
            {"a": [0.2] * 3, "b": [0.4] * 3, "c": [0.1] * 3},
            "There are too few texts to say which model is better.",
        ),
        (
            {"a": [None] * 30, "b": [0.4, 0.6] * 15},
            "a has written no summary, so nothing was compared with it.",
        ),
        ({"a": [0.2] * 30}, "a was judged alone."),
    ],
)
def test_the_answer_where_models_fail(scores: dict[str, list[float | None]], answer: str) -> None:
    rows = _judged(**scores)
    result = {"results": rows, "references": True, "complete": True, "teacher": "b"}
    assert describe({**result, "conditions": {"texts": 30}})[0] == answer


def test_a_model_that_failed_on_every_text_stands_in_the_table_without_figures() -> None:
    table = score_table(_judged(a=[None, None], teacher=[0.4, 0.6]))
    line, other, *_ = table.splitlines()[1:]
    assert line.split() == ["a", "0", "–", "–", "–", "–"]
    assert other.endswith("100.0%")


def test_what_another_model_wrote_is_neither_continued_nor_taken_for_its_own(
    tiny: Path, tiny_teacher: Path, settings: Settings, articles: Path, tmp_path: Path
) -> None:
    named = tmp_path / "model"
    shutil.copytree(tiny, named)
    plan = EvaluationPlan.from_dict(
        {"models": [str(named)], "data": str(articles), "limit": 2, "max_new_tokens": 8}
    )
    whole = judging.create(plan, settings)
    judging.carry_out(whole, settings)

    def found_again() -> bool:
        found = judging.of_plan(plan, settings)
        return found is not None and found.evaluation_id == whole.evaluation_id

    assert found_again()
    shutil.rmtree(named)
    assert found_again()  # what is gone wrote what it wrote
    shutil.copytree(tiny_teacher, named)
    assert not found_again()
    file = whole.answers_file(str(named))
    file.write_text(file.read_text().splitlines(keepends=True)[0])  # as if it had ended after the first
    (whole.folder / "result.json").unlink()
    with pytest.raises(RunConflict, match="another model than the one that wrote the first 1 summaries"):
        judging.carry_out(whole, settings)
    assert whole.status()["status"] == "failed"


def test_loading_a_model_says_nothing_of_how_long_the_rest_takes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute to load and for the first text, then a second each: 17 of 2 · 10 are left after three."""
    now = [0.0]
    monkeypatch.setattr(work.time, "monotonic", lambda: now[0])
    evaluation = judging.create(EvaluationPlan(("a", "b")), settings)
    progress = work._Progress(evaluation)
    progress.begin(evaluation, ["a", "b"], 10)
    tell = progress.of("a")
    for count, seconds in ((1, 60.0), (2, 61.0), (3, 62.0)):
        now[0] = seconds
        tell(count)
    assert evaluation.status()["eta_seconds"] == pytest.approx(17)
