"""What tells whether a folder still holds the same model."""

import shutil
from pathlib import Path

from distill.jobs.checksums import model_checksum


def test_a_model_is_another_one_once_anything_that_it_answers_by_has_changed(
    tiny: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny, copy)
    before = model_checksum(tiny)
    (copy / "README.md").write_text("A model.")
    assert model_checksum(copy) == before
    seen = {before}
    for name in ("model.safetensors", "config.json", "generation_config.json", "tokenizer.json"):
        (copy / name).open("a").write(" ")
        seen.add(model_checksum(copy))
    assert len(seen) == 5
