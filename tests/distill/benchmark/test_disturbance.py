"""Who kept the machine busy meanwhile."""

import pytest

from distill import runs
from distill.benchmark import disturbance
from distill.benchmark.disturbance import DisturbanceWatch, Use, disturbances
from distill.runs import Run
from models.settings import Settings

IDLE = Use(clock=0.0, total=100.0, own=50.0, stolen=3.0, others={(7, 1.0): ("old", 40.0)})


def later(total: float = 0.0, own: float = 0.0, stolen: float = 0.0, **others: float) -> Use:
    """Ten seconds after `IDLE`, with so much more CPU time used; `old` is the one that was there before."""
    use = {(7, 1.0): ("old", 40.0 + others.pop("old", 0.0))}
    use |= {(20 + place, 2.0): item for place, item in enumerate(others.items())}
    return Use(10.0, 100.0 + total, 50.0 + own, 3.0 + stolen, use)


def test_nobody_is_told_of_for_a_fifth_of_a_core() -> None:
    assert disturbances(IDLE, later(total=12.0, own=10.0, stolen=2.0, old=2.0, new=2.0)) == []


def test_heavy_processes_are_named_heaviest_first() -> None:
    found = disturbances(IDLE, later(total=22.0, own=10.0, old=3.0, new=8.0, small=1.0))
    assert found == [
        "The process new (20) used 80% of a core.",
        "The process old (7) used 30% of a core.",
        "All other processes together used 120% of a core.",
    ]


def test_those_that_came_and_went_count_together() -> None:
    assert disturbances(IDLE, later(total=15.0, own=10.0)) == [
        "All other processes together used 50% of a core."
    ]


def test_other_virtual_machines_count() -> None:
    assert disturbances(IDLE, later(stolen=4.0)) == [
        "Other virtual machines took 40% of a core from this one."
    ]


def test_a_process_reusing_an_id_is_another() -> None:
    after = Use(10.0, 100.0, 50.0, 3.0, {(7, 5.0): ("young", 41.0)})
    assert disturbances(IDLE, after) == ["The process young (7) used 410% of a core."]


def test_the_own_work_is_no_disturbance() -> None:
    use = disturbance._use()
    assert use.own > 0
    assert use.total > 0
    assert all(pid != disturbance.psutil.Process().pid for pid, _ in use.others)


def test_a_distillation_run_is_told_of_even_if_it_has_ended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disturbance, "_use", lambda: IDLE)
    monkeypatch.setattr(disturbance, "disturbances", lambda before, after: ["Noise."])
    found = iter([Run(settings.runs / "r-1"), None])
    monkeypatch.setattr(runs, "active", lambda settings: next(found))
    watch = DisturbanceWatch(settings)
    assert watch.sentences() == ["The distillation run r-1 was busy.", "Noise."]
