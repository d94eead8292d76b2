"""Work that is cut off as by a kill: what it has not written down by then is lost."""

from itertools import count
from typing import Any

import pytest

from distill.training.recorder import Recorder


class PowerCut(BaseException):
    """Ends work as a kill would: nothing catches it."""


def cut_at_step(
    patch: pytest.MonkeyPatch,
    step: int,
    method: str = "on_log",
    error: BaseException | type[BaseException] = PowerCut,
) -> None:
    """Raise in a run's step, where its recorder is told of a log or a save."""
    _raise_in(patch, method, error, lambda _, at: at == step)


def cut_at_logs(patch: pytest.MonkeyPatch, *numbers: int) -> None:
    """Raise at these logged steps, counted from 1 over all runs that follow."""
    _raise_in(patch, "on_log", PowerCut, lambda number, _: number in numbers)


def _raise_in(patch: pytest.MonkeyPatch, method: str, error: type[BaseException], when: Any) -> None:
    original, calls = getattr(Recorder, method), count(1)

    def cut(self: Recorder, args: Any, state: Any, *rest: Any, **more: Any) -> None:
        if when(next(calls), state.global_step):
            raise error
        original(self, args, state, *rest, **more)

    patch.setattr(Recorder, method, cut)
