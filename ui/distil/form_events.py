"""What the Distil tab's form does while it is filled in: shows what is needed, checks the pair."""

from dataclasses import replace
from typing import Any

import gradio as gr

from distill import data, pairing
from distill.config import RunConfig, parse_layers
from distill.data.naming import check_names
from models.errors import DistillError
from models.store import catalogue
from ui.distil import form_values, run_form, run_rendering
from ui.distil.distil_tab import DistilTab
from ui.shared import data_fields, errors, rendering
from ui.shared.errors import told
from ui.shared.limits import LAST, QUIET, SLOW
from ui.shared.studio import Studio


def connect(tab: DistilTab, page: gr.Blocks, studio: Studio) -> None:
    """Attach the events of the form and of the check."""
    form = tab.form

    def check(*values: Any) -> tuple[str, Any]:
        return checked(values, studio), gr.update(visible=False)

    def try_data(*values: Any) -> tuple[str, Any, tuple[Any, ...]]:
        said, weak = tried(values, studio)
        return said, gr.update(visible=weak), values

    def catch_up(asked: tuple[Any, ...], *values: Any) -> Any:
        return caught_up(asked, values, studio)

    def opened() -> list[Any]:
        return [gr.update(choices=studio.choices())] * 2

    page.load(told(opened), None, [form.teacher, form.student], **QUIET)
    form.origin.change(_origin, form.origin, [form.student, form.encoder, form.decoder], **QUIET)
    # First what a field may hold changes, then the check runs: otherwise it would get the former value.
    columns = data_fields.connect(form.data, studio.settings)
    depths = form.teacher.change(
        told(lambda name: _depths(name, studio)), form.teacher, [form.encoder, form.decoder], **QUIET
    )
    found, asked = [tab.check, tab.tune], gr.State(())
    changing = [form.origin, form.student, form.encoder, form.decoder]
    changing += [part for part in form.data.inputs if part is not form.data.file]  # was about other data
    triggers = [page.load, *(part.change for part in changing)]
    triggers += [
        event
        for part in (*form.settings.values(), *form.teaching.values(), form.lines)
        for event in _settled(part)
    ]
    gr.on(triggers, check, form.inputs, found, **LAST, **QUIET)
    preset = form.preset.input(_preset, form.preset, list(form.settings.values()), **LAST, **QUIET)
    method = form.method.input(_method, form.method, [form.about, *form.teaching.values()], **LAST, **QUIET)
    for filled in (columns, depths, preset, method):
        filled.then(check, form.inputs, found, **LAST, **QUIET)
    tab.try_data.click(
        try_data,
        form.inputs,
        [*found, asked],
        show_progress="minimal",
        api_visibility="private",
        **SLOW,
    ).success(catch_up, [asked, *form.inputs], found, **QUIET)


def _settled(part: Any) -> list[Any]:
    """When a field counts as filled in: numbers and texts when they are complete, not at each key."""
    if isinstance(part, gr.Number | gr.Textbox):
        return [part.blur, part.submit]
    return [part.input]


def _origin(origin: str) -> list[Any]:
    model = origin == "model"
    return [gr.update(visible=model), gr.update(visible=not model), gr.update(visible=not model)]


def _preset(preset: str) -> list[Any]:
    return list(form_values.preset_values(preset).values())


def _method(method: str) -> list[Any]:
    return [run_form.method_text(method), *form_values.method_values(method).values()]


def _depths(teacher: str | None, studio: Studio) -> list[Any]:
    return [gr.update(maximum=most, value=-(-most // 2)) for most in run_form.depths(teacher, studio)]


def checked(values: tuple[Any, ...], studio: Studio) -> str:
    """The quick check: the hub is not asked, no model is loaded."""
    try:
        chosen = form_values.config(*values)
    except DistillError as problem:
        return rendering.waiting(str(problem))
    try:
        config = RunConfig.from_dict(chosen)
        check_names(config, studio.settings)
        names = [chosen["teacher"], chosen["student"]]
        here = [_here(name, studio) for name in names]
        for name, found in zip(names, here, strict=True):
            if found is None:
                return rendering.waiting(
                    f"{name} is not on this machine yet. It is fetched, and the pair checked, when you press "
                    "“Check on the data” or “Start”."
                )
        read = data.describe(chosen["data"], config, studio.settings)
        ours = replace(studio.settings, visitor=False)  # a folder below may stand for a name that was checked
        report = replace(pairing.check(str(here[0]), str(here[1]), ours, config=config), data=read)
    except Exception as problem:
        return rendering.failed(errors.message(problem))
    return run_rendering.check(report)


def _here(name: str, studio: Studio) -> str | None:
    """A name for a model that is on this machine, so that the hub need not be asked; None if it is not here.

    A copy of a hub model that is not pinned goes by its folder: its id would have the hub asked for a newer.
    """
    if parse_layers(name):
        return name
    spec = catalogue.resolve(name, studio.settings)
    if spec.local:
        return name
    if spec.revision:
        return name if studio.info(name)[0] else None  # a copy that is not whole is fetched again
    folder = studio.folder(name)
    return str(folder) if folder else None


def tried(values: tuple[Any, ...], studio: Studio) -> tuple[str, bool]:
    """The check with the data, and whether the teacher was not ahead of the student there."""
    try:
        chosen = form_values.config(*values)
        config, source = RunConfig.from_dict(chosen), chosen["data"]
        check_names(config, studio.settings)
        report = pairing.check(chosen["teacher"], chosen["student"], studio.settings, source, config)
    except Exception as problem:
        return rendering.failed(errors.message(problem)), False
    weak = any(entry.code == "weak_teacher" for entry in report.warnings)
    return run_rendering.check(report), weak and report.compatible


def caught_up(asked: tuple[Any, ...], values: tuple[Any, ...], studio: Studio) -> Any:
    """What follows the check with the data: for fields that were changed meanwhile, the quick check."""
    return gr.skip() if values == asked else [checked(values, studio), gr.update(visible=False)]
