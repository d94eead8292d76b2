"""The notebook for Kaggle: run from end to end, and what it names from the hub."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from distill import judging, runs
from distill.data.datasets import HUB_DATASETS
from distill.judging import EvaluationPlan
from models.settings import Settings
from models.store import hub
from models.store.catalogue import T5_HUB, resolve
from tests.distill.helpers import train, wait_for

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "kaggle_t4.ipynb"
CELLS = nbformat.read(NOTEBOOK, as_version=4).cells


def test_it_is_stored_without_outputs_and_says_before_each_cell_what_it_does() -> None:
    for before, cell in zip([None, *CELLS], CELLS, strict=False):
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
            assert before
            heading, blank, *lines = before.source.splitlines()
            assert (heading.startswith("## "), blank, len(lines)) == (True, "", 2)


@pytest.fixture
def executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each code cell printed when the notebook was run in a folder of its own, with tiny budgets."""
    budgets = {"MODELS": "embedded", "SHARE": "0", "EXAMPLES": "2", "TEXTS": "2"}
    quiet = {"PIP_NO_INDEX": "1", "OMP_NUM_THREADS": "1", "STUDIO_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    places = {"SOURCE": str(ROOT), "WORK": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
    places["JUPYTER_RUNTIME_DIR"] = str(tmp_path / "jupyter")
    for name, value in {**budgets, **quiet, **places}.items():
        monkeypatch.setenv(name, value)
    for name in ("GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=1800, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    return [_printed(cell) for cell in notebook.cells if cell.cell_type == "code"]


def _printed(cell: Any) -> str:
    return "".join(output.get("text") or str(output.get("data")) for output in cell.outputs)


def test_it_distils_evaluates_reports_and_packs_beside_the_running_page(
    executed: list[str], tmp_path: Path
) -> None:
    _, _, page, training, judged, report, packed = executed
    assert "Running on local URL" in page
    settings = Settings(home=tmp_path / "studio")
    [run] = runs.all_runs(settings)
    assert (run.status().status, run.config().max_examples) == ("finished", 2)
    assert run.run_id in training
    assert "'word': " in training
    [evaluation] = judging.all_evaluations(settings)
    assert (evaluation.result() or {})["complete"]
    assert evaluation.plan().models[0] == f"run:{run.run_id}"
    assert (evaluation.result() or {})["says"][0] in judged
    assert "<iframe srcdoc=" in report
    assert "results.zip" in packed
    with zipfile.ZipFile(tmp_path / "results.zip") as results:
        names = set(results.namelist())
    assert {"report.html", "table.csv", "cases.csv", "student/config.json", "student/README.md"} <= names
    wait_for(lambda: not _of_home(settings.home))  # the page ends with the notebook


def test_with_t5_it_teaches_and_judges_models_of_the_hub(
    tiny: Path, tiny_teacher: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tiny models stand in the hub's cache under the names that the notebook has for T5."""
    for name, value in {"MODELS": "t5", "WORK": str(tmp_path), "STUDIO_HOME": ""}.items():
        monkeypatch.setenv(name, value)
    named: dict[str, Any] = {}
    exec(next(cell.source for cell in CELLS if cell.cell_type == "code"), named)
    teacher, student = named["TEACHER"], named["STUDENT"]
    assert named["DATA"] in HUB_DATASETS
    for name, folder in ((teacher, tiny_teacher), (student, tiny)):
        cache = settings.home / "hub" / f"models--{name.replace('/', '--')}"
        shutil.copytree(folder, cache / "snapshots" / dict(T5_HUB.values())[name])
    monkeypatch.setattr(hub, "_look_up", None)  # nothing is asked of the hub

    short = {"max_steps": 1, "max_examples": 2, "validation_examples": 1, "input_tokens": 32}
    values = {"teacher": teacher, "student": student, "data": "built-in", "target_tokens": 8, **short}
    run = train(values, settings.home)
    assert resolve("t5/distilled", settings).local == run.student
    plan = EvaluationPlan(
        (f"run:{run.run_id}", "lead:=", teacher, student), limit=1, max_new_tokens=8, teacher=teacher
    )
    result = judging.carry_out(judging.create(plan, settings), settings)
    assert (result["complete"], result["teacher"]) == (True, teacher)


def _of_home(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("STUDIO_HOME") == str(home):
                found.append(process)
        except psutil.Error:  # another user's, or it ended just now
            continue
    return found
