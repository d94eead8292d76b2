"""The real app in a process of its own, driven by headless Chromium. Waits for conditions, never for time."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from models.engines.conversion import converted
from models.engines.ctranslate import choose_dtype
from models.store.catalogue import EMBEDDED, ROLES

ROOT = Path(__file__).parents[2]
PATIENCE = 120_000
"""Milliseconds that a condition may take: models are converted on first use."""
RUN = 5 * PATIENCE
"""Milliseconds that work in the background may take."""
expect.set_options(timeout=PATIENCE / 4)  # what is drawn at once may still wait for a busy machine
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Server:
    """The app on a free port, with a data folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the app and wait until it answers."""
        environment = {
            **os.environ,
            "STUDIO_HOME": str(self.home),
            "NO_PROXY": "127.0.0.1",
            "STUDIO_THREADS": "2",
        }
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py", "--port", str(self.port)],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        until = monotonic() + PATIENCE / 1000
        while not self._answers():
            if self._process.poll() is not None or monotonic() > until:
                raise RuntimeError(f"The app did not start:\n{(self.home / 'server.log').read_text()}")
            sleep(0.2)

    def kill(self) -> None:
        """End the app as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(self.url, timeout=5).status == 200
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One app for all tests that do not harm it."""
    running = Server(tmp_path_factory.mktemp("studio"))
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="session")
def converted_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the embedded models as an app converts them on their first use. Shared: copy it."""
    home = tmp_path_factory.mktemp("converted")
    for role in ROLES:
        converted(EMBEDDED / role, choose_dtype("auto", "cpu"), home)
    return home


@pytest.fixture
def own(tmp_path: Path, converted_models: Path) -> Iterator[Server]:
    """An app that the test may kill."""
    shutil.copytree(converted_models, tmp_path / "studio")
    running = Server(tmp_path / "studio")
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium: the system's where there is one."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        running = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor. Fails the test when anything is asked of another machine."""
    strangers: list[str] = []

    def watch(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname not in ("127.0.0.1", "localhost"):
            strangers.append(request.url)

    visitor = browser.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    visitor.set_default_timeout(PATIENCE)
    visitor.on("request", watch)
    yield visitor
    visitor.close()
    assert not strangers


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    """The studio, opened."""
    return open_page(context, server)


def open_page(context: BrowserContext, server: Server) -> Page:
    """Open the studio in a new tab and wait until it is drawn."""
    found = context.new_page()
    found.goto(server.url)
    found.wait_for_selector("#run-all")
    return found


def insist(act: Callable[[], None], shown: Locator) -> None:
    """Do something until the page has taken it: what has just been unfolded may be drawn once more."""
    for _ in range(3):
        act()
        with suppress(AssertionError):
            return expect(shown).to_be_visible(timeout=PATIENCE / 12)
    return expect(shown).to_be_visible(timeout=PATIENCE / 12)
