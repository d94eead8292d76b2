import pytest

from ui.shared import figures


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0, "0 bytes"),
        (999, "999 bytes"),
        (999_400, "999 kB"),
        (999_600, "1 MB"),
        (999_999_999, "1.00 GB"),
        (9_996_000_000, "10.0 GB"),
        (16_900_000, "17 MB"),
        (1_240_000_000, "1.24 GB"),
        (24_800_000_000, "24.8 GB"),
    ],
)
def test_size(value: int | None, text: str) -> None:
    assert figures.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (420_000, "0.42 M"),
        (999_999, "1.0 M"),
        (8_400_000, "8.4 M"),
        (99_960_000, "100 M"),
        (223_000_000, "223 M"),
        (999_600_000, "1.00 B"),
        (1_240_000_000, "1.24 B"),
    ],
)
def test_parameters(value: int, text: str) -> None:
    assert figures.parameters(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0.0008, "0.8 ms"),
        (0.0097, "10 ms"),
        (0.043, "43 ms"),
        (0.0996, "0.10 s"),
        (1.2345, "1.23 s"),
        (9.996, "10.0 s"),
        (12.34, "12.3 s"),
        (59.96, "1 min 0 s"),
        (185, "3 min 5 s"),
    ],
)
def test_seconds(value: float | None, text: str) -> None:
    assert figures.seconds(value) == text


def test_duration_in_hours() -> None:
    assert figures.duration(7440) == "2 h 4 min"


@pytest.mark.parametrize(
    ("mine", "other", "said"),
    [
        (1.0, 3.1, "3.1× faster"),
        (1.4, 1.0, "1.4× slower"),
        (1.0, 12.4, "12× faster"),
        (1.0, 1.04, None),
        (0.0, 1.0, None),
    ],
)
def test_versus(mine: float, other: float, said: str | None) -> None:
    assert figures.versus(mine, other, "faster", "slower") == said


@pytest.mark.parametrize(("value", "shown"), [(0.5, "0.50×"), (0.996, "1.0×"), (9.94, "9.9×"), (12.4, "12×")])
def test_ratios(value: float, shown: str) -> None:
    assert figures.ratio(value) == shown
