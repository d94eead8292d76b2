import re

import pytest
from gradio import routes

from models.settings import Settings
from ui import page

_TAG = re.compile(r'<meta (?:property|name)="((?:og|twitter):\w+|description)" content="([^"]*)"')


@pytest.mark.parametrize("name", ["index", "share"])
def test_the_preview_of_a_link_names_the_product_and_no_other(name: str, settings: Settings) -> None:
    page.build(settings)
    environment = routes.templates.env
    assert environment.loader is not None
    source, *_ = environment.loader.get_source(environment, f"frontend/{name}.html")
    tags = _TAG.findall(source)
    assert ("og:title", page.TITLE) in tags
    assert len(re.findall("og:title", source)) == 1
    assert "distilled model" in dict(tags)["description"]
    assert not [content for _, content in tags if "radio" in content]
    assert "window.gradio_config" in source
