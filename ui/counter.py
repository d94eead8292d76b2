"""The live count under the input: words, tokens, and what would be cut. Uses a tokenizer, never a model."""

from functools import lru_cache
from pathlib import Path

from models import loading
from models.decoding import INPUT_LIMIT, PREFIX
from models.errors import DistillError
from models.tokenizer import TextTokenizer
from ui import figures
from ui.studio import Studio

EXACT = 100_000
"""Characters up to which tokens are counted; beyond, the count is scaled up and said to be about right."""


def counted(text: str, model: str | None, studio: Studio) -> str:
    """One line of HTML on how long the text is for `model`; without a tokenizer at hand, its words alone."""
    if not text.strip():
        return '<div class="counter">No text yet</div>'
    words = figures.count(len(text.split()), "word")
    tokens = _tokens(text[:EXACT], model, studio)
    if tokens is None:
        return f'<div class="counter">{words}</div>'
    about = "" if len(text) <= EXACT else "about "
    tokens = tokens if len(text) <= EXACT else round(tokens * len(text) / EXACT)
    line = f"{words} · {about}{figures.count(tokens, 'token')}"
    if tokens > INPUT_LIMIT:
        line += (
            f' <span class="over">· {about}{tokens - INPUT_LIMIT:,} over the limit of {INPUT_LIMIT}</span>'
        )
    return f'<div class="counter">{line}</div>'


def _tokens(text: str, model: str | None, studio: Studio) -> int | None:
    try:
        folder = studio.folder(model) if model else None
        if folder is None:
            return None
        tokenizer = _tokenizer(folder)
        return len(tokenizer.wrap(tokenizer.encode(PREFIX + text).ids))
    except DistillError:
        return None


@lru_cache(maxsize=4)
def _tokenizer(folder: Path) -> TextTokenizer:
    return loading.open_tokenizer(folder)
