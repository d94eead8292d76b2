"""The budget of a search as slots: which of them have ended, and which are to be filled again.

A trial belongs to one slot, and a slot has ended with its first trial that was trained or that failed for a
reason of its own. A trial that comes out of the cache is free and leaves its slot open, as does one whose
worker died or was stopped: the next worker fills the slot again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from optuna.trial import FrozenTrial, TrialState

ENDED = (TrialState.COMPLETE, TrialState.PRUNED)
MOST_DEATHS = 3
"""Workers that may die of one candidate before it counts as the reason."""
MOST_FREE = 20
"""Known candidates in a row after which a slot is given up: the sampler has nothing new to ask."""
_LIVE = (TrialState.WAITING, TrialState.RUNNING)


def by_slot(trials: Sequence[FrozenTrial]) -> Mapping[int, list[FrozenTrial]]:
    """The trials of each slot, in their order."""
    found: dict[int, list[FrozenTrial]] = defaultdict(list)
    for trial in trials:
        found[trial.user_attrs.get("slot", -1)].append(trial)
    return found


def outcomes(trials: Sequence[FrozenTrial]) -> dict[int, FrozenTrial]:
    """The trial that each ended slot has ended with."""
    found: dict[int, FrozenTrial] = {}
    for slot, own in by_slot(trials).items():
        ended = [trial for trial in own if trial.state in ENDED]
        paid = [trial for trial in ended if not trial.user_attrs.get("free")]
        if paid or len(ended) >= MOST_FREE:
            found[slot] = (paid or ended)[0]
    return found


def unfilled(trials: Sequence[FrozenTrial], budget: int) -> dict[int, list[FrozenTrial]]:
    """The slots that have not ended and none of whose trials waits or is worked on, with their trials."""
    ended, own = outcomes(trials), by_slot(trials)
    return {
        slot: own.get(slot, [])
        for slot in range(budget)
        if slot not in ended and not any(trial.state in _LIVE for trial in own.get(slot, []))
    }


def is_superfluous(trial: FrozenTrial, trials: Sequence[FrozenTrial]) -> bool:
    """Whether two workers filled one slot at the same time: the trial of the lower number counts."""
    slot = trial.user_attrs["slot"]
    if slot in outcomes(trials):
        return True
    return any(other.number < trial.number and other.state in _LIVE for other in by_slot(trials)[slot])


def unfinished(own: Sequence[FrozenTrial]) -> FrozenTrial | None:
    """The trial of a slot whose shape was begun last, where it did not come to the end."""
    begun = [trial for trial in own if "shape" in trial.user_attrs]  # not one cut off while it was drawn
    return begun[-1] if begun and begun[-1].state == TrialState.FAIL else None


def is_deadly(trial: FrozenTrial, own: Sequence[FrozenTrial]) -> bool:
    """Whether so many workers died of the shape of a slot's trial that it counts as the reason."""
    deaths = [each for each in own if each.state == TrialState.FAIL and "why" not in each.user_attrs]
    return len([each for each in deaths if each.params == trial.params]) >= MOST_DEATHS
