"""References refined by rules: what is written, what they are compared with, what is left alone."""

import json
from pathlib import Path

import pytest

from distill import data
from distill.data import Example
from distill.errors import BadConfig, RunConflict
from distill.labelling import refine_references
from tests.distill.test_cli import Call, call

__all__ = ["call"]  # a fixture

RULES = "support:share=0.9"
EXAMPLES = [
    Example("The cat sat there. The dogs came later.", "There sat the cat. Dogs came."),
    Example("The cat sat there. Dogs came.", "Horses ran."),
]


def test_what_is_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "refined.jsonl"
    answer = refine_references(EXAMPLES, out, RULES, seen=lambda text: text.split(".")[0])
    assert (answer["written"], answer["rejected"], answer["out"]) == (1, 1, str(out))
    assert [json.loads(line) for line in out.read_text().splitlines()] == [
        {
            "document": EXAMPLES[0].document,
            "summary": "There sat the cat.",
            "rules": {"support": "1 of 2 sentences not in the text"},
        }
    ]
    assert json.loads((tmp_path / "new" / "refined.report.json").read_text()) == answer["report"]
    assert data.load(str(out)).rows == [Example(EXAMPLES[0].document, "There sat the cat.")]


@pytest.mark.parametrize("name", ["refined.jsonl", "refined.report.json"])
def test_anothers_file_is_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(RunConflict, match=f"{name} exists already"):
        refine_references(EXAMPLES, tmp_path / "refined.jsonl")
    with pytest.raises(BadConfig, match=r"\.jsonl"):
        refine_references(EXAMPLES, tmp_path / "refined.csv")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_refine_refuses_a_reader_of_too_few_tokens(call: Call, tiny: Path, tmp_path: Path) -> None:
    options = ("--out", str(tmp_path / "a.jsonl"), "--reader", str(tiny), "--input-tokens", "7")
    code, _, errors = call("refine", "--data", "built-in", *options)
    assert (code, errors) == (2, "--input-tokens is 7; use 8 or more.\n")


def test_refine_compares_with_what_the_reader_reads(
    call: Call, tiny: Path, articles: Path, tmp_path: Path
) -> None:
    counts = []
    for number, options in enumerate([(), ("--reader", str(tiny), "--input-tokens", "16")]):
        out = tmp_path / f"{number}.jsonl"
        _, answer, _ = call(
            "refine", "--data", str(articles), "--out", str(out), "--rules", "support:share=0.5", *options
        )
        counts.append(answer["written"])
    assert counts[0] > counts[1]
