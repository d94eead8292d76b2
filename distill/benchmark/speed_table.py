"""A bench's result for people to read."""

from collections.abc import Sequence
from typing import Any


def speed_table(result: dict[str, Any]) -> str:
    """The result in plain text: latencies, ratios, shares of the limit, disturbances."""
    width = max(len(row["model"]) for row in result["rows"])
    lines = [
        *_latencies(result["rows"], width),
        "",
        *_shares(result, width),
        "",
        *(_ratio(ratio) for ratio in result["ratios"]),
        *(_overhead(entry) for entry in result["overheads"]),
    ]
    if result["disturbed"]:
        lines += [
            "",
            "Disturbed: the seconds are too high, the machine's limits too low, the ratios noisier.",
        ]
        lines += [f"  {sentence}" for sentence in result["disturbances"]]
    return "\n".join(lines).strip()


def _latencies(rows: Sequence[dict[str, Any]], width: int) -> list[str]:
    lines = [
        f"{'milliseconds':{width}} beams batch  in  out  median (p5–p95)         first"
        "  encode   decode  tok/s  weights"
    ]
    for row in rows:
        spread = f"({_ms(row['p5'])}–{_ms(row['p95'])})" if row["p5"] is not None else "(under 20 runs)"
        energy = f"  {row['energy_joules']:.2f} J" if row["energy_joules"] is not None else ""
        parts = f"{_ms(row['encode_seconds']):>6} {_ms(row['decode_seconds']):>8}"
        lines.append(
            f"{row['model']:{width}} {row['beams']:5} {row['batch']:5} {row['tokens_in']:4.0f}"
            f" {row['tokens_out']:4.0f}  {_ms(row['seconds']):>6} {spread:16} {_ms(row['ttft']):>6}"
            f"  {parts} {row['tokens_per_second']:6.0f}"
            f" {row['weights_bytes'] / 1e6:5.0f} MB  {row['engine']} {row['dtype']} {row['device']}"
            f" ×{row['threads']}{energy}"
        )
    loads = {row["model"]: row["load_seconds"] for row in rows}
    lines.append("Loading: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in loads.items()))
    lines.append(f"Memory of the process with all of them: {rows[-1]['process_bytes'] / 1e6:.0f} MB")
    return lines


def _shares(result: dict[str, Any], width: int) -> list[str]:
    lines = [
        f"{'share of the limit':{width}} beams batch  in≤  whole          encode         decode  bound by"
    ]
    for row in result["limits"]["rows"]:
        parts = [
            f"{_percent(row[f'{part}share']):>4} of {_ms(row[f'{part}floor_seconds']):>5}"
            for part in ("", "encode_", "decode_")
        ]
        lines.append(
            f"{row['model']:{width}} {row['beams']:5} {row['batch']:5} {row['input_tokens']:4}"
            f"  {'  '.join(parts)}  {row['decode_bound']}"
        )
    return lines + [_machine(machine) for machine in result["limits"]["machine"]]


def _machine(machine: dict[str, Any]) -> str:
    rates = ", ".join(f"{name} {rate / 1e9:.0f}" for name, rate in machine["rates"].items())
    sizes = ", ".join(
        f"{size / 1e6:.0f} MB {speed / 1e9:.0f}" for size, speed in sorted(machine["bandwidth"].items())
    )
    return (
        f"The limit of {machine['device']} ×{machine['threads']}: multiply-adds in 10⁹/s: {rates}; "
        f"reading in GB/s, by working set: {sizes}"
    )


def _ratio(ratio: dict[str, Any]) -> str:
    interval = f"{ratio['times_faster']:.1f} times faster ({ratio['low']:.1f}–{ratio['high']:.1f})"
    return f"{ratio['model']} is {interval} than {ratio['reference']} at {_case(ratio)}"


def _overhead(entry: dict[str, Any]) -> str:
    engine, whole = (
        f"{entry[part]['median']:.3f} ({entry[part]['low']:.3f}–{entry[part]['high']:.3f})"
        for part in ("engine", "whole")
    )
    return (
        f"{entry['model']} takes {engine} times as long as the bare library, "
        f"{whole} with tokenising and writing, at {_case(entry)}"
    )


def _case(entry: dict[str, Any]) -> str:
    batch = f", {entry['batch']} texts at once" if entry["batch"] > 1 else ""
    beams = "1 beam" if entry["beams"] == 1 else f"{entry['beams']} beams"
    return f"{beams}, at most {entry['input_tokens']} tokens in{batch}"


def _ms(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds * 1000:.1f}" if seconds < 0.1 else f"{seconds * 1000:.0f}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
