"""JSON Lines are written line by line, and whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from distill.jobs.files import read_json_lines, write_json_lines


def test_no_value_waits_in_memory_for_the_last(tmp_path: Path) -> None:
    """What was written of the first ones is in the scratch file before the last is made."""
    seen: list[int] = []

    def values() -> Iterator[dict[str, str]]:
        for _ in range(100):
            seen.append(sum(file.stat().st_size for file in tmp_path.iterdir()))
            yield {"text": "x" * 10_000}

    write_json_lines(tmp_path / "a.jsonl", values())
    assert seen[-1] > 900_000
    assert len(read_json_lines(tmp_path / "a.jsonl")) == 100


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyError("text"), KeyboardInterrupt]
)
def test_of_lines_that_end_in_an_error_nothing_is_left(
    tmp_path: Path, error: BaseException | type[BaseException]
) -> None:
    file = tmp_path / "a.jsonl"
    write_json_lines(file, [{"text": 1}])

    def values() -> Iterator[dict[str, int]]:
        yield {"text": 2}
        assert len([*tmp_path.iterdir()]) == 2
        raise error

    with pytest.raises((OSError, KeyError, KeyboardInterrupt)):
        write_json_lines(file, values())
    assert [*tmp_path.iterdir()] == [file]
    assert read_json_lines(file) == [{"text": 1}]
