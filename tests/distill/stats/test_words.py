import pytest

from distill.stats import interval, limits, listed, points


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [
        (0.132, False, "13.2"),
        (1.0, False, "100.0"),
        (0.0, False, "0.0"),
        (0.0, True, "0.0"),
        (0.008, True, "+0.8"),
        (-0.013, True, "−1.3"),
        (-0.0005, True, "−0.1"),
        (-0.0004, True, "−0.04"),  # never "−0.0"
        (0.000012, True, "+0.001"),
        (-1e-17, True, "0.0"),  # rounding, no difference
    ],
)
def test_points(value: float, signed: bool, text: str) -> None:
    assert points(value, signed) == text


def test_intervals() -> None:
    assert interval({"f": 0.132, "low": 0.101, "high": 0.15}) == "13.2 (10.1–15.0)"
    gap = {"f": 0.013, "low": -0.0003, "high": 0.024}
    assert interval(gap, signed=True) == "+1.3 (−0.03 to +2.4)"
    assert limits(gap, signed=True) == "−0.03 to +2.4"


def test_things_in_a_sentence() -> None:
    assert [listed(list(parts)) for parts in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
