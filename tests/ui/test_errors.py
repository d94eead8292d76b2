import logging
from collections.abc import Iterator

import gradio as gr
import pytest

from models.errors import BadRequest
from ui.errors import OUR_FAULT, told


def test_a_mendable_problem_reaches_the_visitor_escaped() -> None:
    @told
    def refuse() -> None:
        raise BadRequest("no model '<b>x</b>'")

    with pytest.raises(gr.Error) as caught:
        refuse()
    assert caught.value.message == "no model &#x27;&lt;b&gt;x&lt;/b&gt;&#x27;"


def test_a_client_gets_it_plain() -> None:
    def refuse() -> None:
        raise BadRequest("no model '<b>x</b>'")

    with pytest.raises(gr.Error) as caught:
        told(refuse, html=False)()
    assert caught.value.message == "no model '<b>x</b>'"


def test_a_bug_is_logged_and_its_details_stay_here(caplog: pytest.LogCaptureFixture) -> None:
    @told
    def broken() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError("secret")

    with caplog.at_level(logging.ERROR), pytest.raises(gr.Error) as caught:
        list(broken())
    assert caught.value.message == OUR_FAULT
    assert "ZeroDivisionError: secret" in caplog.text


def test_results_and_names_pass_through() -> None:
    @told
    def double(number: int) -> int:
        """Twice."""
        return 2 * number

    assert double(2) == 4
    assert double.__name__ == "double"
