"""Marks on the texts of an evaluation: set one, take the marked ones away. Layout only."""

from dataclasses import dataclass

import gradio as gr


@dataclass(frozen=True)
class Opened:
    """The text that a page reads.

    Args:
        text: Its number.
        marked: What the page says of it; somebody else may have marked it since.
    """

    text: int | None = None
    marked: bool = False


@dataclass(frozen=True)
class MarksPanel:
    """The components that events read and write.

    Args:
        opened: An `Opened`.
        downloads: As `marks.write` gives the files.
    """

    opened: gr.State
    mark: gr.Button
    downloads: list[gr.DownloadButton]

    @property
    def outputs(self) -> list[gr.Component]:
        """Everything that is drawn anew when a text is opened or marked."""
        return [self.opened, self.mark, *self.downloads]


def build() -> MarksPanel:
    """Lay it out."""
    opened = gr.State(Opened())
    with gr.Row():
        mark = gr.Button("Mark this text", size="sm", visible=False, elem_id="mark-case")
        downloads = [
            gr.DownloadButton("Download", size="sm", visible=False, elem_id=f"marked-{kind}")
            for kind in ("csv", "jsonl")
        ]
    return MarksPanel(opened, mark, downloads)
