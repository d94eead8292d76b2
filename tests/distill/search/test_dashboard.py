"""optuna-dashboard opens on a search's own storage."""

import json
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from models.settings import Settings
from tests.distill.search.fake import Fake, new, work


def _asked(application: Any, path: str, query: str = "") -> dict[str, Any]:
    """What it answers to a GET."""
    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query}
    setup_testing_defaults(environ)
    said: list[str] = []
    answer = b"".join(application(environ, lambda status, *_: said.append(status)))
    assert said == ["200 OK"], answer
    return json.loads(answer)


def test_it_answers_with_the_study_and_its_trials(settings: Settings) -> None:
    dashboard = pytest.importorskip("optuna_dashboard")
    search = new(settings, trials=2)
    work(search, settings, Fake())
    application = dashboard.wsgi(search.url)
    studies = _asked(application, "/api/studies")["study_summaries"]
    assert [study["study_name"] for study in studies] == [search.search_id]
    trials = _asked(application, f"/api/studies/{studies[0]['study_id']}", "after=0")["trials"]
    rewards = [trial.user_attrs["reward"] for trial in search.queue().outcomes().values()]
    assert sorted(trial["values"][0] for trial in trials) == pytest.approx(sorted(rewards))
