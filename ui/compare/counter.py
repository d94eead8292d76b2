"""The live count under the input: words, tokens, and what would be cut. Uses a tokenizer, never a model."""

from functools import lru_cache
from pathlib import Path

from models.errors import DistillError
from models.text.encoding import TextEncoder, open_encoder
from models.text.tidying import blank, printable
from ui.shared import domain, figures
from ui.shared.studio import Studio

EXACT = 100_000
"""Characters up to which tokens are counted; beyond, the count is scaled up and said to be about right."""


def counted(text: str | None, model: str | None, studio: Studio) -> str:
    """One line of HTML on how long the text is for `model`; without a tokenizer at hand, its words alone."""
    if not text or blank(text):
        return '<div class="counter">No text yet</div>'
    words = figures.count(len(text.split()), "word")
    encoder = _encoder(model, studio)
    text = printable(text)  # of a text with a long margin the first characters would be none
    read = text[:EXACT]
    if encoder is None or blank(read):
        return f'<div class="counter">{words}</div>'
    tokens = len(encoder.tokenizer.wrap(encoder.encode(read).ids))
    about = "" if read == text else "about "
    tokens = tokens if read == text else round(tokens * len(text) / EXACT)
    line = f"{words} · {about}{figures.count(tokens, 'token')}"
    if tokens > encoder.limit:
        line += f' <span class="over">· over the limit of {encoder.limit}</span>'
    if unfit := domain.warning(model, text):
        line += f'<br><span class="over">{unfit}</span>'
    return f'<div class="counter">{line}</div>'


def _encoder(model: str | None, studio: Studio) -> TextEncoder | None:
    """How the model is given its text, if it is on this machine."""
    try:
        folder = studio.folder(model) if model else None
        return _opened(folder) if folder else None
    except DistillError:
        return None


@lru_cache(maxsize=4)
def _opened(folder: Path) -> TextEncoder:
    return open_encoder(folder)
