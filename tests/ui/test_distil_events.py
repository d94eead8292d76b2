import pytest

from distill import runs
from distill.config import RunConfig
from models.pool import ModelPool
from models.settings import Settings
from ui.distil_events import drawn
from ui.studio import Studio


@pytest.mark.parametrize("broken", ["{", "[]", '{"student": ""}'])
def test_a_run_with_unreadable_settings_hides_no_other(broken: str, settings: Settings) -> None:
    whole = runs.create(RunConfig(student="embedded/original"), settings)
    torn = runs.create(RunConfig(student="embedded/original"), settings)
    (torn.folder / "config.json").write_text(broken)
    for run in (whole, torn):
        shown = drawn(run, Studio(settings, ModelPool(settings)))
        assert set(shown[-1]["value"]["Run"]) == {whole.run_id, torn.run_id}
    assert "unreadable" in shown[1]
