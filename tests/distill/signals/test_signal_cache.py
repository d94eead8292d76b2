"""The store on disk: shared, bounded, and never in the way of a run."""

import logging
import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from distill.signals.signal_cache import SignalStore

LIMIT = 1_000_000
ROW = bytes(20_000)


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def store(home: Path, source: bytes = b"teacher", limit: int = LIMIT) -> SignalStore:
    return SignalStore(home / "cache" / "signals.sqlite", source, limit / 1e9)


def fill(rows: SignalStore, numbers: range) -> None:
    for number in numbers:
        rows.put({key(number): ROW})


def kept(rows: SignalStore, numbers: range) -> list[int]:
    found = rows.get([key(number) for number in numbers])
    return [number for number in numbers if key(number) in found]


def write(home: Path, first: int, begin: Barrier) -> None:
    rows = store(home, limit=10 * LIMIT)
    begin.wait()
    for number in range(first, first + 50):
        rows.put({key(number): number.to_bytes(4, "big")})


def test_rows_come_back_in_another_session(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.put({key(1): b"one", key(2): b"two"})
    one.close()
    assert store(tmp_path).get([key(2), key(3), key(1)]) == {key(1): b"one", key(2): b"two"}


def test_each_source_has_its_own_rows(tmp_path: Path) -> None:
    store(tmp_path).put({key(1): b"one"})
    assert store(tmp_path, b"other").get([key(1)]) == {}


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(2)
    # Overlapping numbers: both write some of the same rows.
    writers = [context.Process(target=write, args=(tmp_path, first, begin)) for first in (0, 30)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    found = store(tmp_path, limit=10 * LIMIT).get([key(number) for number in range(80)])
    assert found == {key(number): number.to_bytes(4, "big") for number in range(80)}


def test_a_full_store_keeps_what_it_has_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = store(tmp_path)
    with caplog.at_level(logging.WARNING):
        fill(rows, range(100))
    there = kept(rows, range(100))
    assert there == list(range(len(there))), "the first ones"
    assert 20 < len(there) < 50
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "cache_gigabytes" in caplog.text
    rows.close()
    assert (tmp_path / "cache" / "signals.sqlite").stat().st_size <= LIMIT


def test_the_source_unused_for_longest_makes_room(tmp_path: Path) -> None:
    for number, source in enumerate((b"oldest", b"older")):
        fill(store(tmp_path, source), range(10 * number, 10 * number + 10))
    store(tmp_path, b"oldest").put({key(99): b"used again"})
    fill(store(tmp_path, b"new"), range(100, 135))
    assert kept(store(tmp_path, b"older"), range(10, 20)) == []
    assert kept(store(tmp_path, b"oldest"), range(10)) == list(range(10))
    assert kept(store(tmp_path, b"new"), range(100, 135)) == list(range(100, 135))


def test_a_lowered_limit_holds(tmp_path: Path) -> None:
    large = store(tmp_path, limit=4 * LIMIT)
    fill(large, range(100))
    large.close()
    small = store(tmp_path)
    fill(small, range(5))
    assert kept(small, range(100)) == list(range(5))
    small.close()
    assert (tmp_path / "cache" / "signals.sqlite").stat().st_size <= LIMIT


@pytest.mark.parametrize("damage", ["not a database", "torn"])
def test_a_broken_file_is_begun_anew(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    rows, file = store(tmp_path), tmp_path / "cache" / "signals.sqlite"
    fill(rows, range(10))
    rows.close()
    content = file.read_bytes()
    file.write_bytes(b"not a database" * 999 if damage != "torn" else content[:4096] + bytes(len(content)))
    again = store(tmp_path)
    assert kept(again, range(10)) == []
    fill(again, range(3))
    assert kept(again, range(10)) == [0, 1, 2]
    assert "begun anew" in caplog.text


def test_a_folder_nobody_may_write_to_stops_no_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    rows = store(tmp_path)
    fill(rows, range(3))
    assert kept(rows, range(3)) == []
    assert caplog.text.count("not cached") == 1
