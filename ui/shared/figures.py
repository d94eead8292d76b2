"""Numbers formatted for people. What rounds up to the next unit is written in it: `1 MB`, never `1000 kB`."""


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 word`, `1,204 words`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def size(value: int | None) -> str:
    """Bytes in decimal units, `—` when unknown: 51200000 → `51 MB`."""
    if value is None:
        return "—"
    amount = float(value)
    for unit in ("bytes", "kB", "MB"):
        if round(amount) < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.2f} GB" if amount < 9.995 else f"{amount:.1f} GB"


def parameters(value: int) -> str:
    """`8.4 M`, `223 M`, `1.24 B`."""
    millions = value / 1e6
    if millions >= 999.5:
        return f"{millions / 1000:.2f} B"
    if millions >= 99.95:
        return f"{millions:.0f} M"
    return f"{millions:.1f} M" if millions >= 0.995 else f"{millions:.2f} M"


def seconds(value: float | None) -> str:
    """`0.8 ms`, `43 ms`, `1.24 s`, `12.4 s`, `3 min 5 s`; `—` when unknown."""
    if value is None:
        return "—"
    if value < 0.0995:
        return f"{value * 1000:.0f} ms" if value >= 0.0095 else f"{value * 1000:.1f} ms"
    if value < 9.995:
        return f"{value:.2f} s"
    return f"{value:.1f} s" if value < 59.95 else duration(value)


def duration(value: float | None) -> str:
    """Whole seconds, minutes and hours: `45 s`, `3 min 5 s`, `2 h 4 min`; `—` when unknown."""
    if value is None:
        return "—"
    whole = max(0, round(value))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def times(larger: float, smaller: float) -> str:
    """The ratio of two positive numbers: `3.1×`, `12×`."""
    return ratio(larger / smaller)


def ratio(value: float) -> str:
    """`0.82×`, `3.1×`, `12×`."""
    if value < 0.995:
        return f"{value:.2f}×"
    return f"{value:.1f}×" if value < 9.95 else f"{value:.0f}×"


def alike(ratio: float) -> bool:
    """Whether two numbers of this ratio are about as large: within 5%."""
    return 0.95 < ratio < 1.05


def versus(mine: float, other: float, better: str, worse: str) -> str | None:
    """How `mine` compares with `other`, less being better: `3.1× faster`, `1.4× slower`; None if `alike`."""
    if mine <= 0 or other <= 0 or alike(mine / other):
        return None
    return f"{times(other, mine)} {better}" if mine < other else f"{times(mine, other)} {worse}"
