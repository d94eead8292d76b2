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
        list: All kept ones, as links.
        chooser: The one to delete.
        delete: Deletes it.
    """

    keep: gr.Button
    link: gr.HTML
    list: gr.HTML
    chooser: gr.Dropdown
    delete: gr.Button

    @property
    def shown(self) -> list[gr.Component]:
        """What shows the kept ones."""
        return [self.list, self.chooser, self.delete]


def build(studio: Studio) -> KeptPanel | None:
    """Lay it out; None where visitors may change nothing."""
    if not studio.settings.may_change:
        return None
    with gr.Accordion("Keep and share", open=False, elem_id="keep-and-share"):
        keep = gr.Button("Keep this comparison", size="sm", elem_id="keep")
        link = gr.HTML("", elem_id="kept-link")
        every = gr.HTML("", elem_id="kept-list")
        with gr.Row(equal_height=False):
            chooser = gr.Dropdown(
                [], label="Delete a kept one", filterable=False, visible=False, elem_id="kept-chooser"
            )
            delete = gr.Button(
                "Move it to the trash", variant="stop", size="sm", visible=False, elem_id="delete-kept"
            )
    return KeptPanel(keep, link, every, chooser, delete)
