"""The fields of a form that say which data is meant: the built-in samples, a file, or a hub data set."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from distill import data
from distill.data import BUILT_IN, HUB_DATASETS
from models.errors import BadRequest, DistillError
from models.settings import Settings
from ui.shared.limits import QUIET

_KINDS = [".csv", ".tsv", ".jsonl", ".json", ".parquet", ".gz"]


@dataclass(frozen=True)
class DataFields:
    """The components, in the order of `chosen`."""

    source: gr.Radio
    file: gr.File
    document: gr.Dropdown
    summary: gr.Dropdown
    hub: gr.Dropdown

    @property
    def inputs(self) -> list[gr.Component]:
        """All of them."""
        return list(vars(self).values())


def build(name: str, built_in: str, summaries: str = "summaries") -> DataFields:
    """Lay them out.

    Args:
        name: What the ids of the elements begin with.
        built_in: What the built-in samples are called here.
        summaries: What the summaries of a file are here.
    """
    source = gr.Radio(
        [(built_in, "built-in"), ("A file", "file"), ("A hub data set", "hub")],
        value="built-in",
        label="Data",
        elem_id=f"{name}-source",
    )
    file = gr.File(
        label="csv, jsonl or parquet", file_types=_KINDS, visible=False, height=120, elem_id=f"{name}-file"
    )
    # A column of the file before may still stand there for a moment: so any value is allowed.
    column: dict[str, Any] = {"visible": False, "allow_custom_value": True}
    with gr.Row():
        document = gr.Dropdown([], label="Column of the texts", elem_id=f"{name}-document", **column)
        summary = gr.Dropdown([], label=f"Column of the {summaries}", elem_id=f"{name}-summary", **column)
    hub = gr.Dropdown(
        list(HUB_DATASETS),
        label="Data set",
        info="A name from the list, or owner/name.",
        allow_custom_value=True,
        visible=False,
        elem_id=f"{name}-hub",
    )
    return DataFields(source, file, document, summary, hub)


def connect(fields: DataFields, settings: Settings) -> Any:
    """Show what is needed of them; returns the event of a file, after which its columns stand there."""
    columns = [fields.document, fields.summary]
    fields.source.change(_needed, fields.source, [fields.file, *columns, fields.hub], **QUIET)
    return fields.file.change(lambda file: columns_of(file, settings), fields.file, columns, **QUIET)


def chosen(
    source: str, file: str | None, document: str | None, summary: str | None, hub: str | None
) -> dict[str, Any]:
    """What is chosen, as settings of a run; raises BadRequest where something is not chosen yet."""
    if source == "file":
        if not (file or "").strip():
            raise BadRequest("Upload a csv, jsonl or parquet file first.")
        return {"data": file, "document_column": document or None, "summary_column": summary or None}
    if source == "hub" and not (hub or "").strip():
        raise BadRequest("Choose a hub data set.")
    return {"data": str(hub).strip() if source == "hub" else BUILT_IN}


def columns_of(file: str | None, settings: Settings) -> list[Any]:
    """The columns of a file, to choose from; none of one that cannot be read."""
    try:
        names = data.read_columns(file, settings) if file else []
    except DistillError:  # whoever reads it says what is wrong with it
        names = []
    return [gr.update(choices=names, value=None, info="Empty: found by its name." if names else None)] * 2


def _needed(source: str) -> list[Any]:
    return [gr.update(visible=source == "file")] * 3 + [gr.update(visible=source == "hub")]
