"""What a chat or a search engine shows for a link to the page: Gradio's own template names Gradio."""

import re
from html import escape

from gradio import routes
from jinja2 import ChoiceLoader, DictLoader

_OTHERS = re.compile(r"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>\s*")
_PAGES = ("frontend/index.html", "frontend/share.html")
_templates = routes.templates.env
_library = _templates.loader


def install(title: str, about: str) -> None:
    """Have the pages of this process say `title` and `about` in their head, before any script has run."""
    assert _library is not None
    own = "".join(
        f'<meta {key}="{name}" content="{escape(content)}">\n'
        for key, name, content in (
            ("property", "og:type", "website"),
            ("property", "og:title", title),
            ("property", "og:description", about),
            ("name", "description", about),
            ("name", "twitter:card", "summary"),
        )
    )
    pages = {}
    for name in _PAGES:
        source, *_ = _library.get_source(_templates, name)
        pages[name] = _OTHERS.sub("", source).replace("<head>", f"<head>\n{own}", 1)
    _templates.loader = ChoiceLoader([DictLoader(pages), _library])
