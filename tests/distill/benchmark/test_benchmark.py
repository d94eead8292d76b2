"""Measuring side by side: same texts, forced lengths, ratios text by text."""

import csv
from pathlib import Path

import pytest

from distill.benchmark import bench, machine, speed_table
from distill.benchmark.bare import BareSubject
from distill.benchmark.cases import Case, Sample, cases, decoding_for, one_token, steps
from distill.benchmark.rows import overheads, ratios
from distill.benchmark.subjects import load
from distill.errors import BadConfig
from models.decoding import Decoding
from models.settings import Settings


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own figures do not matter here."""
    monkeypatch.setattr(machine, "_PATIENCE", 0.0)
    monkeypatch.setattr(machine, "_SIZES", {"cpu": (1000, 100_000)})
    monkeypatch.setattr(machine, "_SIDES", {"cpu": (64,)})


def sample(seconds: float = 2.0, engine: float = 1.5, first: float | None = 0.5) -> Sample:
    """A call of 11 steps that gave 10 tokens."""
    return Sample(seconds, engine, first, steps=11, tokens_in=(7,), tokens_out=(10,))


def test_measures_models_in_turns(tiny: Path, tiny_teacher: Path, settings: Settings) -> None:
    names = [f"{tiny_teacher}@torch", str(tiny)]
    result = bench(names, "built-in", settings, n=3, beams=[1, 2], input_tokens=[32], new_tokens=5)
    assert [(row["model"], row["beams"]) for row in result["rows"]] == [(m, b) for b in (1, 2) for m in names]
    for row in result["rows"]:
        assert (row["n"], row["tokens_in"], row["tokens_out"]) == (3, 32, 5)
        assert row["p5"] is None
        assert row["energy_joules"] is None
        assert (row["ttft"] is None) == (row["beams"] > 1)
        assert row["first_seconds"] > 0
        assert 0 < row["engine_seconds"] <= row["seconds"]
        assert row["threads"] == 1
    assert [row["engine"] for row in result["rows"][:2]] == ["torch", "ctranslate2"]
    for ratio in result["ratios"]:
        assert (ratio["model"], ratio["reference"]) == (names[1], names[0])
        assert ratio["low"] <= ratio["times_faster"] <= ratio["high"]
    assert "(under 20 runs)" in speed_table(result)
    assert result["overheads"] == []
    assert result["files"] == []
    assert result["disturbed"] == bool(result["disturbances"])


def test_each_row_has_its_floor(tiny: Path, settings: Settings) -> None:
    result = bench([str(tiny)], "built-in", settings, n=2, beams=[1, 2], new_tokens=5)
    [machine] = result["limits"]["machine"]
    assert (machine["device"], machine["threads"]) == ("cpu", 1)
    for row, limit in zip(result["rows"], result["limits"]["rows"], strict=True):
        assert (limit["model"], limit["beams"]) == (row["model"], row["beams"])
        assert limit["floor_seconds"] > 0
        assert limit["share"] > 0
    assert "share of the limit" in speed_table(result)


def test_percentiles_come_with_twenty_runs(tiny: Path, settings: Settings) -> None:
    data = settings.home / "texts.jsonl"
    settings.home.mkdir(parents=True)
    data.write_text('{"document": "the cat sat", "summary": "cat"}\n' * 3)
    result = bench([str(tiny)], str(data), settings, n=20, beams=[1], new_tokens=2)
    assert result["conditions"]["different_texts"] == 3
    [row] = result["rows"]
    assert row["n"] == 20
    assert row["p5"] <= row["seconds"] <= row["p95"]


def test_refuses_a_reference_that_is_not_measured(tiny: Path, settings: Settings) -> None:
    with pytest.raises(BadConfig, match="not one of the models"):
        bench([str(tiny)], "built-in", settings, reference="embedded/teacher")


@pytest.mark.parametrize(
    "options", [{"n": 0}, {"n": 10**26}, {"batch": [1, 0]}, {"batch": [10**9, 1]}, {"input_tokens": [0]}]
)
def test_refuses_numbers_that_mean_nothing(options: dict, tiny: Path, settings: Settings) -> None:
    with pytest.raises(BadConfig, match="use whole numbers from 1 to 100,000"):
        bench([str(tiny)], "built-in", settings, **options)


@pytest.mark.parametrize("engine", ["torch", "ctranslate2"])
def test_a_batch_is_one_call(engine: str, tiny: Path, settings: Settings) -> None:
    [subject] = load([f"{tiny}@{engine}"], settings)
    case = Case(beams=2, input_tokens=512, batch=3)
    texts = ["the cat sat", "a dog ran on the mat", "the city"]
    found = subject.call(texts, case, decoding_for(case, 4))
    assert found.tokens_in == tuple(len(subject.summarizer.token_ids(text)) for text in texts)
    assert found.tokens_out == (4, 4, 4)
    assert found.steps == 4
    assert 0 < found.engine_seconds < found.seconds
    assert found.ttft is None


def test_the_bare_library_gives_the_same_tokens(tiny: Path, settings: Settings) -> None:
    [subject] = load([str(tiny)], settings)
    bare = BareSubject(subject)
    for case in (Case(1, 512), Case(3, 8, batch=2)):
        texts = ["the cat sat on the mat and the dog ran", "people in the city"][: case.batch]
        ours, theirs = (who.call(texts, case, decoding_for(case, None)) for who in (subject, bare))
        assert (ours.tokens_in, ours.tokens_out) == (theirs.tokens_in, theirs.tokens_out)


def test_the_bare_library_is_a_row_and_an_overhead_but_no_ratio(
    tiny: Path, tiny_teacher: Path, settings: Settings
) -> None:
    names = [f"{tiny_teacher}@torch", str(tiny)]
    result = bench(names, "built-in", settings, n=2, beams=[1], new_tokens=3, bare=True)
    bare = f"{tiny} (bare library)"
    assert [row["model"] for row in result["rows"]] == [*names, bare]
    assert [row["model"] for row in result["limits"]["rows"]] == [*names, bare]
    assert [ratio["model"] for ratio in result["ratios"]] == [str(tiny)]
    [overhead] = result["overheads"]
    assert overhead["model"] == str(tiny)
    assert overhead["engine"]["median"] <= overhead["whole"]["median"]
    assert "times as long as the bare library" in speed_table(result)


def test_ratios_and_overheads_are_taken_text_by_text(tiny: Path, settings: Settings) -> None:
    [fast] = load([str(tiny)], settings)
    bare, case = BareSubject(fast), Case(4, 512)
    found = {
        "slow": [sample(8.0), sample(9.0), sample(50.0)],
        fast.name: [sample(2.0, 1.0), sample(3.0, 1.5), sample(5.0, 2.5)],
        bare.name: [sample(1.0), sample(1.0), sample(2.5)],
    }
    [ratio] = ratios([fast], found, "slow", case)
    assert ratio["times_faster"] == 4.0  # of 4, 3 and 10; the medians' ratio would be 3
    [overhead] = overheads([fast, bare], found, case)
    assert overhead["engine"]["median"] == 1.0
    assert overhead["whole"]["median"] == 2.0


def test_encoding_is_the_call_for_one_token_less_one_step() -> None:
    found = sample(engine=1.5, first=0.5)
    assert found.step_seconds == pytest.approx(0.1)
    assert found.encode_seconds == pytest.approx(0.4)
    assert found.decode_seconds == pytest.approx(1.1)
    assert found.tokens_per_second == 5.0
    assert sample(first=None).encode_seconds is None
    assert sample(engine=0.4, first=0.5).encode_seconds == 0.5  # noise makes no time negative


def test_the_end_token_is_a_step_unless_the_summary_was_cut() -> None:
    decoding = Decoding(max_new_tokens=10, min_new_tokens=0)
    assert steps([3, 7], decoding) == 8
    assert steps([3, 10], decoding) == 10
    assert steps([3, 7], decoding_for(Case(1, 512), 9)) == 9  # forced: the rest was padding
    assert one_token(decoding) == Decoding(max_new_tokens=1, min_new_tokens=1)


def test_further_batch_sizes_are_measured_with_the_longest_inputs() -> None:
    assert cases([1, 4], [128, 64], [1, 8]) == [
        Case(1, 128, 1), Case(1, 64, 1), Case(4, 128, 1), Case(4, 64, 1), Case(1, 128, 8), Case(4, 128, 8),
    ]  # fmt: skip


def test_a_folder_gets_every_call_the_rows_and_the_plots(
    tiny: Path, settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "folder"
    result = bench(
        [str(tiny)], "built-in", settings, n=2, beams=[1, 2], input_tokens=[8, 16], batch=[1, 2],
        new_tokens=3, out=out,
    )  # fmt: skip
    assert {Path(file).name for file in result["files"]} == {path.name for path in out.iterdir()} == {
        "runs.csv", "rows.csv", "latency_over_input_tokens.png", "latency_over_beams.png",
        "latency_over_batch.png",
    }  # fmt: skip
    calls = list(csv.DictReader((out / "runs.csv").open()))
    assert len(calls) == 6 * 2  # cases times texts
    assert calls[0]["tokens_in"] == "8"
    assert calls[-1]["tokens_in"] == "16 16"
    rows = list(csv.DictReader((out / "rows.csv").open()))
    assert [float(row["seconds"]) for row in rows] == [row["seconds"] for row in result["rows"]]
    assert all(float(row["share"]) > 0 for row in rows)
