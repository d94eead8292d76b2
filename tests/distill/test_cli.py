"""The command line: help, one JSON object last on stdout, one clear line for what a user can mend."""

import errno
import json
import os
import runpy
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from distill import judging, runs
from distill.cli import main
from distill.config import RunConfig
from distill.jobs.processes import RunLock
from distill.judging import EvaluationPlan
from models.decoding import Usual
from models.folders.inspection import inspect
from models.settings import Settings

COMMANDS = (
    "check",
    "train",
    "finetune",
    "pretrain",
    "label",
    "figurative",
    "compare",
    "search",
    "resume",
    "cancel",
    "runs",
    "name",
    "trash",
    "evaluate",
    "votes",
    "report",
    "bench",
    "bench-train",
    "bench-startup",
    "agree",
    "export",
    "fresh",
    "retokenize",
    "work",
)
Call = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def call(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Call:
    """Runs a command; gives its exit code, its JSON and what it wrote to stderr."""
    monkeypatch.setenv("STUDIO_HOME", str(settings.home))

    def run(*arguments: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = main(arguments)
        output = capsys.readouterr()
        lines = output.out.splitlines()
        return code, json.loads(lines[-1]) if lines else None, output.err

    return run


@pytest.fixture
def training(values: dict[str, Any]) -> list[str]:
    """Options of a training of two steps."""
    few = {**values, "max_steps": 2, "save_steps": 1, "validation_examples": 1}
    named = {"student", "data", "teacher", "max_steps"}
    options = [part for name in few.keys() - named for part in ("--set", f"{name}={few[name]}")]
    return ["--student", few["student"], "--data", few["data"], "--max-steps", "2", *options]


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=str)
def test_help(command: tuple[str, ...], capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as left:
        main([*command, "--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: python -m distill")
    assert len(text.splitlines()) > 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--student", "s"], "No teacher was named: give --teacher, or use `finetune`"),
        (["train", "--teacher", "t"], "No student was named"),
        (["train", "--teacher", "t", "--student", "s", "--set", "alpha"], "--set 'alpha' has no value"),
        (
            ["train", "--teacher", "t", "--student", "s", "--set", "alpha=2"],
            "alpha is 2.0; use a value",
        ),
        (["train", "--teacher", "t", "--student", "s", "--set", "alhpa=1"], "Did you mean alpha?"),
        (["train", "--teacher", "t", "--student", "s", "--preset", "x"], "preset is 'x'; use one of report"),
        (["train", "--teacher", "t", "--student", "s", "--config", "/no/file"], "/no/file cannot be read"),
        (["finetune", "--student", "/no/model"], "There is no folder '/no/model'"),
        (["finetune", "--student", "TINY", "--data", "/no/data.csv"], "There is no data '/no/data.csv'"),
        (["finetune", "--student", "layers:1+1"], "is cut from a teacher: name one"),
        (["finetune", "--student", "BERT"], "encoder-only"),
        (["train", "--teacher", "TINY", "--student", "layers:9+9"], "asks for 9 encoder layers"),
        (["finetune", "--student", "s", "--set", "reward_rules=all"], "reward_rules cannot have duplicate"),
        (
            ["check", "TINY", "TINY", "--set", "reward_rules=lenght"],
            "reward_rules: There is no rule 'lenght'",
        ),
        (["resume", "nope"], "There is no run 'nope'"),
        (["work", "run", "nope"], "There is no run 'nope'"),
        (["work", "comparison", "nope"], "There is no comparison 'nope'"),
        (["work", "evaluation", "nope"], "There is no evaluation 'nope'"),
        (["export", "nope", "/tmp/x"], "There is no run 'nope'"),
        (["evaluate", "/no/model", "--data", "built-in"], "There is no folder '/no/model'"),
        (["evaluate", "TINY", "--data", "/no/data.csv"], "There is no data"),
        (
            ["evaluate", "TINY", "--data", "built-in", "--teacher", "t"],
            "The teacher t is not among the models",
        ),
        (["evaluate", "TINY", "--data", "built-in", "--beams", "99"], "beams is 99"),
        (["evaluate", "TINY", "/no/model", "--data", "/no/data"], "There is no folder '/no/model'"),
        (["bench", "TINY", "--out", "FILE"], "cannot be used as a folder to write to"),
        (["bench", "TINY", "TINY"], "is named twice"),
        (["fresh", "/tmp"], "Give either --data"),
        (["fresh", "NEW", "--tokenizer", "EMPTY"], "has no tokenizer (tokenizer.json"),
        (["fresh", "/tmp", "--tokenizer", "TINY"], "/tmp exists already; name a new folder"),
        (["fresh", "NEW", "--tokenizer", "TINY", "--width", "8"], "width is 8; use 64 or more"),
        (["fresh", "NEW", "--tokenizer", "TINY", "--seed", "9" * 26], "use a value from 0 to 4,294,967,295"),
        (["fresh", "NEW", "--tokenizer", "TINY", "--seed", "-1"], "seed is -1; use a value from 0"),
    ],
)
def test_what_a_user_can_mend_is_one_line(
    arguments: list[str], words: str, call: Call, tiny: Path, bert: Path, tmp_path: Path
) -> None:
    places = {"TINY": str(tiny), "BERT": str(bert), "NEW": str(tmp_path / "new"), "FILE": __file__}
    places["EMPTY"] = str(tmp_path)
    code, answer, errors = call(*(places.get(argument, argument) for argument in arguments))
    last = [line for line in errors.splitlines() if line.strip()][-1]
    assert code == 2
    assert answer is None
    assert words in last
    assert "Traceback" not in errors


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "1000000001", "9" * 26])
def test_a_number_that_counts_nothing(number: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as left:
        main(["fresh", "/no/folder", "--data", "built-in", "--vocabulary", number])
    assert left.value.code == 2
    assert f"'{number}' is not a whole number from 1 to 1,000,000,000" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["label", "/no/model", "--data", "/no/data", "--out", "FILE/a.jsonl"],
        ["refine", "--reader", "/no/model", "--data", "/no/data", "--out", "FILE/a.jsonl"],
        ["compare", "--teacher", "/no/model", "--student", "/no/model", "--out", "FILE"],
        ["report", "nope", "--out", "FILE/a.html"],
        ["fresh", "FILE/new", "--data", "/no/data"],
        ["retokenize", "/no/model", "FILE/new", "--tokenizer", "/no/model"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_where_to_write_is_checked_before_anything_is_read(
    arguments: list[str], call: Call, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    code, _, errors = call(*(part.replace("FILE", str(tmp_path / "file")) for part in arguments))
    assert (code, errors) == (
        2,
        f"{tmp_path / 'file'} cannot be used as a folder to write to: File exists.\n",
    )
    assert not list(settings.home.glob("comparisons/*"))


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "is not JSON"), ("[]", "must hold one JSON object"), ("[" * 100_000, "is nested too deep"),
     ('{"student": ' + '{"a": ' * 100_000, "is nested too deep"),
     ('\ufeff{"student": "s", "colour": 1}', "There is no setting 'colour'")],
)  # fmt: skip
def test_a_settings_file_that_is_none(text: str, words: str, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)
    code, _, errors = call("finetune", "--config", str(file))
    assert (code, words in errors) == (2, True)


def test_the_settings_are_listed(call: Call) -> None:
    code, answer, _ = call("settings")
    assert code == 0
    rows = {row["name"]: row for row in answer["settings"]}
    assert rows["alpha"] == {
        "name": "alpha",
        "default": 0.7,
        "help": "weight of the soft term, 0 to 1",
        "allowed": "0 to 1",
    }
    assert rows["task"]["allowed"] == "summarize, extract, lead, copy"


def test_a_busy_studio(call: Call, settings: Settings, tiny: Path) -> None:
    with RunLock(settings.home):
        code, answer, errors = call("finetune", "--student", str(tiny))
    assert (code, answer) == (2, None)
    assert "evaluation is in progress. Wait for it to end, or cancel it first." in errors
    assert call("runs") == (0, {"runs": []}, "")


def test_a_home_that_cannot_be_written(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "file" / "home"))
    for command in (("finetune", "--student", "s"), ("runs",), ("check", "a", "b")):
        code, answer, errors = call(*command)
        assert (code, answer) == (2, None)
        assert errors == (
            f"{tmp_path / 'file' / 'home'} cannot be made: Not a directory. Set STUDIO_HOME to a folder of"
            " yours.\n"
        )


def test_settings_come_from_the_file_then_the_options_then_the_pairs(
    call: Call, settings: Settings, tmp_path: Path
) -> None:
    from distill import runs

    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"student": "/no/a", "max_steps": 5, "alpha": 0.1, "beams": 2}))
    pairs = ["--set", "alpha=0.3", "--set", "data=built-in"]
    call("finetune", "--config", str(file), "--max-steps", "6", *pairs)
    [run] = runs.all_runs(settings)
    config = run.config()
    assert (config.max_steps, config.alpha, config.beams, config.student) == (6, 0.3, 2, "/no/a")
    assert run.status().status == "failed"
    assert "There is no folder '/no/a'" in run.status().message


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_an_error_nobody_thought_of_is_one_line_too(
    debug: list[str], call: Call, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyError("odd\nthing")

    monkeypatch.setattr("distill.data.load_unseen", fail)
    code, answer, errors = call(*debug, "evaluate", str(tiny), "--data", "built-in")
    assert (code, answer) == (1, None)
    last = errors.splitlines()[-1]
    assert last.startswith("This should not have happened: KeyError: 'odd")
    assert ("Traceback" in errors) == bool(debug)
    assert debug or len(errors.splitlines()) == 1


def test_the_libraries_find_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub is told nothing, and threads that wait do not keep their cores."""
    for name in ("HF_HUB_DISABLE_TELEMETRY", "GOMP_SPINCOUNT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["distill", "--help"])
    with pytest.raises(SystemExit):
        runpy.run_module("distill", run_name="__main__")
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert os.environ["GOMP_SPINCOUNT"] == "1000"


def test_check_reads_the_columns_it_is_told(
    call: Call, tiny_teacher: Path, tiny: Path, tmp_path: Path
) -> None:
    data = tmp_path / "odd.jsonl"
    data.write_text('{"note": "the cat sat", "gist": "cat"}\n' * 2)
    names = [str(tiny_teacher), str(tiny), "--data", str(data)]
    assert "no column that looks like the document" in call("check", *names)[2]
    code, answer, _ = call("check", *names, "--document-column", "note", "--summary-column", "gist")
    assert (code, len(answer["estimate"]["rougeL"])) == (0, 2)


def test_check(call: Call, tiny_teacher: Path, tiny: Path, bert: Path) -> None:
    code, answer, _ = call("check", str(tiny_teacher), str(tiny))
    assert code == 0
    assert set(answer) == {"compatible", "problems", "warnings", "estimate", "data"}
    assert answer["compatible"] is True
    code, answer, _ = call(
        "check", str(tiny_teacher), str(tiny), "--set", "method=relation", "--set", "relation_heads=5"
    )
    assert (code, [each["code"] for each in answer["problems"]]) == (2, ["relation_heads"])
    code, answer, _ = call("check", str(tiny_teacher), str(bert))
    assert code == 2
    assert answer["compatible"] is False
    assert set(answer["problems"][0]) == {"code", "message", "remedy"}


def test_train_list_resume_export(
    call: Call, training: list[str], tiny_teacher: Path, tiny: Path, tmp_path: Path
) -> None:
    code, answer, _ = call("train", "--teacher", str(tiny_teacher), *training)
    assert code == 0
    assert set(answer) == {"run_id", "folder", "student", "steps", "metrics", "verdict"}
    assert answer["steps"] == 2
    assert {"loss", "soft", "hard"} <= set(answer["metrics"])
    run_id = answer["run_id"]
    assert [run["run_id"] for run in call("runs")[1]["runs"]] == [run_id]
    code, _, errors = call("resume", run_id)
    assert (code, f"{run_id} is finished" in errors) == (2, True)
    folder = tmp_path / "out" / "mine"
    assert call("export", run_id, str(folder))[:2] == (0, {"folder": str(folder)})
    _check_export(folder, Path(answer["student"]))
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    assert {path.stat().st_mode & 0o777 for path in Path(answer["student"]).iterdir()} == {0o644}
    for option, value, words in (
        ("--shard-size", "9XB", "9MB or 2GB"),
        ("--shortest", "-3", "shortest is -3; use a whole number from 0 to 512"),
        ("--no-repeat-ngram", "11", "no_repeat_ngram is 11; use a whole number from 0 to 10"),
        ("--length-penalty", "5.5", "length_penalty is 5.5; use a number from -5 to 5"),
        ("--length-penalty", "nan", "length_penalty is nan; use a number from -5 to 5"),
        ("--input-tokens", "7", "input_tokens is 7; use a whole number from 8 to 512"),
        ("--start-share", "1", "start_share is 1; use a number above 0 and below 1"),
    ):
        code, _, errors = call("export", run_id, str(tmp_path / "wrong"), option, value)
        assert (code, words in errors, (tmp_path / "wrong").exists()) == (2, True, False)
    assert "is not running: it is finished" in call("cancel", run_id)[2]
    code, _, errors = call("export", run_id, str(folder))
    assert (code, "is not empty; name a new folder" in errors) == (2, True)
    (tmp_path / "file").touch()
    code, _, errors = call("export", run_id, str(tmp_path / "file"))
    assert (code, errors) == (2, f"{tmp_path / 'file'} is a file; name a new folder.\n")
    code, _, errors = call("export", run_id, str(tmp_path / "file" / "in"))
    assert (code, errors.startswith(f"{tmp_path / 'file'}"), "Errno" in errors) == (2, True, False)
    _check_damage(call, run_id, Path(answer["student"]), tmp_path / "damaged")


def test_once_it_continues_the_run_of_the_same_settings_and_then_only_tells(
    call: Call, training: list[str], tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    once = ["train", "--once", "--teacher", str(tiny_teacher), *training]
    with monkeypatch.context() as patch:
        patch.setattr("distill.training.work.judge", broken)
        assert call(*once)[0] == 2
    [failed] = call("runs")[1]["runs"]
    code, answer, _ = call(*once)
    assert (code, answer["run_id"], failed["status"]) == (0, failed["run_id"], "failed")
    assert call(*once)[:2] == (0, answer)
    assert call(*once, "--set", "seed=1")[1]["run_id"] != answer["run_id"]
    assert len(call("runs")[1]["runs"]) == 2


def test_once_other_data_or_another_model_of_the_name_make_another_run(
    call: Call, training: list[str], tiny_teacher: Path, articles: Path, tmp_path: Path
) -> None:
    teacher, data = tmp_path / "teacher", tmp_path / "data.jsonl"
    shutil.copytree(tiny_teacher, teacher)
    shutil.copy(articles, data)
    given = [str(data) if word == str(articles) else word for word in training]
    assert str(data) in given
    once, found = ["train", "--once", "--teacher", str(teacher), *given], []
    for change in (None, data, teacher / "generation_config.json"):
        if change is data:
            data.write_text("".join(data.read_text().splitlines(keepends=True)[:-1]))
        elif change:
            change.open("a").write("\n")
        found.append(call(*once)[1]["run_id"])
        assert call(*once)[1]["run_id"] == found[-1]
    assert len(set(found)) == 3
    shutil.rmtree(teacher)
    assert call(*once)[1]["run_id"] == found[-1], "what is gone has not changed"


def test_once_a_run_of_a_comparison_or_of_an_older_version_is_another_one(
    settings: Settings, tiny: Path
) -> None:
    config = RunConfig.from_dict({"student": str(tiny)})
    mine, part, older = (runs.create(config, settings) for _ in range(3))
    part.update(part_of="comparison 1 · logit · 42")
    (older.folder / "config.json").write_text('{"student": "s", "colour": 1}')
    found = runs.of_settings(config, settings)
    assert found
    assert found.run_id == mine.run_id
    assert runs.of_settings(RunConfig.from_dict({"student": str(tiny), "seed": 1}), settings) is None


def test_once_an_evaluation_is_continued_and_nothing_is_summarised_twice(
    call: Call, settings: Settings, tiny: Path, articles: Path
) -> None:
    once = ["evaluate", "--once", str(tiny), "--data", str(articles), "--limit", "2"]
    plan = EvaluationPlan.from_dict({"models": [str(tiny)], "data": str(articles), "limit": 2})
    begun = judging.create(plan, settings)
    begun.request_stop()  # as a cancelled one is left
    code, answer, _ = call(*once)
    assert (code, answer["evaluation_id"], answer["complete"]) == (0, begun.evaluation_id, True)
    written = begun.answers_file(str(tiny)).stat().st_mtime_ns
    assert call(*once)[1]["results"] == answer["results"]
    assert begun.answers_file(str(tiny)).stat().st_mtime_ns == written
    assert call(*once[:-1], "1")[1]["evaluation_id"] != begun.evaluation_id


def _check_damage(call: Call, run_id: str, student: Path, folder: Path) -> None:
    """Other weights are not handed over; of other files that are broken the name is told."""
    settings, weights = student / "generation_config.json", student / "model.safetensors"
    for file, content, words in (
        (settings, b"[1]", "generation_config.json must hold one JSON object"),
        (weights, weights.read_bytes()[:-1] + b"\x07", "model.safetensors has changed since it was written"),
    ):
        before = file.read_bytes()
        file.write_bytes(content)
        code, _, errors = call("export", run_id, str(folder))
        assert (code, words in errors, folder.exists()) == (2, True, False)
        file.write_bytes(before)


def _check_export(folder: Path, trained: Path) -> None:
    exported, own = (AutoModelForSeq2SeqLM.from_pretrained(place) for place in (folder, trained))
    for name, weight in own.state_dict().items():
        assert torch.equal(exported.state_dict()[name], weight)
    assert AutoTokenizer.from_pretrained(folder)("the cat").input_ids[-1] == 1
    card = (folder / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: transformers\n")
    for words in (
        "# mine",
        "Distilled from",
        "summarize: ",
        "| student after |",
        "| teacher |",
        "data_sha256",
    ):
        assert words in card
    assert "`/" not in card
    assert '"/' not in card


def test_export_in_half_precision(call: Call, training: list[str], tmp_path: Path) -> None:
    _, answer, _ = call("finetune", *training)
    options = ["--dtype", "bfloat16", "--shortest", "40", "--no-repeat-ngram", "8", "--length-penalty", "0.5"]
    options += ["--input-tokens", "77"]
    assert call("export", answer["run_id"], str(tmp_path / "half"), *options)[0] == 0
    model = AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "half")
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}
    own = model.generation_config
    assert (own.min_new_tokens, own.no_repeat_ngram_size, own.length_penalty) == (40, 8, 0.5)
    info = inspect(tmp_path / "half")
    assert (info.usual, info.input_tokens) == (Usual(40, 8, 0.5), 77)
    assert "Trained on labels" in (tmp_path / "half" / "README.md").read_text()


def test_another_vocabulary(call: Call, tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    code, answer, _ = call("retokenize", str(tiny), str(folder), "--tokenizer", str(tiny))
    assert (code, answer["given"]) == (0, {})
    assert (folder / "tokenizer.json").read_bytes() == (tiny / "tokenizer.json").read_bytes()
    code, _, errors = call("retokenize", str(tiny), str(folder), "--tokenizer", str(tiny))
    assert (code, "exists already" in errors) == (2, True)
    code, _, errors = call("retokenize", str(tiny), "NEW", "--tokenizer", str(tiny), "--renamed", "#")
    assert (code, "write the piece's old name" in errors) == (2, True)


def test_fresh_then_pretrain(
    call: Call, training: list[str], tiny: Path, articles: Path, tmp_path: Path
) -> None:
    shape = [
        "--width",
        "64",
        "--inner",
        "64",
        "--encoder-layers",
        "2",
        "--decoder-layers",
        "1",
        "--heads",
        "2",
    ]
    folder = tmp_path / "new" / "model"
    code, answer, _ = call("fresh", str(folder), "--tokenizer", str(tiny), *shape)
    assert code == 0
    assert answer["folder"] == str(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    training[training.index("--student") + 1] = str(folder)
    code, answer, _ = call("pretrain", *training)
    assert code == 0
    assert set(answer["metrics"]) >= {"loss", "hard"}
    code, _, _ = call("fresh", str(tmp_path / "own"), "--data", str(articles), "--vocabulary", "60", *shape)
    assert code == 0
    assert AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "own").config.vocab_size == 64


def test_evaluate(call: Call, tiny: Path, tiny_teacher: Path, articles: Path) -> None:
    names = [str(tiny), str(tiny_teacher)]
    options = ["--data", str(articles), "--limit", "2", "--beams", "1"]
    code, answer, _ = call("evaluate", *names, *options, "--teacher", names[1])
    assert code == 0
    assert [result["model"] for result in answer["results"]] == names
    wanted = {"n", "rouge1", "rouge2", "rougeL", "rougeLsum", "retention", "novel_bigrams"}
    wanted |= {"repeated_trigrams", "mean_tokens"}
    for result in answer["results"]:
        assert wanted <= set(result)
        assert result["n"] == 2
        assert set(result["rougeL"]) == {"f", "low", "high"}
    scores = {
        call("evaluate", names[0], "lead:5", *options, "--shuffle", "--seed", seed)[1]["results"][1][
            "rougeL"
        ]["f"]
        for seed in "1123"
    }
    assert len(scores) > 1  # other texts by another seed


def test_a_limit_below_one_is_refused(call: Call, tiny: Path, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit, match="2"):
        call("evaluate", str(tiny), "--data", "built-in", "--limit", "0")
    assert "argument --limit" in capsys.readouterr().err


def test_a_run_is_named_thrown_away_and_brought_back(call: Call, settings: Settings) -> None:
    run = runs.create(RunConfig(student="embedded/original"), settings)
    needing = runs.create(RunConfig(student="embedded/original", teacher=f"run:{run.run_id}"), settings)
    for each in (run, needing):
        each.update(status="finished")
    given = {"run_id": run.run_id, "name": "Small", "note": "why"}
    assert call("name", run.run_id, "Small", "--note", "why")[:2] == (0, given)
    assert call("name", f"run:{run.run_id}")[1] == given
    assert [(each["name"], each["note"]) for each in call("runs")[1]["runs"]] == [("", ""), ("Small", "why")]
    code, _, said = call("trash", "put", run.run_id)
    assert code == 2
    assert f"is needed by run {needing.run_id}" in said
    assert call("trash", "put", run.run_id, "--force")[1]["needed_by"] == [f"run {needing.run_id}"]
    assert [each["id"] for each in call("trash", "list")[1]["trash"]] == [run.run_id]
    assert call("trash", "restore", run.run_id)[:2] == (0, {"folder": str(run.folder)})
    assert call("trash", "put", needing.run_id)[0] == 0
    assert [each["id"] for each in call("trash", "empty")[1]["deleted"]] == [needing.run_id]
    code, _, said = call("trash", "restore", needing.run_id)
    assert (code, said.count("\n")) == (2, 1)
    assert [each["run_id"] for each in call("runs")[1]["runs"]] == [run.run_id]
