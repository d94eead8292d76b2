"""Whether something else kept the machine busy during a measurement."""

import time
from dataclasses import dataclass

import psutil

from distill import runs
from models.settings import Settings

_HEAVY = 0.2  # of one core


@dataclass(frozen=True)
class Use:
    """Seconds of CPU time since each began, at one moment.

    Args:
        clock: The moment, in seconds of `time.perf_counter`.
        total: Of everything on the machine.
        own: Of this process and its children.
        stolen: Of other virtual machines on the same cores.
        others: Of every other process, with its name, by its id and the time it was started.
    """

    clock: float
    total: float
    own: float
    stolen: float
    others: dict[tuple[int, float], tuple[str, float]]


class DisturbanceWatch:
    """Watches from its creation until `sentences()` is called."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._run = runs.active(settings)
        self._before = _use()

    def sentences(self) -> list[str]:
        """What disturbed the measurement, one sentence each; none if nothing did."""
        found = disturbances(self._before, _use())
        run = self._run or runs.active(self._settings)
        return found if run is None else [f"The distillation run {run.run_id} was busy.", *found]


def disturbances(before: Use, after: Use) -> list[str]:
    """Who used more than a fifth of a core in between, heaviest first; a process that is new began at 0.

    Processes that came and went are counted in the sum alone.
    """
    elapsed = after.clock - before.clock
    used = [
        ((seconds - before.others.get(who, ("", 0.0))[1]) / elapsed, name, who[0])
        for who, (name, seconds) in after.others.items()
    ]
    found = [
        f"The process {name} ({pid}) used {share:.0%} of a core."
        for share, name, pid in sorted(used, reverse=True)
        if share > _HEAVY
    ]
    together = (after.total - before.total - (after.own - before.own)) / elapsed
    stolen = (after.stolen - before.stolen) / elapsed
    if together > _HEAVY:
        found.append(f"All other processes together used {together:.0%} of a core.")
    if stolen > _HEAVY:
        found.append(f"Other virtual machines took {stolen:.0%} of a core from this one.")
    return found


def _use() -> Use:
    myself = psutil.Process()
    own = {myself.pid, *(child.pid for child in myself.children(recursive=True))}
    others, ours = {}, 0.0
    for process in psutil.process_iter(["name", "cpu_times", "create_time"]):
        times = process.info["cpu_times"]
        if times is None:  # it has just ended, or may not be read
            continue
        if process.pid in own:
            ours += times.user + times.system
        else:
            key = (process.pid, process.info["create_time"])
            others[key] = process.info["name"], times.user + times.system
    machine = psutil.cpu_times()
    total = machine.user + machine.system + getattr(machine, "nice", 0.0)  # guests' time is in these
    return Use(time.perf_counter(), total, ours, getattr(machine, "steal", 0.0), others)
