"""No call ends without an answer in words, and the log holds no traceback of what callers do wrong."""

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.serving.pool import ModelPool
from models.settings import Settings
from models.store import catalogue
from tests.ui.visitor import Visitor, visiting
from ui import page
from ui.hosting import answers

TAKES = "/summarize takes, in this order: text, model, beams=4, max_new_tokens=128, engine='auto'."


@pytest.fixture(scope="module")
def visitor(trio: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "EMBEDDED", trio)
        patch.setattr(answers, "QUEUE_SIZE", 40)
        patch.setattr(page, "QUEUE_SIZE", 40)
        settings = Settings(home=tmp_path_factory.mktemp("home"), threads=1)
        with visiting(settings) as visitor:
            yield visitor


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing here is our fault, so no traceback is printed or logged."""
    yield
    assert "Traceback" not in "".join(capfd.readouterr())
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_what_a_call_leaves_out_has_its_default(visitor: Visitor) -> None:
    answer = visitor.call("summarize", "the cat", "embedded/teacher")
    assert "event: complete" in answer
    assert '"beams": 4' in answer


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], f"0 values were given. {TAKES}"),
        (["the cat"], f"1 value was given. {TAKES}"),
        (["the cat", "embedded/teacher", 4, 8, "auto", 1], f"6 values were given. {TAKES}"),
        (["the cat", "embedded/teacher", "x"], "beams is 'x'; use a whole number from 1 to 8."),
        (["the cat", "embedded/teacher", None], "beams is None; use a whole number from 1 to 8."),
        ([{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, "m"], f"cannot be used. {TAKES}"),
        (["", "embedded/teacher"], "Paste a text first"),
        ([{}, "embedded/teacher"], "The text is a dict; send a string."),
    ],
)
def test_a_wrong_call_is_told_what_is_right(values: list[Any], said: str, visitor: Visitor) -> None:
    answer = visitor.call("summarize", *values)
    assert answer.startswith("event: error")
    assert said in json.loads(answer.partition("data: ")[2])["error"]


@pytest.mark.parametrize(
    ("path", "body", "code", "said"),
    [
        ("call/nothing", {"data": []}, 404, "There is no such endpoint; there are /summarize, /compare,"),
        ("call/v2/nothing", {}, 404, "There is no such endpoint"),
        ("call/v2/summarize", {"text": "the cat"}, 422, f"required argument: model. {TAKES}"),
        ("call/v2/summarize", {"text": "a", "model": "m", "bems": 1}, 422, "`bems` is not a valid"),
        ("call/summarize", {"date": []}, 422, '{"data": ["a text"]} (body.data: Field required).'),
        ("call/summarize", ["data"], 422, "Send JSON such as"),
        ("queue/join", {"data": [], "fn_index": 99_999, "session_hash": "s"}, 404, "no such endpoint"),
        ("run/predict", {"data": [], "fn_index": 99_999}, 404, "There is no such endpoint"),
    ],
)  # fmt: skip
def test_a_call_that_reaches_nothing(path: str, body: Any, code: int, said: str, visitor: Visitor) -> None:
    answer = visitor.http.post(f"gradio_api/{path}", json=body)
    assert answer.status_code == code
    assert said in answer.json()["detail"]


def test_a_request_has_a_size_that_fits_into_memory(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "LONGEST", 2_000)
    long = json.dumps({"data": ["x" * 2_000, "embedded/teacher"]}).encode()
    headers = {"content-type": "application/json"}
    answer = visitor.http.post("gradio_api/call/summarize", content=long, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (413, "A request may have 0.002 MB: send less.")
    parts = iter([long[:1_000], long[1_000:]])  # so sent, it does not say how long it is
    answer = visitor.http.post("gradio_api/call/summarize", content=parts, headers=headers)
    assert answer.status_code in (400, 413)
    assert visitor.upload("data.jsonl", b"x" * 3_000), "a file may be long where files are taken"


def test_a_page_that_asks_for_no_file_takes_none(trio: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "EMBEDDED", trio)
        with visiting(Settings(home=tmp_path, threads=1, enable_distill=False)) as closed:
            answer = closed.http.post("gradio_api/upload", files={"files": ("a.csv", b"a")})
            assert (answer.status_code, answer.json()["detail"]) == (403, "This page takes no files.")
            assert not list(tmp_path.rglob("a.csv"))
            assert closed.http.get("gradio_api/upload_progress?upload_id=a").status_code == 403


def test_an_answer_is_given_once_and_never_waited_for_in_vain(visitor: Visitor) -> None:
    url = "gradio_api/call/summarize"
    event = visitor.http.post(url, json={"data": []}).json()["event_id"]
    assert "0 values" in visitor.http.get(f"{url}/{event}").text
    for asked in (event, "unknown"):
        answer = visitor.http.get(f"{url}/{asked}")
        assert (answer.status_code, "make it again" in answer.json()["detail"]) == (404, True)


def test_a_page_that_sends_too_little_is_told_so(visitor: Visitor) -> None:
    events = visitor.http.get("config").json()["dependencies"]
    event = next(each for each in events if each["targets"] and each["inputs"] and each["backend_fn"])
    answer = visitor.http.post("gradio_api/run/predict", json={"data": [], "fn_index": event["id"]})
    assert "Reload the page" in answer.text


def test_what_is_our_fault_is_called_that(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(page.Page, "postprocess_data", lambda *_, **__: 1 / 0)
    assert "went wrong on our side" in visitor.call("list_runs")
    assert "division by zero" in caplog.text
    caplog.clear()


def test_every_one_of_a_crowd_is_answered(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """More come than may wait: some are told so at once, all others get their summary."""
    crowd, go_on, get = 80, threading.Event(), ModelPool.get

    def held(pool: ModelPool, *args: Any, **options: Any) -> Any:
        assert go_on.wait(60)
        return get(pool, *args, **options)

    monkeypatch.setattr(ModelPool, "get", held)
    answered: list[str] = []

    def ask(url: str) -> None:
        with httpx.Client(base_url=url, timeout=60) as http:
            made = http.post("call/summarize", json={"data": ["the cat", "embedded/teacher", 1, 4]})
            if made.status_code != 200:
                answered.append(made.json()["detail"])
            else:
                answered.append(http.get(f"call/summarize/{made.json()['event_id']}").text)
            if len(answered) == 1:  # who is refused does not wait
                go_on.set()

    asking = [
        threading.Thread(target=ask, args=(f"{visitor.http.base_url}gradio_api/",)) for _ in range(crowd)
    ]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    refused = [answer for answer in answered if answer == answers.FULL]
    done = [answer for answer in answered if answer.startswith("event: complete")]
    assert len(refused) + len(done) == crowd
    assert 0 < len(refused) <= crowd - 40


@pytest.mark.parametrize("path", ["call/upload", "run/upload", "api/process_recording"])
def test_only_where_files_go_a_request_may_be_long(
    path: str, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "LONGEST", 2_000)
    long = json.dumps({"data": ["x" * 2_000]}).encode()
    answer = visitor.http.post(
        f"gradio_api/{path}", content=long, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413
