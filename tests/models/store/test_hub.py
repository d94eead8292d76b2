"""Downloads, from a hub of our own on the loopback interface."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path

import huggingface_hub.constants
import pytest

from models.errors import ModelUnavailable
from models.settings import Settings
from models.store import hub
from models.store.catalogue import ModelSpec, resolve
from models.store.loading import fetch, inspect

COMMIT = "df1b051c49625cf57a3d0d8d3863ed4d13564fe4"


class Hub(http.server.ThreadingHTTPServer):
    """Serves one folder as a model `some/model` at one commit; any other repository is unknown."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.asked: list[str] = []
        self.answer = 200


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        path = self.path.partition("?")[0]
        if self.server.answer != 200:
            self._send(self.server.answer, b"", {"X-Error-Code": "GatedRepo"})
        elif path in {
            f"/api/models/some/model{end}" for end in ("", "/revision/main", f"/revision/{COMMIT}")
        }:
            self._json({"id": "some/model", "sha": COMMIT, "siblings": []})
        elif path == f"/api/models/some/model/tree/{COMMIT}":
            files = sorted(self.server.folder.iterdir())
            self._json(
                [{"type": "file", "path": f.name, "size": f.stat().st_size, "oid": f.name} for f in files]
            )
        elif path.startswith(f"/some/model/resolve/{COMMIT}/"):
            data = (self.server.folder / path.rpartition("/")[2]).read_bytes()
            self._send(200, data, {"ETag": f'"{sha1(data).hexdigest()}"', "X-Repo-Commit": COMMIT})
        else:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET  # noqa: N815

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


def at(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """Place the hub somewhere else."""
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


@pytest.fixture(autouse=True)
def no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No network, and an empty hub cache of the user's."""
    at(monkeypatch, "http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "user-cache"))


@pytest.fixture
def server(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    shutil.copytree(tiny, tmp_path / "served")
    (tmp_path / "served" / "pytorch_model.bin").write_bytes(b"pickle")
    (tmp_path / "served" / "README.md").write_text("x")
    server = Hub(tmp_path / "served")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    at(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def spec(settings: Settings, revision: str | None = COMMIT, source: str = "some/model") -> ModelSpec:
    return ModelSpec("some/model", source, None, revision, settings.home / "hub")


def into_cache(cache: Path, folder: Path) -> Path:
    """Lay a folder into a hub-shaped cache as `some/model`."""
    model = cache / "models--some--model"
    (model / "refs").mkdir(parents=True)
    (model / "refs" / "main").write_text(COMMIT)
    return Path(shutil.copytree(folder, model / "snapshots" / COMMIT))


def test_a_download_brings_what_is_needed_and_tells_how_far(server: Hub, settings: Settings) -> None:
    told: list[tuple[float, str]] = []
    folder = fetch(spec(settings), lambda share, what: told.append((share, what)))
    assert folder.is_relative_to(settings.home / "hub")
    assert inspect(folder).config["d_model"] == 16
    assert {file.name for file in folder.iterdir()} == {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    assert told[-1][0] == 1.0
    assert "Downloading some/model: " in told[-1][1]
    assert all(0 <= share <= 1 for share, _ in told)


def test_a_pinned_model_is_asked_for_once(server: Hub, settings: Settings) -> None:
    folder = fetch(spec(settings))
    server.asked.clear()
    assert fetch(spec(settings)) == folder
    assert server.asked == []


def test_a_model_without_revision_is_looked_up_and_without_network_taken_from_the_cache(
    server: Hub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fetch(spec(settings, revision=None))
    server.asked.clear()
    assert fetch(spec(settings, revision=None)) == folder
    assert server.asked
    at(monkeypatch, "http://127.0.0.1:9")
    assert fetch(spec(settings, revision=None)) == folder


@pytest.mark.parametrize("revision", [COMMIT, None])
def test_the_users_own_cache_serves_without_network(
    revision: str | None, tiny: Path, tmp_path: Path, settings: Settings
) -> None:
    folder = into_cache(tmp_path / "user-cache", tiny)
    assert fetch(spec(settings, revision)) == folder


def test_half_a_model_in_the_cache_does_not_serve(tiny: Path, tmp_path: Path, settings: Settings) -> None:
    (into_cache(tmp_path / "user-cache", tiny) / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="the hub cannot be reached"):
        fetch(spec(settings))


def test_no_network_says_so_and_what_works_without(settings: Settings) -> None:
    with pytest.raises(ModelUnavailable, match=r"t5-small is not on this machine.*embedded model"):
        fetch(resolve("t5/original", settings))


def test_an_unknown_model_says_so(server: Hub, settings: Settings) -> None:
    with pytest.raises(ModelUnavailable, match="hub has no model 'no/such'"):
        fetch(spec(settings, revision=None, source="no/such"))


def test_a_gated_model_says_so(server: Hub, settings: Settings) -> None:
    server.answer = 403
    with pytest.raises(ModelUnavailable, match="accept its terms"):
        fetch(spec(settings, revision=None))


def test_a_full_disk_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hub, "_look_up", lambda source, revision: None)
    monkeypatch.setattr("huggingface_hub.snapshot_download", full)
    with pytest.raises(ModelUnavailable, match="disk is full"):
        hub.download("some/model", None, settings.home, None)


def test_a_local_model_is_taken_where_it_lies(tiny: Path, settings: Settings) -> None:
    assert fetch(resolve(str(tiny), settings)) == tiny
