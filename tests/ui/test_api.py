"""The endpoints through a real client, on a page with the tiny trio."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from models.serving.pool import ModelPool
from models.settings import Settings
from models.store import catalogue
from ui import page

FIGURES = {
    "model", "text", "seconds", "queue_seconds", "ttft", "tokens_in", "tokens_out", "tokens_cut",
    "tokens_per_second", "engine", "device", "dtype", "weights_bytes", "peak_bytes",
}  # fmt: skip
STATUS = {"run_id", "status", "step", "steps", "eta_seconds", "terms", "message", "student"}


@pytest.fixture(scope="module")
def client(trio: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "EMBEDDED", trio)
        yield from serve(Settings(home=tmp_path_factory.mktemp("home"), threads=1))


@pytest.fixture
def closed(trio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(catalogue, "EMBEDDED", trio)
    yield from serve(Settings(home=tmp_path, enable_distill=False, allow_custom_models=False))


def serve(settings: Settings) -> Iterator[Client]:
    blocks = page.build(settings)
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, **page.options(settings))
    try:
        yield Client(url, verbose=False)
    finally:
        blocks.close(verbose=False)


def test_only_the_documented_endpoints_are_open(client: Client) -> None:
    named = set(client.view_api(return_format="dict")["named_endpoints"])
    runs = {"/start_run", "/run_status", "/cancel_run", "/resume_run", "/list_runs"}
    assert named == {"/summarize", "/compare", *runs}


def test_summarize(client: Client) -> None:
    found = client.predict("the cat sat", "embedded/teacher", 1, 5, api_name="/summarize")
    assert found.keys() >= FIGURES
    assert found["model"] == "embedded/teacher"
    assert found["tokens_out"] <= 5
    assert found["peak_bytes"] is None


def test_what_is_wrong_is_said_before_a_model_is_loaded(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.serving.pool.ModelPool.get", lambda *args, **options: pytest.fail("loaded"))
    with pytest.raises(AppError, match="Paste a text first"):
        client.predict(" ", "embedded/teacher", api_name="/summarize")
    with pytest.raises(AppError, match="Name a model"):
        client.predict("the cat sat", None, api_name="/summarize")


def test_compare_answers_for_each_role(client: Client) -> None:
    found = client.predict("the cat sat", 2, 4, api_name="/compare")["results"]
    assert [result["role"] for result in found] == ["original", "teacher", "distilled"]
    assert all(result.keys() >= FIGURES and result["beams"] == 2 for result in found)


def test_the_order_of_comparing_rotates(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ran, get = [], ModelPool.get

    def noted(pool: ModelPool, name: str, *args: Any, **options: Any) -> Any:
        ran.append(name)
        return get(pool, name, *args, **options)

    monkeypatch.setattr(ModelPool, "get", noted)
    for _ in range(3):
        found = client.predict("the cat sat", 1, 2, api_name="/compare")["results"]
        assert [result["role"] for result in found] == list(catalogue.ROLES)
    assert len(set(ran[::3])) == 3


def test_a_set_without_a_student_is_told_before_any_model_runs(
    trio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelPool, "get", None)
    for client in serve(Settings(home=tmp_path, model_set="t5")):
        with pytest.raises(AppError, match=r"distil one.*DISTILLED_MODEL"):
            client.predict("the cat", api_name="/compare")


@pytest.mark.parametrize(
    ("text", "model", "beams", "message"),
    [
        ("", "embedded/teacher", 4, "text"),
        ("the cat", "embedded/best", 4, "embedded/best"),
        ("the cat", "embedded/teacher", 9, "beams is 9"),
        ("the cat", "/no/<b>where</b>", 4, "no folder '/no/<b>where</b>'"),
    ],
)
def test_what_can_be_mended_is_said(text: str, model: str, beams: int, message: str, client: Client) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(text, model, beams, api_name="/summarize")


def test_no_runs_yet(client: Client) -> None:
    assert client.predict(api_name="/list_runs") == {"runs": []}


def test_an_unknown_run_and_a_wrong_config(client: Client) -> None:
    with pytest.raises(AppError, match="no run"):
        client.predict("nothing", api_name="/run_status")
    with pytest.raises(AppError, match="Did you mean alpha"):
        client.predict(
            {"teacher": "embedded/teacher", "student": "embedded/original", "alfa": 1}, api_name="/start_run"
        )


def test_a_run_through_the_endpoints(client: Client, trio: Path) -> None:
    config = {"student": str(trio / "original"), "preset": "quick", "max_steps": 1000}
    with pytest.raises(AppError, match="No teacher was named"):
        client.predict(config, api_name="/start_run")
    config["teacher"] = str(trio / "teacher")
    run = client.predict(config, api_name="/start_run")
    assert run.keys() >= STATUS
    assert run["status"] == "running"
    with pytest.raises(AppError, match="in progress"):
        client.predict(config, api_name="/start_run")
    client.predict(run["run_id"], api_name="/cancel_run")
    assert ended(client, run["run_id"]) == "cancelled"
    assert [run["run_id"] for run in client.predict(api_name="/list_runs")["runs"]] == [run["run_id"]]


def ended(client: Client, run_id: str) -> str:
    """The status of a run once its process is gone."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        status = client.predict(run_id, api_name="/run_status")["status"]
        if status != "running":
            return status
        time.sleep(0.5)
    return "running"


def test_a_closed_studio_refuses_runs(closed: Client) -> None:
    with pytest.raises(AppError, match="switched off"):
        closed.predict({"student": "embedded/original"}, api_name="/start_run")
    with pytest.raises(AppError, match="ALLOW_CUSTOM_MODELS"):
        closed.predict("the cat", "someone/model", api_name="/summarize")
