"""What a visitor chooses while the choice before is still being answered counts as well."""

import pytest

from models.settings import Settings
from ui import page


@pytest.mark.parametrize(("kind", "mode"), [("input", "always_last"), ("select", "multiple")])
def test_no_second_choice_is_dropped(kind: str, mode: str, settings: Settings) -> None:
    """An `input` takes the field as it is by then; a `select` brings its place along, as `LAST` would not."""
    config = page.build(settings).get_config_file()
    tabs = {part["id"] for part in config["components"] if part["type"] == "tabitem"}
    modes = [
        event["trigger_mode"]
        for event in config["dependencies"]
        if any(name == kind and target not in tabs for target, name in event["targets"])
    ]
    assert len(modes) > 3
    assert set(modes) == {mode}


def test_what_follows_a_choice_is_told_of_the_last_one_too(settings: Settings) -> None:
    """The check of a run that follows a quick second preset must not stay that of the first."""
    config = page.build(settings).get_config_file()
    ids = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
    events = config["dependencies"]
    chosen = {event["id"] for event in events if [ids["preset"], "input"] in map(list, event["targets"])}
    assert [event["trigger_mode"] for event in events if event["trigger_after"] in chosen] == ["always_last"]
