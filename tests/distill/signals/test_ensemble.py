"""What the weights of several teachers may be."""

import pytest

from distill.errors import BadConfig
from distill.signals.ensemble import parse_weights


def test_weights_add_up_to_one() -> None:
    assert parse_weights("3,1", 2) == [0.75, 0.25]
    assert parse_weights("equal", 2) is parse_weights("confidence", 2) is None


@pytest.mark.parametrize(
    "text", ["nan,1", "1,nan", "inf,1", "1e308,1e308", "1e999,1", "0,1", "-1,2", "1", "a,b"]
)
def test_other_weights_are_refused(text: str) -> None:
    with pytest.raises(BadConfig, match=f"teacher_weights is '{text}'; use equal, confidence, or 2 positive"):
        parse_weights(text, 2)
