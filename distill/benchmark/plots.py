"""How latency grows with the input, the beams and the batch: one picture each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
"""Okabe and Ito's, which people with any colour vision tell apart."""
_AXES = {
    "tokens_in": ("input_tokens", "Input tokens"),
    "beams": ("beams", "Beams"),
    "batch": ("batch", "Texts in a batch"),
}  # what is drawn along x: the column that sets it, and its name


def plot_growth(folder: Path, rows: Sequence[dict[str, Any]], conditions: dict[str, Any]) -> list[Path]:
    """Draw latency over each thing that was varied; other things are held as `held_rows` says.

    Args:
        folder: Where `latency_over_*.png` go.
        rows: Rows of a bench.
        conditions: Its `conditions`.

    Returns:
        The pictures; none for what had one value only.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    files = []
    for x, (column, label) in _AXES.items():
        panels = {title: shown for title, shown in held_rows(rows, column).items() if _varies(shown, x)}
        if panels:
            with rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
                figure = Figure(figsize=(1.2 + 4.6 * len(panels), 6), layout="constrained")
                _draw(figure, panels, x, label, conditions)
                files.append(folder / f"latency_over_{column}.png")
                figure.savefig(files[-1], dpi=160)
    return files


def held_rows(rows: Sequence[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of each panel by its title: one for each number of beams; for beams, one with the longest
    inputs.

    Unless it is what varies, the batch is the smallest and the input the longest.
    """
    longest, smallest = max(row["input_tokens"] for row in rows), min(row["batch"] for row in rows)
    kept = [
        row
        for row in rows
        if (column == "batch" or row["batch"] == smallest)
        and (column == "input_tokens" or row["input_tokens"] == longest)
    ]
    if column == "beams":
        return {f"At most {longest} tokens in": kept}
    return {
        "1 beam (greedy)" if beams == 1 else f"{beams} beams": [row for row in kept if row["beams"] == beams]
        for beams in sorted({row["beams"] for row in kept})
    }


def _varies(rows: Sequence[dict[str, Any]], x: str) -> bool:
    return len({row[x] for row in rows}) > 1


def _draw(
    figure: Any, panels: dict[str, list[dict[str, Any]]], x: str, label: str, conditions: dict[str, Any]
) -> None:
    names = list(dict.fromkeys(row["model"] for shown in panels.values() for row in shown))
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axis, (title, shown) in zip(axes, panels.items(), strict=True):
        for name, colour in zip(names, COLOURS, strict=False):
            _line(axis, [row for row in shown if row["model"] == name], x, colour)
        axis.set_title(title, loc="left", fontsize=10, color="0.25")
        axis.set_xlabel(label)
        _scale(axis, sorted({round(row[x]) for row in shown}))
    axes[0].set_ylabel("Seconds (logarithmic)")
    figure.suptitle(f"Latency over {label.lower()}", x=0.01, ha="left", fontsize=14, fontweight="bold")
    legend = figure.legend(
        *axes[0].get_legend_handles_labels(),
        loc="outside lower left",
        frameon=False,
        alignment="left",
        title=_caption(panels, conditions),
        title_fontproperties={"size": 8},
    )
    legend.get_title().set_color("0.4")


def _line(axis: Any, rows: Sequence[dict[str, Any]], x: str, colour: str) -> None:
    """One model; inputs longer than it reads are the same case again, so they are drawn once."""
    points = sorted({round(row[x]): row for row in reversed(rows)}.items())
    if not points:
        return
    places, drawn = [place for place, _ in points], [row for _, row in points]
    seconds = [row["seconds"] for row in drawn]
    axis.plot(places, seconds, "o-", color=colour, label=_name(drawn[0]), lw=2, ms=5)
    if all(row["p5"] is not None for row in drawn):
        low, high = ([row[part] for row in drawn] for part in ("p5", "p95"))
        axis.fill_between(places, low, high, color=colour, alpha=0.18, lw=0)


def _scale(axis: Any, values: Sequence[int]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_yscale("log")
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
    axis.yaxis.set_minor_formatter(NullFormatter())
    axis.set_xticks(values, [str(value) for value in values])
    axis.grid(axis="y", color="0.9", lw=0.8)
    axis.set_axisbelow(True)


def _name(row: dict[str, Any]) -> str:
    """The model and what it ran on, which its name may say already."""
    engine = f"{row['engine']} {row['dtype']}"
    return row["model"] if "@" in row["model"] else f"{row['model']}: {engine}"


def _caption(panels: dict[str, list[dict[str, Any]]], conditions: dict[str, Any]) -> str:
    calls = min(row["n"] for shown in panels.values() for row in shown)
    spread = "bands: p5 to p95" if calls >= 20 else "too few for p5 to p95"
    forced = conditions["new_tokens"]
    length = f"exactly {forced} tokens out" if forced else "summaries as long as each model likes"
    return f"Medians of {calls} calls ({spread}), {length}, {conditions['processor']}"
