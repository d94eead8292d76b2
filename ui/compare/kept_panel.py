"""The part of the Compare tab that keeps a comparison and lists the kept ones: layout only."""

from dataclasses import dataclass

import gradio as gr

from ui.shared.studio import Studio


@dataclass(frozen=True)
class KeptPanel:
    """The components that events read and write.

    Args:
        keep: Keeps what the columns show.
        link: Where it is found again.
        every: All kept ones, as links.
        chooser: The one to delete.
        delete: Deletes it.
    """

    keep: gr.Button
    link: gr.HTML
    every: gr.HTML
    chooser: gr.Dropdown
    delete: gr.Button

    @property
    def shown(self) -> list[gr.Component]:
        """What shows the kept ones."""
        return [self.every, self.chooser, self.delete]


def build(studio: Studio) -> KeptPanel | None:
    """Lay it out; None where visitors may change nothing."""
    if not studio.settings.may_change:
        return None
    with gr.Accordion("Keep and share", open=False, elem_id="keep-and-share"):
        keep = gr.Button("Keep this comparison", elem_id="keep")
        link = gr.HTML("", elem_id="kept-link")
        every = gr.HTML("", elem_id="kept-list")
        with gr.Row(elem_classes=["measure-row"]):
            chooser = gr.Dropdown(
                [],
                label="Delete a kept one",
                filterable=False,
                visible=False,
                scale=3,
                elem_id="kept-chooser",
            )
            delete = gr.Button(
                "Move it to the trash", variant="stop", visible=False, min_width=160, elem_id="delete-kept"
            )
    return KeptPanel(keep, link, every, chooser, delete)
