"""What the Compare tab's fields hold, as its events take it."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from models.decoding import Decoding
from models.store.catalogue import ROLES
from ui.compare import columns, settings_panel
from ui.compare.compare_tab import CompareTab


def choices(tab: CompareTab) -> list[gr.Component]:
    """The fields that `models` takes the values of."""
    columns_ = [tab.columns[role] for role in ROLES]
    return [*(column.model for column in columns_), *(column.engine for column in columns_)]


def models(values: Sequence[Any]) -> dict[str, str | None]:
    """The model of each role, its engine behind its name."""
    each = zip(ROLES, values, values[len(ROLES) :], strict=False)
    return {role: columns.chosen(model, engine) for role, model, engine in each}


def read(values: Sequence[Any]) -> tuple[dict[str, str | None], Decoding]:
    """Models and settings, from the values of `choices` and then of the settings' fields."""
    return models(values), settings_panel.decoding(*values[2 * len(ROLES) :])
