"""A run as the work of this process: its log, its signals, and as many processes as its settings ask for."""

import logging
from collections.abc import Callable
from typing import Any

from distill import runs
from distill.config import RunConfig
from distill.errors import BadConfig
from distill.jobs import parallel, processes
from distill.rules import choose_reward_rules
from models.settings import Settings
from models.store.students import FINISHED

log = logging.getLogger(__name__)


def train_new(config: RunConfig, settings: Settings) -> dict[str, Any]:
    """Make a run with these settings and carry it out; see `distill.training.work.carry_out`.

    Raises:
        BadConfig: This machine has no room for so many processes, or `reward_rules` cannot be used.
        RunConflict: Another run, comparison, search or evaluation is in progress.
    """
    choose_reward_rules(config.reward_rules)  # before other processes are begun
    return _together(config, lambda: runs.create(config, settings), settings)


def train_once(config: RunConfig, settings: Settings) -> dict[str, Any]:
    """What a run with these settings comes to: it is made if there is none of the same data and models, and
    continued if it was cut off.

    Raises:
        BadConfig: This machine has no room for so many processes.
        RunConflict: Another run, comparison, search or evaluation is in progress, or this one.
    """
    from distill.training import lineage

    run = runs.of_settings(config, settings)
    if run is None or lineage.has_changed(run, config, settings):
        return train_new(config, settings)
    if run.status().status == FINISHED:
        from distill.training import work

        log.info("Run %s has these settings and is finished", run.run_id)
        return work.outcome(run)
    return train_existing(run, settings, run.clear_stop)


def train_existing(
    run: runs.Run, settings: Settings, prepare: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Carry out a run that has its folder already, from its last checkpoint or from the start.

    Args:
        run: The run.
        settings: The studio's.
        prepare: Called once the lock is held, before anything is done; what it raises ends the work.

    Raises:
        BadConfig: This machine has no room for so many processes; the run is then marked failed.
        RunConflict: Another run, comparison, search or evaluation is in progress.
    """

    def find() -> runs.Run:
        prepare()
        return run

    try:
        return _together(run.config(), find, settings)
    except BadConfig as error:
        if parallel.first():
            run.update(status="failed", message=str(error))
        raise


def train_here(run: runs.Run, settings: Settings) -> dict[str, Any]:
    """Carry a run out in this process, which holds the lock."""
    from transformers.utils.logging import disable_progress_bar

    from distill.training import work

    disable_progress_bar()  # one bar a loaded model, in the log of a run too
    run.belongs_to(processes.identity())
    log.info("Run %s", run.run_id)
    with run.log_file(), processes.asked_by_sigterm(run.request_stop):
        return work.carry_out(run, settings)


def _together(config: RunConfig, find: Callable[[], runs.Run], settings: Settings) -> dict[str, Any]:
    """Carry out the run that the first process finds, in as many processes as the settings say."""
    if config.processes > 1 and parallel.number() == 1:
        parallel.check(config.processes)
        parallel.launch(config.processes)
    if not parallel.first():
        with parallel.joined():
            return train_here(runs.JoinedRun(settings.runs / parallel.said("")), settings)
    with processes.RunLock(settings.home):
        run = find()
        with parallel.joined():
            parallel.said(run.run_id)
            return train_here(run, settings)
