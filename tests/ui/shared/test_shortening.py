"""Beginnings of texts."""

import pytest

from ui.shared.shortening import shortened


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        (" \n ", ""),
        ("The cat \n sat", "The cat sat"),
        ("The cat sat.", "The cat sat."),  # just as long as there is room for
        ("The cat sat..", "The cat…"),
        ("The cat sat down", "The cat sat…"),
        ("漢" * 200, "漢" * 11 + "…"),
        ("漢" * 12, "漢" * 12),
        ("A " + "漢" * 200, "A " + "漢" * 9 + "…"),  # the only space is far
        ("https://example.com/a b", "https://exa…"),
        ("cat" + " " * 100 + "sat", "cat…"),
        (" " * 30 + "cat" + " " * 60, "cat"),
    ],
)
def test_a_line_holds_what_it_can_of_any_script(text: str, line: str) -> None:
    assert shortened(text, 12) == line
    assert len(line) <= 12
