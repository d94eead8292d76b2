"""Runs are searched and sorted."""

import pytest

from distill.config import RunConfig
from distill.runs import RunStatus
from ui.distil.run_list import drawn, listed

RUNS = [
    (RunStatus("3", "failed", note="With LABELS of May"), RunConfig("s", "embedded/teacher", data="may.csv")),
    (RunStatus("2", "worse", name="beta"), RunConfig("s", "t5/teacher", method="hidden")),
    (RunStatus("1", "finished", name="Alpha"), None),
    (RunStatus("0", "running", name="gamma"), RunConfig("run:1")),
]


def ids(words: str = "", order: str = "newest") -> str:
    return "".join(status.run_id for status, _ in listed(RUNS, words, order))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "3210"),
        ("labels", "3"),
        ("may.csv", "3"),
        ("TEACHER", "32"),
        ("teacher hidden", "2"),
        ("unreadable", "1"),
        ("worse than", "2"),
        ("run:1", "0"),
        ("no such", ""),
    ],
)
def test_a_run_is_found_by_all_words_wherever_they_stand(words: str, found: str) -> None:
    assert ids(words) == found


def test_the_orders() -> None:
    assert ids(order="oldest") == "0123"
    assert ids(order="name") == "1203"  # Alpha, beta, gamma, the one without a name
    assert ids(order="state") == "0132"  # running, finished, failed, worse
    assert ids("teacher", "oldest") == "23"


def test_the_list_says_how_many_it_shows() -> None:
    assert drawn(RUNS, "teacher", "newest")["label"] == "2 of 4 runs: select one"
    assert drawn(RUNS, "", "newest")["label"].startswith("All runs")
    assert not drawn([], "", "newest")["visible"]
