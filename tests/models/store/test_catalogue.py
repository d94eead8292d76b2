import dataclasses
import json
from pathlib import Path

import pytest

from models.errors import BadRequest, ModelUnavailable
from models.settings import Settings
from models.store import catalogue
from models.store.catalogue import column_names, names, newest_student, resolve, split_engine


def student(settings: Settings, run: str) -> Path:
    folder = settings.runs / run / "student"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    return folder


def test_columns_of_each_set(settings: Settings) -> None:
    assert column_names(settings)["distilled"] == "embedded/distilled"
    t5 = dataclasses.replace(settings, model_set="t5")
    assert column_names(t5) == {"original": "t5/original", "teacher": "t5/teacher", "distilled": None}
    for there in ("me/mine", str(settings.home.parent)):
        assert column_names(dataclasses.replace(t5, distilled_model=there))["distilled"] == "t5/distilled"
    assert column_names(dataclasses.replace(t5, distilled_model="/not/there"))["distilled"] is None


def test_a_candidate_of_a_search_is_a_model_once_it_was_made(settings: Settings) -> None:
    folder = settings.searches / "20260101-a" / "students" / "3"
    with pytest.raises(ModelUnavailable, match=r"There is no search:20260101-a/3: .*“Distil this one”"):
        resolve("search:20260101-a/3", settings)
    folder.mkdir(parents=True)
    closed = dataclasses.replace(settings, allow_custom_models=False, visitor=True)
    assert resolve("search:20260101-a/3", closed).local == folder
    for name in ("search:../3", "search:20260101-a/../3", "search:20260101-a/3/..", "search:/3"):
        with pytest.raises(ModelUnavailable, match="There is no"):
            resolve(name, closed)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "", '{"teacher": 5}'])
def test_a_run_whose_files_are_damaged_is_nobody_s_newest_student(settings: Settings, text: str) -> None:
    folder = student(settings, "20250101-a").parent
    (folder / "status.json").write_text('{"status": "finished"}')
    (folder / "lineage.json").write_text(text)
    assert newest_student("t5/teacher", settings) is None


def test_names_start_with_the_set_in_use_and_end_with_runs(settings: Settings) -> None:
    student(settings, "20250101-a")
    (settings.runs / "unfinished" / "student").mkdir(parents=True)
    t5 = dataclasses.replace(settings, model_set="t5", distilled_model="me/mine")
    found = names(t5)
    assert found[:4] == ["t5/original", "t5/teacher", "t5/distilled", "embedded/original"]
    assert found[-2:] == ["embedded/distilled", "run:20250101-a"]
    assert "t5/distilled" not in names(settings)


def test_hub_models_of_the_t5_set_are_pinned(settings: Settings) -> None:
    spec = resolve("t5/teacher", settings)
    assert (spec.source, spec.role, spec.local) == ("google-t5/t5-base", "teacher", None)
    assert spec.revision == "a9723ea7f1b39c1eae772870f3b547bf6ef7e6c1"
    assert spec.cache == settings.home / "hub"
    assert resolve("google-t5/t5-small", settings).revision == "df1b051c49625cf57a3d0d8d3863ed4d13564fe4"


def test_embedded_resolves_to_its_folder_or_says_it_is_missing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "EMBEDDED", tmp_path)
    (tmp_path / "teacher").mkdir()
    assert resolve("embedded/teacher", settings).local == tmp_path / "teacher"
    with pytest.raises(ModelUnavailable, match="embedded/original is not installed"):
        resolve("embedded/original", settings)


def test_a_run_resolves_to_its_student(settings: Settings) -> None:
    folder = student(settings, "20250101-a")
    assert resolve("run:20250101-a", settings).local == folder
    with pytest.raises(ModelUnavailable, match=r"run:other has no student .* run:20250101-a"):
        resolve("run:other", settings)


@pytest.mark.parametrize("run", ["../x", "", ".", "..", "a/b", "a\\b", "/etc", "a\0b", "-x", "ü"])
def test_a_run_id_cannot_leave_the_runs_folder(run: str, settings: Settings) -> None:
    (settings.home / "x" / "student").mkdir(parents=True)
    with pytest.raises(ModelUnavailable, match="letters, digits"):
        resolve(f"run:{run}", settings)


def test_a_folder_resolves_absolute(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve("mine", settings).local == resolve("./mine", settings).local == tmp_path / "mine"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "nothing",
        "a/b/c",
        "../a",
        "/no/such",
        "~nobody-at-all/x",
        "a--b/c",
        "a/b..c",
        "embedded/../x",
        "embedded/",
        "t5/foo",
        "a/" + "b" * 300,
        "<b>/x",
        "a b/c",
        "a\x00/b",
        "https://example.org/x",
    ],
)
def test_what_is_no_model_is_refused_with_what_is_allowed(
    name: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")  # whatever lies beside the checkout
    with pytest.raises(ModelUnavailable, match=r"embedded/original.*run:RUN_ID.*hub id"):
        resolve(name, settings)


def test_hub_ids_need_permission(settings: Settings) -> None:
    assert resolve("someone/some-model", settings).revision is None
    closed = dataclasses.replace(settings, allow_custom_models=False, distilled_model="me/mine")
    with pytest.raises(ModelUnavailable, match=r"ALLOW_CUSTOM_MODELS=0.*embedded/original"):
        resolve("someone/some-model", closed)
    assert resolve("me/mine", closed).source == "me/mine"
    assert resolve("google-t5/t5-small", closed).source == "google-t5/t5-small"


def test_where_custom_models_are_off_the_servers_folders_are_not_told_of(
    settings: Settings, tmp_path: Path
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir(), other.mkdir()
    run = student(settings, "20250101-a")
    closed = dataclasses.replace(settings, allow_custom_models=False, distilled_model=str(mine))
    for folder in (mine, run):
        assert resolve(str(folder), closed).local == folder
    inside = settings.home / "link"
    inside.symlink_to(other)
    said = set()
    for name in (str(other), "/not/there", str(inside), "no model", "some/one", f"{run}/../../../../other"):
        with pytest.raises(ModelUnavailable) as caught:
            resolve(name, closed)
        said.add(str(caught.value).replace(repr(name), "NAME"))
    [words] = said
    assert "ALLOW_CUSTOM_MODELS=0" in words
    assert "hub id" not in words
    lost = dataclasses.replace(closed, distilled_model="/not/there")
    with pytest.raises(ModelUnavailable, match="'/not/there' may not be used here"):
        resolve("t5/distilled", lost)


@pytest.mark.parametrize("teacher", ["t5/teacher", "google-t5/t5-base"])
def test_the_t5_set_falls_back_to_its_teachers_newest_student(settings: Settings, teacher: str) -> None:
    t5 = dataclasses.replace(settings, model_set="t5")
    for run, by, status in (
        ("2026-1", teacher, "finished"),
        ("2026-2", "embedded/teacher", "finished"),
        ("2026-3", teacher, "cancelled"),
        ("2026-4", "t5/distilled", "finished"),
        ("2026-5", "/gone/teacher", "finished"),
        ("2026-6", teacher, "finished"),  # without a student
    ):
        folder = student(settings, run).parent if run != "2026-6" else settings.runs / run
        folder.mkdir(exist_ok=True)
        (folder / "lineage.json").write_text(json.dumps({"teacher": by}))
        (folder / "status.json").write_text(json.dumps({"status": status}))
    spec = resolve("t5/distilled", t5)
    assert (spec.name, spec.local) == ("t5/distilled", settings.runs / "2026-1" / "student")
    assert column_names(t5)["distilled"] == "t5/distilled"
    assert newest_student("/gone/teacher", t5) == "run:2026-5"
    (settings.runs / "2026-1" / "status.json").write_text("[1]")
    assert column_names(t5)["distilled"] is None


def test_the_distilled_model_of_the_t5_set(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"distil one .* or name one in the setting DISTILLED_MODEL"):
        resolve("t5/distilled", settings)
    stranger = dataclasses.replace(settings, visitor=True, enable_distill=False)
    with pytest.raises(ModelUnavailable, match=r"yet: the owner of this server can name one in the setting"):
        resolve("t5/distilled", stranger)
    spec = resolve("t5/distilled", dataclasses.replace(settings, distilled_model=str(tmp_path)))
    assert (spec.local, spec.role) == (tmp_path, "distilled")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("embedded/teacher", ("embedded/teacher", "auto", "auto")),
        ("embedded/teacher@torch", ("embedded/teacher", "torch", "auto")),
        ("run:a@torch:bfloat16", ("run:a", "torch", "bfloat16")),
        ("/home/a@b/model", ("/home/a@b/model", "auto", "auto")),
        ("/home/a@b/model@auto:float32", ("/home/a@b/model", "auto", "float32")),
    ],
)
def test_an_engine_may_follow_a_name(name: str, parts: tuple[str, str, str], settings: Settings) -> None:
    assert split_engine(name, settings) == parts


@pytest.mark.parametrize(
    ("name", "known"), [("m@onnx", "torch"), ("m@torch:int3", "float32, float16, bfloat16")]
)
def test_an_unknown_engine_is_refused_with_the_known_ones(name: str, known: str, settings: Settings) -> None:
    with pytest.raises(BadRequest, match=known):
        split_engine(name, settings)


@pytest.mark.parametrize("name", ["t5@2024", "t5@torch", "t5@torch:float32"])
def test_a_folder_with_an_at_in_its_name_is_that_folder(
    name: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    for written in (str(tmp_path / name), f" {tmp_path / name} "):
        assert split_engine(written, settings) == (str(tmp_path / name), "auto", "auto")
    assert split_engine(f"{tmp_path / name}@torch", settings) == (str(tmp_path / name), "torch", "auto")
    monkeypatch.chdir(tmp_path)
    assert split_engine(name, settings)[0] == name


def test_where_folders_are_closed_a_name_does_not_tell_whether_there_is_one(
    settings: Settings, tmp_path: Path
) -> None:
    closed = dataclasses.replace(settings, allow_custom_models=False)
    said = []
    for name in ("there@2024", "missing@2024"):
        if name.startswith("there"):
            (tmp_path / name).mkdir()
        with pytest.raises(BadRequest) as caught:
            split_engine(str(tmp_path / name), closed)
        said.append(str(caught.value))
    assert said[0] == said[1]
    (settings.home / "t5@2024").mkdir(parents=True)
    assert split_engine(str(settings.home / "t5@2024"), closed)[1] == "auto", "the studio's own are open"


def test_the_newest_student_of_a_teacher(settings: Settings) -> None:
    assert newest_student("t", settings) is None
    for name, teacher, status in (
        ("2026-1", "t", "finished"), ("2026-2", "t", "finished"), ("2026-3", "u", "finished"),
        ("2026-4", "t", "failed"),
    ):  # fmt: skip
        folder = settings.runs / name
        (folder / "student").mkdir(parents=True)
        (folder / "student" / "config.json").touch()
        (folder / "config.json").write_text(json.dumps({"student": "s", "teacher": teacher}))
        (folder / "lineage.json").write_text(json.dumps({"teacher": teacher}))
        (folder / "status.json").write_text(json.dumps({"status": status}))
    assert newest_student("t", settings) == "run:2026-2"
    assert newest_student("u", settings) == "run:2026-3"
    assert newest_student("v", settings) is None


def test_where_visitors_see_no_runs_none_is_named_used_or_told(settings: Settings) -> None:
    folder = student(settings, "20261129-1")
    closed = dataclasses.replace(settings, visitor=True, enable_distill=False)
    assert "run:20261129-1" in names(settings)
    assert "run:20261129-1" not in names(closed)
    for name in ("run:20261129-1", "run:x", "search:20261129-1/2"):
        with pytest.raises(ModelUnavailable, match="This page shows no runs") as refused:
            resolve(name, closed)
        assert "20261129-1" not in str(refused.value)
    own = dataclasses.replace(closed, distilled_model="run:20261129-1")
    assert resolve("run:20261129-1", own).local == folder
    assert resolve("t5/distilled", own).local == folder


def test_the_newest_student_is_none_of_a_comparison(settings: Settings) -> None:
    for run, part in (("1", ""), ("2", "a comparison: ce, seed 42")):
        student(settings, run)
        (settings.runs / run / "lineage.json").write_text('{"teacher": "t5/teacher"}')
        (settings.runs / run / "status.json").write_text(json.dumps({"status": "finished", "part_of": part}))
    assert newest_student("t5/teacher", settings) == "run:1"
