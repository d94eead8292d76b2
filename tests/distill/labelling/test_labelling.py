"""Labelling: resumed as uninterrupted, the first good draft of several, what is written."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from distill import data
from distill.data import Example
from distill.errors import BadConfig, Cancelled, DistillError, RunConflict
from distill.labelling import Drafting, label, labels
from distill.labelling.drafts import DraftJournal
from models.decoding import Decoding, Draft, Sampling
from tests.distill.test_cli import Call, call

__all__ = ["call"]  # a fixture

EXAMPLES = [
    Example(f"The cat {number} sat on the mat. Then the dogs ran in.", "Cats." * (number % 2))
    for number in range(10)
]


class FakeTeacher:
    """Writes a draft that depends on all of the call; ends as told on the call of that number."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.calls: list[tuple[Sequence[str], dict[str, Any]]] = []
        self.fails_at = fails_at

    def summarize_many(self, texts: Sequence[str], decoding: Decoding, **options: Any) -> list[list[Draft]]:
        self.calls.append((texts, {"decoding": decoding, **options}))
        if len(self.calls) == self.fails_at:
            raise KeyboardInterrupt
        sampling: Sampling | None = options["sampling"]
        seed = sampling.seed if sampling else 0
        return [
            [Draft(self.draft(text, rank, seed), 1, 1) for rank in range(options["hypotheses"])]
            for text in texts
        ]

    def draft(self, text: str, rank: int, seed: int) -> str:
        return f"{text.split('.')[0]}. Number {rank} {seed}"


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "CHUNK", 4)


def run(out: Path, teacher: Any, drafting: Drafting | None = None, **options: Any) -> dict[str, Any]:
    return label(EXAMPLES, drafting or Drafting("fake"), lambda: teacher, out, **options)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_is_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "labels.jsonl"
    answer = run(out, FakeTeacher())
    assert (answer["written"], answer["rejected"], answer["out"]) == (10, 0, str(out))
    rows = lines(out)
    assert rows[1] == {
        "document": EXAMPLES[1].document,
        "summary": "The cat 1 sat on the mat.",
        "source_summary": "Cats.",
        "model": "fake",
        "hypothesis": 0,
        "rules": {"unfinished": "“Number 0 0” cut"},
    }
    assert "source_summary" not in rows[0]
    assert json.loads((tmp_path / "new" / "labels.report.json").read_text()) == answer["report"]
    assert answer["report"]["rules"]["unfinished"]["repaired"] == 10
    assert data.load(str(out)).rows == [Example(row["document"], row["summary"]) for row in rows]
    names = sorted(path.name for path in out.parent.iterdir())
    assert names == ["labels.drafts.jsonl", "labels.jsonl", "labels.report.json"]


@pytest.mark.parametrize("torn", ["", '{"text": 4, "drafts": ["half', '{"text": 4, "drafts": ["other"]}\n'])
@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_resumed_is_as_uninterrupted(torn: str, fails_at: int, tmp_path: Path) -> None:
    """Whatever an interruption leaves of a chunk is drafted again, with the seed of that chunk."""
    drafting = Drafting("fake", hypotheses=2, sample=True)
    run(tmp_path / "whole.jsonl", FakeTeacher(), drafting)
    out, journal = tmp_path / "again.jsonl", tmp_path / "again.drafts.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run(out, FakeTeacher(fails_at), drafting)
    assert not out.exists()
    with journal.open("a") as file:
        file.write(torn)
    teacher = FakeTeacher()
    run(out, teacher, drafting)
    assert len(teacher.calls) == 3 - (fails_at - 1)
    for name in ("jsonl", "drafts.jsonl", "report.json"):
        assert (tmp_path / f"again.{name}").read_bytes() == (tmp_path / f"whole.{name}").read_bytes()


@pytest.mark.parametrize("torn", ["", '{"model": "fa'])
def test_a_torn_beginning_begins_anew(torn: str, tmp_path: Path) -> None:
    (tmp_path / "labels.drafts.jsonl").write_text(torn)
    assert run(tmp_path / "labels.jsonl", FakeTeacher())["written"] == 10


def test_other_rules_need_no_teacher(tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    run(out, FakeTeacher())

    def absent() -> Any:
        raise AssertionError

    answer = label(EXAMPLES, Drafting("fake"), absent, out, "none")
    assert (answer["written"], answer["report"]["rules"]) == (10, {})
    assert lines(out)[0]["summary"] == "The cat 0 sat on the mat. Number 0 0"
    assert label(EXAMPLES, Drafting("fake"), absent, out, "length:fewest=50")["rejected"] == 10
    assert lines(out) == []


def test_what_another_model_of_the_name_has_drafted_is_not_continued(tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    run(out, FakeTeacher(), Drafting("fake", model_sha256="one"))
    run(out, FakeTeacher(), Drafting("fake", model_sha256="one"), wanted="none")
    run(out, FakeTeacher(), Drafting("fake"), wanted="none")  # the model is gone
    with pytest.raises(RunConflict, match=r"another labelling \(different: model_sha256\)"):
        run(out, FakeTeacher(), Drafting("fake", model_sha256="two"))


def test_the_first_draft_that_passes_is_taken(tmp_path: Path) -> None:
    class Untruthful(FakeTeacher):
        def draft(self, text: str, rank: int, seed: int) -> str:
            number = int(text.split()[2])
            return f"The cat {number + max(0, number % 3 - rank)} sat on the mat."

    answer = run(tmp_path / "labels.jsonl", Untruthful(), Drafting("fake", hypotheses=2), wanted="numbers")
    rows = lines(tmp_path / "labels.jsonl")
    assert [row["hypothesis"] for row in rows] == [0, 1, 0, 1, 0, 1, 0]
    assert [int(row["document"].split()[2]) for row in rows] == [0, 1, 3, 4, 6, 7, 9]
    assert (answer["written"], answer["rejected"]) == (7, 3)
    # 10 first drafts, of which 6 are wrong; of the second ones those of 2, 5 and 8 still are.
    counts = answer["report"]["rules"]["numbers"]
    assert (answer["report"]["drafts"], counts["accepted"], counts["rejected"]) == (16, 7, 9)


def test_sampling_has_a_seed_of_its_own_for_each_chunk(tmp_path: Path) -> None:
    teacher = FakeTeacher()
    run(
        tmp_path / "labels.jsonl",
        teacher,
        Drafting("fake", beams=4, hypotheses=3, sample=True, temperature=0.7, seed=5),
    )
    given = [options for _, options in teacher.calls]
    assert [options["sampling"].seed for options in given] == [5, 9, 13]
    assert {options["sampling"].temperature for options in given} == {0.7}
    assert {(options["decoding"].beams, options["hypotheses"]) for options in given} == {(1, 3)}


def test_a_text_no_model_takes_is_left_out(tmp_path: Path) -> None:
    examples = [EXAMPLES[0], Example("\u200b", ""), EXAMPLES[1]]
    teacher: Any = FakeTeacher()
    answer = label(examples, Drafting("fake"), lambda: teacher, tmp_path / "labels.jsonl")
    assert (answer["written"], answer["rejected"], answer["report"]["drafts"]) == (2, 1, 2)


def _change_model(out: Path) -> None:
    run(out, FakeTeacher(), Drafting("other", beams=2))


def _put_a_file(out: Path) -> None:
    out.write_text("mine")


def _put_odd_drafts(out: Path) -> None:
    out.with_suffix(".drafts.jsonl").write_text('{"mine": 1}\n')


def _put_a_line_without_an_end(out: Path) -> None:
    out.with_suffix(".drafts.jsonl").write_text('{"mine": 1}')


def _put_a_report(out: Path) -> None:
    out.with_suffix(".report.json").write_text("mine")


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (_change_model, r"different: model, beams\)"),
        (_put_a_file, "exists already"),
        (_put_odd_drafts, "is not a file of drafts"),
        (_put_a_line_without_an_end, "is not a file of drafts"),
        (_put_a_report, r"labels\.report\.json exists already"),
    ],
)
def test_anothers_files_are_left_alone(before: Callable[[Path], None], words: str, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    before(out)
    there = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(RunConflict, match=words):
        run(out, FakeTeacher())
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == there


def test_one_labelling_at_a_time_writes_a_file(tmp_path: Path) -> None:
    with DraftJournal(tmp_path / "labels.drafts.jsonl"), pytest.raises(RunConflict, match="Another"):
        run(tmp_path / "labels.jsonl", FakeTeacher())


@pytest.mark.parametrize(("name", "rules"), [("labels.csv", "all"), ("labels.jsonl", "nonsense")])
def test_wrong_settings_cost_nothing(name: str, rules: str, tmp_path: Path) -> None:
    teacher = FakeTeacher()
    with pytest.raises(BadConfig):
        run(tmp_path / name, teacher, wanted=rules)
    assert not teacher.calls
    assert not list(tmp_path.iterdir())


def test_label_with_a_real_model(
    call: Call, tiny: Path, articles: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    out = tmp_path / "labels.jsonl"
    options = ["--data", str(articles), "--out", str(out), "--limit", "6", "--rules", "none"]
    code, answer, errors = call("label", str(tiny), *options, "--beams", "2", "--hypotheses", "2")
    assert (code, answer["written"], answer["rejected"]) == (0, 6, 0), errors
    assert set(answer) >= {"written", "rejected", "report", "out"}
    assert "6 of 6 texts" in caplog.text
    assert [len(line["drafts"]) for line in lines(tmp_path / "labels.drafts.jsonl")[1:]] == [2] * 6
    assert len(data.load(str(out)).rows) == 6
    order = []
    for name in ("one", "two"):
        options[3] = str(tmp_path / f"{name}.jsonl")
        assert call("label", str(tiny), *options, "--shuffle")[0] == 0
        order.append([row.document for row in data.load(options[3]).rows])
    documents = [row.document for row in data.load(str(articles)).rows]
    assert order[0] == order[1] != documents[:6]
    assert set(order[0]) < set(documents)


def test_a_teacher_that_cannot_be_had_is_told_before_the_data_is_read(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "load", lambda *_, **__: pytest.fail("read"))
    code, _, errors = call("label", "/no/model", "--data", "built-in", "--out", str(tmp_path / "a.jsonl"))
    assert code == 2
    assert "/no/model" in errors
    assert not list(tmp_path.glob("*.jsonl"))


def test_stopped_between_batches_it_goes_on_from_there(tmp_path: Path) -> None:
    class Telling(FakeTeacher):
        def summarize_many(self, texts: Sequence[str], decoding: Decoding, **options: Any) -> Any:
            options["on_done"](len(texts))
            return super().summarize_many(texts, decoding, **options)

    def stop(count: int) -> None:
        if len(teacher.calls) == 2:
            raise Cancelled

    teacher, out = Telling(), tmp_path / "labels.jsonl"
    with pytest.raises(Cancelled):
        run(out, teacher, on_done=stop)
    assert not out.exists()
    assert run(out, teacher)["written"] == 10
    assert [len(texts) for texts, _ in teacher.calls] == [4, 4, 2]


@pytest.mark.parametrize("wrong", [{"temperature": 0.0, "sample": True}, {"hypotheses": 9}, {"beams": 99}])
def test_how_the_teacher_writes_is_checked_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(DistillError):
        Drafting("fake", **wrong)


def test_a_journal_without_drafts_is_another_labellings_too(tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run(out, FakeTeacher(fails_at=1), Drafting("other"))
    run(out, FakeTeacher())
    assert {line["model"] for line in lines(out)} == {"fake"}
