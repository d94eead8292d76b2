from dataclasses import replace
from typing import Any

import pytest

from distill.benchmark.turns import rounds, times_faster
from models.decoding import Summary

SUMMARY = Summary(
    model="m", text="a", tokens_in=3, tokens_out=1, tokens_cut=0, seconds=1.0, queue_seconds=0.0, ttft=None,
    tokens_per_second=1.0, weights_bytes=1, peak_bytes=None, process_bytes=1, device="cpu", dtype="int8",
    engine="ctranslate2",
)  # fmt: skip


def test_ratios_are_taken_pair_by_pair() -> None:
    slow = [replace(SUMMARY, seconds=seconds) for seconds in (2.0, 30.0, 4.0)]
    fast = [replace(SUMMARY, seconds=seconds) for seconds in (1.0, 10.0, 1.0)]
    assert times_faster(slow, fast).median == 3.0  # of 2, 3 and 4


def test_each_round_begins_one_further() -> None:
    ran: list[str] = []

    def run(name: str) -> Any:
        return lambda: ran.append(name) or replace(SUMMARY, seconds=float(len(ran)))

    *_, last = rounds({name: run(name) for name in "abc"}, 4)
    assert "".join(ran) == "abcbcacababc"
    assert [summary.seconds for summary in last["b"]] == [2.0, 4.0, 9.0, 11.0]


def test_rounds_so_far_do_not_change_afterwards() -> None:
    seen = list(rounds({"a": lambda: SUMMARY}, 3))
    assert [len(found["a"]) for found in seen] == [1, 2, 3]


def test_no_models_no_rounds() -> None:
    with pytest.raises(ValueError, match="at least one"):
        next(iter(rounds({}, 2)))
