import asyncio
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import app
from models.settings import Settings
from ui import page

ROOT = Path(app.__file__).parent


def test_a_wrong_setting_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("ENABLE_DISTILL", "maybe")
    assert app.main([]) == 2
    assert capsys.readouterr().err == "ENABLE_DISTILL is 'maybe'; use 1 or 0.\n"


def test_a_home_that_cannot_be_made_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "file" / "home"))
    assert app.main([]) == 2
    told = capsys.readouterr().err
    assert told.endswith("Not a directory. Set STUDIO_HOME to a folder of yours.\n")
    assert len(told.splitlines()) == 1


def test_a_busy_port_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(app, "_prepare_environment", lambda settings: None)
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    monkeypatch.delenv("GRADIO_SERVER_NAME", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert app.main(["--port", str(port)]) == 2
    assert capsys.readouterr().err == f"Port {port} is taken: choose another with --port.\n"


def test_a_page_that_does_not_answer_ends_in_one_line(tmp_path: Path) -> None:
    silent = (
        "import gradio, app; gradio.networking.url_ok = lambda url: False; raise SystemExit(app.main([]))"
    )
    environment = {**os.environ, "STUDIO_HOME": str(tmp_path)}
    environment.pop("GRADIO_SERVER_NAME", None)
    answer = subprocess.run(
        [sys.executable, "-c", silent],
        capture_output=True, text=True, check=False, timeout=300, cwd=ROOT,
        env=environment,
    )  # fmt: skip
    assert answer.returncode == 2
    assert answer.stderr.startswith("The page does not answer on this machine.")
    assert len(answer.stderr.splitlines()) == 1


def test_calls_are_not_summed_up_after_each_call(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    app._prepare_environment(settings)
    queue = page.build(settings)._queue
    queue.events_recorded = 1000
    queue.compute_analytics_summary([{"function": "summarize", "status": "success", "process_time": 1.0}])
    assert queue.cached_event_analytics_summary == {"functions": {}}


def test_runs_of_the_page_have_its_model_set(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    app._prepare_environment(replace(settings, model_set="t5"))
    assert Settings.from_env(os.environ).model_set == "t5"


@pytest.mark.parametrize(("given", "expected"), [({}, "1000"), ({"GOMP_SPINCOUNT": "7"}, "7")])
def test_threads_that_wait_do_not_keep_their_cores(
    given: dict[str, str], expected: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", dict(given))
    app._prepare_environment(settings)
    assert os.environ["GOMP_SPINCOUNT"] == expected


@pytest.mark.parametrize(("space", "comes"), [({}, "10.0.0.1"), ({"SPACE_ID": "me/mine"}, "1.2.3.4")])
def test_only_a_space_s_proxies_say_who_comes(
    space: dict[str, str], comes: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address in the header is what the visitor wrote there."""
    monkeypatch.setattr(os, "environ", dict(space))
    app._prepare_environment(settings)
    seen: list[str] = []

    async def served(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
    headers = [(b"x-forwarded-for", b"6.6.6.6, 1.2.3.4, 10.0.0.9")]
    scope: Any = {"type": "http", "client": ("10.0.0.1", 1), "headers": headers}
    # Not asyncio.run: a browser test of the same process leaves its event loop running in this thread.
    with ThreadPoolExecutor(1) as pool:
        asked = ProxyHeadersMiddleware(served, trusted)(scope, cast(Any, None), cast(Any, None))
        pool.submit(asyncio.run, asked).result()
    assert seen == [comes]


def test_what_an_ended_app_left_behind_goes_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / "log" / "old.csv", tmp_path / "new.csv"
    old.parent.mkdir()
    for file in (old, new):
        file.touch()
    os.utime(old, (0, 0))
    app._sweep(tmp_path)
    assert [file.name for file in tmp_path.rglob("*.csv")] == ["new.csv"]


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        app.main(["--port", port])
    assert "is not a port; use a number from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["GRADIO_SERVER_PORT", "GRADIO_NUM_PORTS", "GRADIO_NODE_NUM_PORTS"])
@pytest.mark.parametrize("port", ["0", "70000", "x", ""])
def test_a_variable_that_is_no_port_ends_in_one_line(
    name: str, port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv(name, port)
    assert app.main([]) == 2
    assert (
        capsys.readouterr().err == f"{name} is {port!r}; use a number from 1 to 65535, or leave it unset.\n"
    )


def test_no_port_is_said_before_gradio_is_imported() -> None:
    asked = [sys.executable, "app.py"]
    environment = {**os.environ, "GRADIO_SERVER_PORT": "abc"}
    done = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_the_page_is_up_without_torch() -> None:
    code = "import sys; from ui import page; print({'torch', 'transformers', 'datasets'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_what_ends_a_container_asks_its_runs_to_stop_first() -> None:
    code = (
        "import app, psutil, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "try: app._stop()\n"
        "except KeyboardInterrupt: print(psutil.pid_exists(child.pid))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == "False", done.stderr
