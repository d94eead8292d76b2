import logging
from collections.abc import Callable, Iterator
from html import unescape

import gradio as gr
import pytest

from distill.comparison.plan import ComparisonPlan
from distill.config import RunConfig
from models.decoding import Decoding
from models.errors import BadRequest
from ui.compare import settings_panel
from ui.shared.errors import OUR_FAULT, told


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


@pytest.mark.parametrize(
    ("wrong", "page", "script"),
    [
        (lambda: settings_panel.decoding(4, 20, 60, 2.0, 0, False), "“Shortest, in tokens” is 60; use",
         "min_new_tokens is 60; use a whole number from 0 to 20."),
        (lambda: Decoding(max_new_tokens=0), "“Longest, in tokens” is 0; use", "max_new_tokens is 0; use"),
        (lambda: RunConfig.from_dict({"student": "s", "learning_rate": 5}), "“Learning rate” is 5.0; use",
         "learning_rate is 5.0; use a value from 1e-09 to 1."),
        (lambda: RunConfig.from_dict({"student": "s", "epochs": "many"}), "“Epochs” is 'many'; it must",
         "epochs is 'many'; it must"),
        (lambda: RunConfig.from_dict({"student": "s", "alpha_schedule": "up"}), "“Alpha over time” is 'up'",
         "alpha_schedule is 'up'"),
        (lambda: RunConfig.from_dict({"student": "s", "seed": -1}), "seed is", "seed is"),  # it has no field
        (lambda: RunConfig.from_dict({"student": "s", "method": "adaptive", "batch_size": 1}),
         "“Temperature over time” is 'adaptive', which compares the examples of a batch: set “Batch size”",
         "temperature_schedule is 'adaptive', which compares the examples of a batch: set batch_size"),
        (lambda: RunConfig.from_dict({"student": "s", "alpha_schedule": "linear"}),
         "“Alpha over time” moves towards “Alpha at the end”: set that",
         "alpha_schedule moves towards alpha_end: set that"),
        (lambda: RunConfig.from_dict({"student": "s", "method": "on-policy", "teacher_cache": True}),
         "“Cache the teacher” needs one teacher, a constant temperature and “Share written by the student”",
         "teacher_cache needs one teacher, a constant temperature and on_policy"),
        (lambda: RunConfig.from_dict({"student": "s", "rollouts": 2}),  # it has no field, what it needs has
         "rollouts are written on a share of the batches: set “Share written by the student” too",
         "rollouts are written on a share of the batches: set on_policy too"),
        (lambda: ComparisonPlan.from_values(
            {"student": "s", "teacher": "t", "teacher_cache": True, "methods": "multi"}
         ),
         "multi: “Cache the teacher” keeps logits only, and “Weight of hidden states” needs more",
         "multi: teacher_cache keeps logits only, and hidden_weight needs more"),
    ],
)  # fmt: skip
def test_a_setting_that_is_refused_is_called_what_the_form_calls_it(
    wrong: Callable[[], object], page: str, script: str
) -> None:
    said = []
    for html in (True, False):
        with pytest.raises(gr.Error) as caught:
            told(wrong, html=html)()
        said.append(unescape(str(caught.value.message)))
    assert said[0].startswith(page)
    assert said[1].startswith(script)


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
