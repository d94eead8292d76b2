"""Whether strangers can reach the page, and what is closed then."""

from typing import Any

import pytest

import app
from models.settings import Settings
from ui import page
from ui.hosting import address


@pytest.mark.parametrize(
    ("host", "share", "env", "host_then", "public"),
    [
        (None, None, {}, "127.0.0.1", False),
        ("localhost", None, {}, "localhost", False),
        ("127.9.8.7", None, {}, "127.9.8.7", False),
        ("[::1]", None, {}, "[::1]", False),
        (None, True, {}, "127.0.0.1", True),
        (None, None, {"GRADIO_SHARE": "True"}, "127.0.0.1", True),
        ("0.0.0.0", None, {}, "0.0.0.0", True),
        ("::", None, {}, "::", True),
        ("192.168.1.4", None, {}, "192.168.1.4", True),
        ("no.such.host.invalid", None, {}, "no.such.host.invalid", True),
        (None, None, {"GRADIO_SERVER_NAME": "0.0.0.0"}, "0.0.0.0", True),
        ("127.0.0.1", None, {"GRADIO_SERVER_NAME": "0.0.0.0"}, "127.0.0.1", False),
        (None, None, {"GRADIO_SERVER_NAME": ""}, "127.0.0.1", False),
    ],
)
def test_who_can_reach_it(
    host: str | None, share: bool | None, env: dict[str, str], host_then: str, public: bool
) -> None:
    found = address.choose(host, share, env)
    assert (found.host, found.public) == (host_then, public)


@pytest.mark.parametrize(
    ("arguments", "env", "custom", "distill"),
    [
        ([], {}, True, True),
        (["--share"], {}, False, False),
        (["--host", "0.0.0.0"], {}, False, False),
        ([], {"GRADIO_SERVER_NAME": "0.0.0.0"}, False, False),  # as in the Docker image
        ([], {"SPACE_ID": "me/mine"}, False, False),
        (["--share"], {"ENABLE_DISTILL": "1"}, False, True),
        (["--host", "0.0.0.0"], {"ALLOW_CUSTOM_MODELS": "1", "ENABLE_DISTILL": "1"}, True, True),
        ([], {"ALLOW_CUSTOM_MODELS": "0"}, False, True),
    ],
)
def test_where_strangers_come_it_is_closed_unless_the_owner_says_otherwise(
    arguments: list[str],
    env: dict[str, str],
    custom: bool,
    distill: bool,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    environment = {"STUDIO_HOME": str(tmp_path), **env}
    served: list[tuple[Settings, dict[str, Any]]] = []
    monkeypatch.setattr("os.environ", environment)
    monkeypatch.setattr(Settings, "from_env", _reading(environment))
    monkeypatch.setattr(address, "choose", lambda host, share: _choose(host, share, environment))
    monkeypatch.setattr(page, "launch", lambda settings, **options: served.append((settings, options)))
    assert app.main(arguments) == 0
    [(settings, options)] = served
    assert (settings.allow_custom_models, settings.enable_distill) == (custom, distill)
    assert options["share"] is ("--share" in arguments)
    runs_of_the_page = Settings.from_env()
    assert runs_of_the_page.allow_custom_models is custom
    public = bool(arguments or "GRADIO_SERVER_NAME" in env)
    assert ("Others can reach this page" in capsys.readouterr().err) is public
    assert settings.public is (public or "SPACE_ID" in env)


_choose, _from_env = address.choose, Settings.from_env


def _reading(environment: dict[str, str]) -> Any:
    return lambda **options: _from_env(environment, **options)
