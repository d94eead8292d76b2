"""What to say of a text that a model was not made for."""

from models.store.catalogue import ROLES
from models.text.genre import unlike_news

_NEWS_MODELS = {f"embedded/{role}" for role in ROLES}


def warning(model: str | None, text: str) -> str:
    """A sentence where a text is plainly no English news and the model has learned only those; else ""."""
    kind = unlike_news(text) if model in _NEWS_MODELS else None
    if kind is None:
        return ""
    return f"This looks like {kind}. The embedded models were made for English news: expect nonsense."
