"""Scores as people read them: F1 × 100 everywhere. JSON and CSV hold the F1 itself, from 0 to 1.

And lists of words, as sentences have them.
"""

from collections.abc import Mapping, Sequence

_FINEST = 4  # decimals; what is smaller is rounding


def points(value: float, signed: bool = False) -> str:
    """An F1 from 0 to 1, or a difference of two (`signed`), times 100: `13.2`, `+0.8`, `−0.05`.

    One decimal, or as many more as it takes to tell the value from 0.
    """
    value = round(100 * value, _FINEST)
    if not value:
        return "0.0"
    decimals = next((n for n in range(1, _FINEST) if round(value, n)), _FINEST)
    return f"{value:{'+' if signed else ''}.{decimals}f}".replace("-", "−")


def limits(value: Mapping[str, float], signed: bool = False) -> str:
    """From `low` to `high` of an interval: `10.1–15.0`, signed `+0.2 to +2.4`."""
    low, high = (points(value[side], signed) for side in ("low", "high"))
    return f"{low} to {high}" if signed else f"{low}–{high}"


def interval(value: Mapping[str, float], signed: bool = False) -> str:
    """`f` with its interval: `13.2 (10.1–15.0)`, signed `+1.3 (+0.2 to +2.4)`."""
    return f"{points(value['f'], signed)} ({limits(value, signed)})"


def listed(parts: Sequence[str], word: str = "and") -> str:
    """One or more things in a sentence: `a`, `a and b`, `a, b and c`; `word` stands before the last."""
    *first, last = parts
    return f"{', '.join(first)} {word} {last}" if first else last
