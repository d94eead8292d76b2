"""Files that a page may serve."""

from pathlib import Path

import pytest

from ui.shared import jobs


def test_of_a_copy_that_a_full_disk_cut_short_nothing_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "cases.csv"
    source.write_text("all of it")
    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", _full)
        with pytest.raises(OSError, match="No space"):
            jobs.copied(source, tmp_path / "page")
    assert [*(tmp_path / "page").iterdir()] == []
    assert jobs.copied(source, tmp_path / "page").read_text() == "all of it"


def _full(source: Path, target: Path) -> None:
    Path(target).write_text("all")
    raise OSError(28, "No space left on device")
