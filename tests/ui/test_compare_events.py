from distill import runs
from distill.config import RunConfig
from distill.files import write_json
from models.catalogue import ROLES
from models.pool import ModelPool
from models.settings import Settings
from ui.compare_events import models_of
from ui.studio import Studio


def test_a_reload_shows_the_student_of_a_run_that_finished_meanwhile(settings: Settings) -> None:
    studio = Studio(settings, ModelPool(settings))
    assert models_of("t5", studio)[2]["value"] is None
    run = runs.create(RunConfig(teacher="t5/teacher", student="t5/original"), settings)
    write_json(run.folder / "lineage.json", {"teacher": "t5/teacher"})
    run.student.mkdir()
    write_json(run.student / "config.json", {})
    run.update(status="finished")
    distilled = models_of("t5", studio)[2]
    assert distilled["value"] == f"run:{run.run_id}"
    assert distilled["value"] in studio.choices()
    assert [update["value"] for update in models_of("embedded", studio)] == [
        f"embedded/{role}" for role in ROLES
    ]
