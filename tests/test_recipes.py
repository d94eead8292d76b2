"""The embedded models' recipe, from a text file to four exported models, a step a stage."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

from distill.cli import main
from distill.data import load
from distill.families.model_folder import load_model

ROOT = Path(__file__).parents[1]


def test_the_recipe_runs_end_to_end_and_does_nothing_twice(tmp_path: Path) -> None:
    for split in ("train", "validation"):
        rows = [vars(example) for example in load("built-in", split=split, limit=24).rows]
        with gzip.open(tmp_path / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in rows)
    before, work = tmp_path / "before", tmp_path / "work"
    for name, layers in (("teacher", "3"), ("original", "2")):
        shape = ["--width", "64", "--inner", "64", "--heads", "2", "--decoder-layers", layers]
        data = ["--data", str(tmp_path / "train.jsonl.gz"), "--vocabulary", "12032"]
        assert main(["fresh", str(before / name), *data, *shape]) == 0
    tiny = "--max-steps 1 --max-examples 4 --set batch_size=2 --set validation_examples=1"
    command = ["bash", ROOT / "models/embedded/recipes/make.sh"]
    command += [before, tmp_path / "train.jsonl.gz", tmp_path / "validation.jsonl.gz", work, *tiny.split()]
    settings = {"PYTHON": sys.executable, "STUDIO_HOME": str(tmp_path / "home"), "ARTICLES": "24"}
    settings["SHAPE"] = "--width 64 --inner 64 --heads 2"

    def make() -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stderr

    make()
    sizes = {path.name: load_model(path).num_parameters() for path in (work / "models").iterdir()}
    assert sizes["control"] == sizes["distilled"] < sizes["original"] < sizes["teacher"]
    runs = sorted(path.name for path in (tmp_path / "home" / "runs").iterdir())
    assert len(runs) == 9
    assert make() == ""
    assert sorted(path.name for path in (tmp_path / "home" / "runs").iterdir()) == runs
