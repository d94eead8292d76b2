"""Pictures of a comparison: gradients by block, held-out losses, ROUGE with intervals, moving schedules."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from distill import runs
from distill.comparison import results
from distill.comparison.curves import Curve, Series, curves
from distill.comparison.plan import REFERENCE
from distill.comparison.results import block_keys, early_share
from distill.comparison.style import LOOKS, draw_line, finish, footer, new_figure, shade
from distill.runs.metrics import blocks, held_out, of_gradient
from distill.tasks import SHOWN
from models.settings import Settings


def draw(folder: Path, result: Mapping[str, Any], settings: Settings) -> list[Path]:
    """Draw what there is to draw.

    Args:
        folder: Where the PNG files go, made if need be.
        result: As `results.collect` makes it.
        settings: The studio's, to find the runs.

    Returns:
        The files for a light page, in the order to show them; those for a dark one are below them in `dark`.
    """
    from matplotlib import rc_context

    series: Series = {
        row["method"]: [runs.find(run_id, settings).metrics() for run_id in row["runs"]]
        for row in result["rows"]
        if row["trained"]
    }
    drawn = {}
    for look, target in (("light", folder), ("dark", folder / "dark")):
        target.mkdir(parents=True, exist_ok=True)
        with rc_context(LOOKS[look]):
            drawn[look] = _draw_all(target, result, series)
    return drawn["light"]


def _draw_all(folder: Path, result: Mapping[str, Any], series: Series) -> list[Path]:
    pictures = [_held_out] if result.get("grid") else [_held_out, _gradients, _early, _schedules]
    drawn = [_rouge(folder, result), *(picture(folder, result, series) for picture in pictures)]
    return [path for path in drawn if path is not None]


def _rouge(folder: Path, result: Mapping[str, Any]) -> Path:
    """Dots with intervals, a panel a kind; the reference's interval as a band behind all."""
    from matplotlib import rcParams

    reference = result["reference"]
    rows, blue = sorted(result["rows"], key=lambda row: row["rougeL"]["f"]), shade("#0072B2")
    row = "cell" if result.get("grid") else "way to teach"
    figure = new_figure(f"What each {row} comes to", 12, 1.8 + 0.42 * len(rows))
    axes = figure.subplots(1, len(SHOWN), sharey=True)
    for axis, metric in zip(axes, SHOWN, strict=True):
        for place, row in enumerate(rows):
            score = row[metric.name]
            colour = blue if row["trained"] else "#888888"
            axis.plot([100 * score["low"], 100 * score["high"]], [place, place], color=colour, lw=2.5)
            axis.plot(100 * score["f"], place, "o", color=colour, ms=8)
            if row["seeds"] > 1:
                seeds = [100 * value for value in score["by_seed"]]
                axis.plot(seeds, [place] * len(seeds), "|", color=rcParams["text.color"], ms=11, mew=1.2)
            if row["method"] == reference:
                axis.axvspan(100 * score["low"], 100 * score["high"], color=blue, alpha=0.12, lw=0)
                axis.axvline(100 * score["f"], color=blue, lw=1, ls=":")
        axis.set_title(metric.label, loc="left", fontweight="bold")
        axis.set_xlabel("F1 × 100")
        axis.grid(axis="x")
    axes[0].set_yticks(range(len(rows)), [row["method"] for row in rows])
    told = "cross-entropy only (ce)" if reference == REFERENCE else reference
    note = f"Dots: means; lines: 95% intervals; ticks: each seed; band: {told}."
    return finish(figure, folder / "rouge.png", f"{note} Grey: not trained here. {footer(result)}")


def _held_out(folder: Path, result: Mapping[str, Any], series: Series) -> Path | None:
    others = {row["method"] for row in result["rows"] if results.measures_otherwise(row)}
    alike = {method: each for method, each in series.items() if method not in others}
    panels = {
        "Cross-entropy on the held-out labels": curves(series, _value(held_out("hard"))),
        "Distance to the teacher's logits": curves(alike, _value(held_out("soft"))),
    }
    return _panels(folder / "held_out_loss.png", result, "Held-out loss over training", panels, "Loss")


def _gradients(folder: Path, result: Mapping[str, Any], series: Series) -> Path | None:
    """A panel a block, the encoder's above the decoder's, one logarithmic scale."""
    first = next((row for each in series.values() for row in each[0] if block_keys(row)), None)
    if first is None:
        return None
    stacks = [blocks(first, stack) for stack in results.STACKS]
    width = max(map(len, stacks))
    figure = new_figure("Gradient norm of each block over training", 1.5 + 2.3 * width, 6)
    axes = figure.subplots(2, width, sharex=True, sharey=True, squeeze=False)
    for line, names in zip(axes, stacks, strict=True):
        for axis, name in zip(line, names, strict=False):
            found = curves(series, _value(of_gradient(name)), smooth=True)
            for place, (method, curve) in enumerate(found.items()):
                draw_line(axis, method, curve, place)
            stack, block = name.split(".")
            axis.set_title(f"{stack.capitalize()} block {int(block) + 1}", loc="left")
            axis.set_yscale("log")
            axis.grid(axis="y")
        for axis in line[len(names) :]:
            axis.set_axis_off()
        line[0].set_ylabel("Norm (logarithmic)")
    for axis, *_ in zip(axes[1], stacks[1], strict=False):
        axis.set_xlabel("Step")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside right center", frameon=False)
    note = "Before clipping; running means over a twentieth of the steps, mean over seeds."
    return finish(figure, folder / "gradient_norms.png", f"{note} {footer(result)}")


def _early(folder: Path, result: Mapping[str, Any], series: Series) -> Path | None:
    def share(row: Mapping[str, Any]) -> float | None:
        found = early_share([row])
        return None if found is None else 100 * found

    title = "Do early layers keep learning?"
    panels = {"": curves(series, share, smooth=True)}
    label = "Share of the encoder's lower half\nin all blocks' gradient norms, %"
    return _panels(folder / "early_share.png", result, title, panels, label)


def _schedules(folder: Path, result: Mapping[str, Any], series: Series) -> Path | None:
    """Temperature and alpha where they move."""
    panels = {}
    for name in ("temperature", "alpha"):
        # A batch the student writes has alpha 1, so that alpha jumps with on-policy: its mean tells more.
        found = curves(series, _value(name), smooth=name == "alpha")
        moving = {method: curve for method, curve in found.items() if curve.moves}
        if moving:
            panels[name.capitalize()] = moving
    return _panels(folder / "schedules.png", result, "What moves during training", panels, "Value")


def _panels(
    path: Path, result: Mapping[str, Any], title: str, panels: Mapping[str, Mapping[str, Curve]], y: str
) -> Path | None:
    shown = {name: lines for name, lines in panels.items() if lines}
    if not shown:
        return None
    most = max(map(len, shown.values()))  # entries of the legend, above some of which it needs more room
    figure = new_figure(title, 4 + 4.5 * len(shown), max(4.8, 1.2 + 0.24 * most))
    axes = figure.subplots(1, len(shown), squeeze=False)[0]
    places = {method: place for place, method in enumerate(row["method"] for row in result["rows"])}
    offset = sum(not row["trained"] for row in result["rows"])
    handles: dict[str, Any] = {}
    for axis, (name, lines) in zip(axes, shown.items(), strict=True):
        for method, curve in lines.items():
            draw_line(axis, method, curve, places[method] - offset)
        axis.set_title(name, loc="left", fontweight="bold")
        axis.set_xlabel("Step")
        axis.locator_params(axis="x", integer=True)
        axis.grid(axis="y")
        found, names = axis.get_legend_handles_labels()
        handles |= dict(zip(names, found, strict=True))
    axes[0].set_ylabel(y)
    figure.legend(list(handles.values()), list(handles), loc="outside right center", frameon=False)
    return finish(figure, path, f"Lines: mean over seeds; bands: from seed to seed. {footer(result)}")


def _value(key: str) -> Callable[[Mapping[str, Any]], float | None]:
    return lambda row: row.get(key)
