"""What strangers can name on a page whose custom models are closed, sent as a browser sends it."""

import ast
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distill import comparison, judging, runs
from distill.data import check_allowed
from distill.errors import BadData
from distill.jobs import uploads
from distill.search import searches
from models.errors import DistillError, ModelUnavailable
from models.settings import Settings
from models.store import catalogue
from models.store.catalogue import resolve
from tests.ui.visitor import Visitor, visiting

ROOT = Path(__file__).parents[3]
PAIR = {"teacher": "embedded/teacher", "student": "embedded/original"}
DIARY = "my secret plan is to buy the old mill"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def secrets(trio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files and a model of the owner's that are nobody's business."""
    folder = tmp_path_factory.mktemp("owner")
    (folder / "pay.csv").write_text("employee,salary\nann,1\n")
    rows = [json.dumps({"document": f"{DIARY} {n}", "summary": "a mill"}) for n in range(3)]
    (folder / "diary.jsonl").write_text("\n".join(rows))
    shutil.copytree(trio / "original", folder / "model")
    return folder


@pytest.fixture(scope="module")
def visitor(trio: Path, home: Path) -> Iterator[Visitor]:
    settings = Settings(home=home, threads=1, allow_custom_models=False, enable_distill=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "EMBEDDED", trio)
        for module in (runs, comparison, judging, searches):
            patch.setattr(module, "start", _refused_before(module.start))
        with visiting(settings) as visitor:
            yield visitor


def _refused_before(start: Callable[..., Any]) -> Callable[..., Any]:
    """Nothing here is to start: a process of its own would not know the tiny trio."""

    def refuse(values: dict[str, Any], settings: Settings) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("distill.jobs.processes.RunLock", _Started)
            return start(values, settings)

    return refuse


class _Started(Exception):
    def __init__(self, *_: Any) -> None:
        super().__init__("it was started")


def _lines(**settings: str) -> dict[str, str]:
    return {"setting-lines": "\n".join(f"{name}={value}" for name, value in settings.items())}


def _hub(name: str) -> dict[str, str]:
    return {"data-source": "hub", "data-hub": name}


DATA: dict[str, Callable[[Visitor, str], str]] = {
    "check on the data": lambda visitor, path: visitor.act("check-data", "click", _lines(data=path)),
    "check, in place of a hub data set": lambda visitor, path: visitor.act("check-data", "click", _hub(path)),
    "check, validation": lambda visitor, path: visitor.act("check-data", "click", _lines(validation=path)),
    "a look while it is typed": lambda visitor, path: visitor.act("setting-lines", "blur", _lines(data=path)),
    "start": lambda visitor, path: visitor.act("start-run", "click", _lines(data=path)),
    "start, validation": lambda visitor, path: visitor.act("start-run", "click", _lines(validation=path)),
    "tune": lambda visitor, path: visitor.act("tune-teacher", "click", _hub(path)),
    "compare methods": lambda visitor, path: visitor.act("start-methods", "click", _hub(path)),
    "evaluate": lambda visitor, path: visitor.act(
        "start-evaluation", "click", {"evaluation-source": "hub", "evaluation-hub": path}
    ),
    "evaluation's file field": lambda visitor, path: visitor.act(
        "evaluation-file", "change", {"evaluation-file": {"path": path, "meta": {"_type": "gradio.FileData"}}}
    ),
    "search": lambda visitor, path: visitor.act(
        "start-search", "click", {"search-data-source": "hub", "search-data-hub": path}
    ),
    "search's file field": lambda visitor, path: visitor.act(
        "search-data-file",
        "change",
        {"search-data-file": {"path": path, "meta": {"_type": "gradio.FileData"}}},
    ),
    "endpoint": lambda visitor, path: visitor.call("start_run", {**PAIR, "data": path}),
    "endpoint, as an upload": lambda visitor, path: visitor.call(
        "start_run", {**PAIR, "data": {"path": path}}
    ),
    "endpoint, validation": lambda visitor, path: visitor.call("start_run", {**PAIR, "validation": path}),
    "file field": lambda visitor, path: visitor.act(
        "data-file", "change", {"data-file": {"path": path, "meta": {"_type": "gradio.FileData"}}}
    ),
    "file route": lambda visitor, path: visitor.http.get(f"gradio_api/file={path}").text,
    "old file route": lambda visitor, path: visitor.http.get(f"gradio_api/file/{path}").text,
    "static route": lambda visitor, path: visitor.http.get(f"static/../../../../../../..{path}").text,
}
MODELS: dict[str, Callable[[Visitor, str], str]] = {
    "column": lambda visitor, name: visitor.act("model-original", "change", {"model-original": name}),
    "column's counter": lambda visitor, name: visitor.act(
        "text", "change", {"text": "the cat", "model-original": name}
    ),
    "summarise": lambda visitor, name: visitor.act(
        "run-original", "click", {"text": "the cat", "model-original": name}
    ),
    "check while it is typed": lambda visitor, name: visitor.act("teacher", "change", {"teacher": name}),
    "check, teacher": lambda visitor, name: visitor.act("check-data", "click", {"teacher": name}),
    "check, student": lambda visitor, name: visitor.act("check-data", "click", {"student": name}),
    "check, more teachers": lambda visitor, name: visitor.act(
        "check-data", "click", _lines(more_teachers=name)
    ),
    "start, teacher": lambda visitor, name: visitor.act("start-run", "click", {"teacher": name}),
    "start, more teachers": lambda visitor, name: visitor.act(
        "start-run", "click", _lines(more_teachers=name)
    ),
    "evaluate": lambda visitor, name: visitor.act(
        "start-evaluation", "click", {"evaluation-models": [name, "embedded/teacher"]}
    ),
    "search": lambda visitor, name: visitor.act("start-search", "click", {"search-teacher": name}),
    "endpoint": lambda visitor, name: visitor.call("summarize", "the cat", name, 1, 4),
    "endpoint, of a run": lambda visitor, name: visitor.call("start_run", {**PAIR, "student": name}),
}


@pytest.mark.parametrize("way", DATA)
@pytest.mark.parametrize("file", ["pay.csv", "diary.jsonl"])
def test_no_answer_tells_of_a_file(way: str, file: str, visitor: Visitor, secrets: Path) -> None:
    there, missing = str(secrets / file), str(secrets / f"no-{file}")
    told = DATA[way](visitor, there)
    assert told.replace(there, "") == DATA[way](visitor, missing).replace(missing, "")
    assert not any(word in told for word in ("salary", "employee", "mill", "ROUGE", "was started"))


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize("behind", ["", "@torch", "@torch:float32"])
def test_no_answer_tells_of_a_folder(
    way: str, behind: str, visitor: Visitor, secrets: Path, home: Path
) -> None:
    for there in (secrets / "model", home / "page", ROOT / "models"):
        missing = there.with_name("nothing")
        told, other = (MODELS[way](visitor, f"{path}{behind}") for path in (there, missing))
        assert told.replace(str(there), "") == other.replace(str(missing), "")
        assert "was started" not in told


@pytest.mark.parametrize("way", [way for way in DATA if "field" not in way and "route" not in way])
def test_no_other_data_set_is_fetched(way: str, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.load_dataset", lambda *_, **__: pytest.fail("the hub was asked"))
    assert "learns from built-in" in DATA[way](visitor, "someone/else")


def test_nothing_is_fetched_from_other_sites(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetch(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was fetched")

    monkeypatch.setattr("gradio.processing_utils.async_ssrf_protected_download", fetch)
    site = "https://198.51.100.7/x.csv"
    for route in (f"file={site}", f"file/{site}", f"proxy={site}"):
        answer = visitor.http.get(f"gradio_api/{route}")
        assert (answer.status_code, "from other sites" in answer.text) == (403, True), route
    given = {"path": site, "meta": {"_type": "gradio.FileData"}}
    assert "from other sites" in visitor.act("data-file", "change", {"data-file": given})
    assert "from other sites" in visitor.call("start_run", {**PAIR, "data": given})


def test_an_upload_may_be_checked_and_learnt_from(visitor: Visitor, trio: Path) -> None:
    rows = "".join(f"the cat sat on the mat {n},the cat sat\n" for n in range(4))
    file = visitor.upload("mine.csv", f"document,summary\n{rows}".encode())
    url = f"{visitor.http.base_url}gradio_api/file={file}"  # as a browser sends it
    field = {"path": file, "url": url, "meta": {"_type": "gradio.FileData"}}
    assert '["summary", "summary"]' in visitor.act("data-file", "change", {"data-file": field})
    chosen = {"data-source": "file", "data-file": field}
    assert "ROUGE-L on 4 examples" in visitor.act("check-data", "click", chosen)
    assert "went wrong on our side" in visitor.act("start-run", "click", chosen)  # past the guard: `_Started`
    assert "went wrong on our side" in visitor.call("start_run", {**PAIR, "data": field})


@pytest.mark.parametrize(
    "given",
    [
        "/etc/passwd",
        "owner/data",
        "PAGE/../../secret.csv",
        "UPLOADS/../secret.csv",
        "\0",
        "~nobody/x",
        "a" * 9999,
    ],
)
def test_the_guard_of_data(given: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", allow_custom_models=False, visitor=True)
    given = given.replace("PAGE", str(settings.temporary)).replace("UPLOADS", str(settings.uploads))
    with pytest.raises(BadData, match=r"learns from built-in, .* or an uploaded file"):
        check_allowed(given, settings)
    check_allowed(given, replace(settings, allow_custom_models=True))
    check_allowed("xsum", settings)


def test_a_link_out_of_the_uploads_leads_nowhere(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", allow_custom_models=False, visitor=True)
    settings.uploads.mkdir(parents=True)
    (settings.uploads / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(BadData):
        check_allowed(str(settings.uploads / "link.csv"), settings)


def test_a_run_reads_what_was_kept_for_it_and_what_a_comparison_made(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, allow_custom_models=False)
    model = tmp_path / "comparisons" / "a" / "models" / "copy"
    model.mkdir(parents=True)
    assert resolve(str(model), settings).local == model
    check_allowed(str(tmp_path / "comparisons" / "a" / "data" / "train.jsonl"), settings)
    with pytest.raises(ModelUnavailable, match="may not be used here"):
        resolve(str(model), replace(settings, visitor=True))
    with pytest.raises(DistillError):
        check_allowed(
            str(tmp_path / "comparisons" / "a" / "data" / "train.jsonl"), replace(settings, visitor=True)
        )


def test_what_is_uploaded_is_kept_and_may_be_named_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, allow_custom_models=False, visitor=True)
    upload = settings.temporary / "abc" / "news.csv"
    upload.parent.mkdir(parents=True)
    upload.touch()
    kept = uploads.kept({"data": str(upload), "validation": "built-in"}, settings)
    assert (kept.keys(), uploads.kept(kept, settings)) == ({"data"}, {})
    check_allowed(kept["data"], settings)


@pytest.mark.parametrize("package", ["distill", "ui"])
def test_who_opens_data_says_who_asks(package: str) -> None:
    """`settings` may be left out by code of one's own; the studio's own code never does."""
    opening = {"load", "load_unseen", "read_columns", "check_allowed"}
    opening |= {f"data.{name}" for name in opening}
    for file in (ROOT / package).rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        if file.name == "datasets.py" or (
            "distill.data import" not in source and "import data" not in source
        ):
            continue
        for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) in opening:
                told = {keyword.arg for keyword in call.keywords}  # None: **options
                assert len(call.args) > 1 or {"settings", None} & told, f"{file}:{call.lineno}"
