from html import unescape

from distill.comparison import COMPARABLE
from distill.config.presets import METHODS
from ui.distil.form_values import method_values
from ui.distil.run_form import method_text
from ui.shared.method_words import ROWS, WORDS, label


def test_every_method_is_explained_with_its_source() -> None:
    assert list(WORDS) == list(METHODS)
    for name, words in WORDS.items():
        assert words.text in unescape(method_text(name))
        assert words.source in unescape(method_text(name))


def test_every_row_of_a_comparison_has_a_name() -> None:
    assert {*COMPARABLE, "teacher"} == set(ROWS)
    assert label("not-known-here") == "not-known-here"


def test_the_fields_show_what_a_method_sets() -> None:
    assert method_values("ce")["alpha"] == 0.0
    assert method_values("multi")["attention_weight"] == 1.0
    assert method_values("logit")["attention_weight"] == 0.0
    assert method_values("curriculum")["temperature_schedule"] == "learnable"
