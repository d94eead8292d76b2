"""The queue: each slot of the budget ends once, whatever workers do; what is known is free."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from distill.errors import BadConfig, BadData, Cancelled, RunConflict, RunNotFound
from distill.search import Plan, results, slots, storage, worker
from distill.search.folder import Search, find
from distill.search.queue import Queue
from models.settings import Settings
from tests.distill.helpers import wait_for
from tests.distill.search import fake
from tests.distill.search.fake import Fake, ended_once, new, outcome, work


def test_a_search_ends_with_its_budget(settings: Settings) -> None:
    search, worker = new(settings, seed=3), Fake()
    work(search, settings, worker)
    status = search.status()
    assert (status["status"], status["done"], status["total"], status["trained"]) == ("finished", 6, 6, 6)
    assert len(worker.tried) == 6
    rows = results.collect(search)
    assert [row["shape"] for row in rows] == worker.tried
    for row in rows:
        wanted = outcome(row["shape"])
        assert row["reward"] == pytest.approx(
            (1 - wanted["loss"] / 2.0) * (wanted["share"] / 0.6) ** -0.06
        ) or (row["reward"] == 0 and wanted["loss"] >= 2)  # fmt: skip
    assert status["best"] == max(row["reward"] for row in rows)
    text = results.table(rows)
    assert text.count("\n") == 7
    assert "★" in text


def test_what_was_tried_before_is_free_and_shown(settings: Settings) -> None:
    """Two shapes, so that a third new one never comes: the slot is given up after so many known ones."""
    search = new(settings, trials=3, space={})
    worker = Fake()
    worker.space = fake.Space.of(
        {**{part: values[:1] for part, values in fake.VALUES.items()}, "tied": (True, False)},
        lambda shape: True, lambda shape: 0, 1,
    )  # fmt: skip
    work(search, settings, worker)
    assert len(worker.tried) == 2
    status = search.status()
    assert (status["done"], status["trained"]) == (3, 3)
    assert status["free"] >= slots.MOST_FREE
    assert "(free)" in results.table(results.collect(search))


def test_what_failed_keeps_its_reason(settings: Settings) -> None:
    class Failing(Fake):
        def attempt(self, shape: dict[str, Any], name: str) -> dict[str, Any]:
            found = super().attempt(shape, name)
            return {"birth": "fresh", "reason": "diverged: so it is"} if len(self.tried) % 2 else found

    search = new(settings)
    work(search, settings, Failing())
    status = search.status()
    assert (status["trained"], status["failed"]) == (3, 3)
    assert results.table(results.collect(search)).count("diverged: so it is.") == 3


@pytest.mark.parametrize(("sampler", "learns"), [("tpe", 1), ("nsga2", 1), ("controller", 1), ("random", 0)])
def test_what_was_found_decides_what_is_tried_next(
    sampler: str, learns: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same seed, and the opposite rewards: it tries other shapes, all but chance."""
    tried = []
    for sign in (1, -1):
        monkeypatch.setattr(Plan, "reward", property(lambda _, sign=sign: lambda loss, *_: 2.0 - sign * loss))
        search, worker = new(settings, sampler=sampler, trials=14), Fake()
        work(search, settings, worker)
        tried.append(worker.tried)
    assert tried[0][:3] == tried[1][:3], "nothing is known yet"
    assert (tried[0][-4:] != tried[1][-4:]) == bool(learns)


def test_two_objectives(settings: Settings) -> None:
    search = new(settings, sampler="nsga2", multi=True, trials=8)
    work(search, settings, Fake())
    study = search.queue().study
    best = {trial.number for trial in study.best_trials}
    assert results.front(results.collect(search)) == best
    assert all(len(trial.values) == 2 for trial in study.best_trials)


def _stopped_at(search: Search, settings: Settings, number: int) -> Fake:
    class Stopping(Fake):
        def attempt(self, shape: dict[str, Any], name: str) -> dict[str, Any]:
            if len(self.tried) == number:
                raise Cancelled
            return super().attempt(shape, name)

    worker = Stopping()
    with pytest.raises(RunConflict, match=r"search resume .* goes on with it"):
        work(search, settings, worker)
    assert "Cancelled. Resume continues after" in search.status()["message"]
    return worker


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_it_goes_on_where_it_was_stopped_and_ends_the_same(sampler: str, tmp_path: Path) -> None:
    shapes = []
    for cut in (None, 11):  # when the sampler has begun to learn
        settings = Settings(home=tmp_path / str(cut), threads=1)
        search = new(settings, sampler=sampler, trials=14, seed=8)
        tried = _stopped_at(search, settings, cut).tried if cut else []
        if cut:
            assert search.status()["status"] == "cancelled"
            assert search.status()["done"] == 11
        worker = Fake()
        work(search, settings, worker)
        assert ended_once(search.queue())
        shapes.append(tried + worker.tried)
    assert shapes[0] == shapes[1]


def test_nsga2_also_breeds_from_a_candidate_that_was_tried_again(settings: Settings) -> None:
    search = new(settings, sampler="nsga2", trials=8, seed=8)
    _stopped_at(search, settings, 5)
    work(search, settings, Fake())
    for trial in search.queue().outcomes().values():
        assert any("generation" in name for name in trial.system_attrs), "it belongs to a population"


def test_cancelled_from_elsewhere_every_worker_stops(settings: Settings) -> None:
    search, worker = new(settings), Fake()
    search.queue().tell_all("stop", True)
    with pytest.raises(RunConflict, match="was cancelled"):
        work(search, settings, worker, first=False)
    assert not worker.tried
    search.go_on()
    work(search, settings, worker)
    assert ended_once(search.queue())


def test_two_that_fill_one_slot_leave_one_trial_of_it(settings: Settings) -> None:
    """The trial of the lower number counts, whichever is claimed first."""
    search = new(settings, trials=1)
    mine = search.queue()
    mine.study.enqueue_trial({}, user_attrs={"slot": 0})
    claim = mine.claim(fake.space())
    assert claim is not None
    assert claim.trial.number == 0
    assert mine.claim(fake.space()) is None, "the other one is superfluous"
    assert mine.end(claim.trial, {"free": False}, [0.5])
    mine.refill()
    assert mine.claim(fake.space()) is None
    assert [trial.state.name for trial in mine.trials()] == ["COMPLETE", "FAIL"]


def test_a_silent_workers_trial_is_tried_again_and_its_late_word_does_not_count(settings: Settings) -> None:
    search = new(settings, trials=1, heartbeat=1, grace=2)
    mine, space = search.queue(), fake.space()
    mine.refill()
    late = mine.claim(space)
    assert late is not None
    mine.storage.set_trial_state_values(late.trial._trial_id, optuna.trial.TrialState.FAIL)
    mine.refill()
    again = mine.claim(space)
    assert again is not None
    assert again.shape == late.shape
    assert not mine.end(late.trial, {"free": False}, [0.1])
    assert mine.end(again.trial, {"free": False}, [0.2])
    assert mine.outcomes()[0].value == 0.2


def test_a_worker_that_gives_no_sign_of_life_is_missed(settings: Settings) -> None:
    """As on another machine, of which only the storage tells."""
    mine = new(settings, trials=1, heartbeat=1, grace=2).queue()
    claim = mine.claim(fake.space())
    assert claim is not None
    mine.storage.set_trial_user_attr(claim.trial._trial_id, "worker", {"machine": "another", "pid": 1})
    mine.refill()
    assert mine.claim(fake.space()) is None, "it may still live"
    again = wait_for(lambda: mine.refill() or mine.claim(fake.space()))
    assert again.shape == claim.shape


@pytest.mark.parametrize("heard", [True, False])
def test_a_worker_that_loses_its_candidate_goes_on_with_others(heard: bool, settings: Settings) -> None:
    """Also if it hears of the loss too late to leave the candidate unfinished."""
    search = new(settings, trials=2, heartbeat=1)

    def trying(_: Any, __: Any, halt: threading.Event) -> Any:
        class Losing(Fake):
            def attempt(self, shape: dict[str, Any], name: str) -> dict[str, Any]:
                if self.tried or len(search.queue().trials()) > 2:
                    return super().attempt(shape, name)
                [trial] = [each for each in search.queue().trials() if each.state.name == "RUNNING"]
                search.queue().storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
                assert halt.wait(30)
                search.queue().refill()
                if heard:
                    raise Cancelled
                return super().attempt(shape, name)

        return Losing()

    worker.Worker(search, settings, True, trying).carry_out()
    assert search.status()["status"] == "finished"
    assert ended_once(search.queue())


def test_no_two_workers_take_the_same_candidate(settings: Settings) -> None:
    """In SQLite, where nothing but a lock of our own keeps them apart."""
    search = new(settings, trials=40)
    taken = Counter(number for numbers in _at_once(4, partial(_take_all, search)) for number in numbers)
    assert len(taken) == 40
    assert set(taken.values()) == {1}


def _take_all(search: Search) -> list[int]:
    mine, found = search.queue(), []
    while (claim := mine.claim(fake.space())) is not None:
        found.append(claim.trial.number)
    return found


def _at_once(count: int, act: Callable[[], list[int]]) -> list[list[int]]:
    """What processes find that begin together."""
    context = multiprocessing.get_context("fork")
    together, answers = context.Barrier(count), context.Queue()

    def begin() -> None:
        together.wait()
        answers.put(act())

    begun = [context.Process(target=begin) for _ in range(count)]
    for process in begun:
        process.start()
    found = [answers.get(timeout=300) for _ in begun]
    for process in begun:
        process.join()
    return found


def test_a_candidate_that_kills_three_workers_is_the_reason(settings: Settings) -> None:
    mine, space = new(settings, trials=1).queue(), fake.space()
    for _ in range(slots.MOST_DEATHS):
        mine.refill()
        claim = mine.claim(space)
        assert claim is not None
        mine.storage.set_trial_state_values(claim.trial._trial_id, optuna.trial.TrialState.FAIL)
    mine.refill()
    [ended] = mine.outcomes().values()
    assert "3 workers died of it" in ended.user_attrs["reason"]
    assert ended.params == claim.shape


def test_signs_of_life_tell_a_worker_that_it_was_given_up(settings: Settings) -> None:
    mine, lost = new(settings, trials=1, heartbeat=1).queue(), threading.Event()
    mine.refill()
    claim = mine.claim(fake.space())
    assert claim is not None
    with mine.alive(claim.trial, lost.set):
        mine.storage.set_trial_state_values(claim.trial._trial_id, optuna.trial.TrialState.FAIL)
        assert lost.wait(30)


def test_a_worker_with_other_data_is_refused(settings: Settings) -> None:
    search, other = new(settings), Fake()
    _stopped_at(search, settings, 3)
    other.fingerprint = {"data": "two"}
    with pytest.raises(BadData, match="Not what the search began with: data"):
        work(search, settings, other, first=False)


@pytest.mark.parametrize("first", [True, False])
def test_one_that_has_ended_is_left_as_it_is(first: bool, settings: Settings) -> None:
    """Neither its teacher nor its data need be there any more, or be the same."""
    search = new(settings)
    work(search, settings, Fake())
    saved, process = search.saved_status(), search.process()
    again = worker.Worker(search, settings, first, lambda *_: pytest.fail("the teacher was loaded"))
    again.carry_out()
    assert (search.saved_status(), search.process()) == (saved, process)


def test_another_machine_finds_it_by_its_storage(settings: Settings, tmp_path: Path) -> None:
    search = new(settings, trials=2)
    far = Settings(home=tmp_path / "far", threads=1)
    with pytest.raises(RunNotFound, match="There is no search"):
        find(search.search_id, far)
    joined = find(search.search_id, far, search.url)
    assert joined.plan() == search.plan()
    work(joined, far, Fake(), first=False)
    assert search.status()["status"] == "finished"
    with pytest.raises(RunNotFound, match=f"There is no search 'other' .* It has: {search.search_id}"):
        find("other", far, search.url)
    with pytest.raises(RunNotFound, match="There is no search"):
        find("../out", far, search.url)


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("nonsense", BadConfig, "'nonsense' cannot be used: Could not parse"),
        (
            "sqlite:////nowhere/at/all.db",
            storage.StorageLost,
            "cannot be reached: unable to open database file",
        ),
        ("oracle+nothing://u:secret@h/d", BadConfig, r"oracle\+nothing://u:\*\*\*@h/d cannot be used"),
        ("postgresql//u:secret@h/d", BadConfig, r"postgresql//u:\*\*\*@h/d' cannot be used"),
        ("postgresql+psycopg://u:secret@h:abc/d", BadConfig, r"u:\*\*\*@h:abc/d' cannot be used"),
    ],
)
def test_a_storage_that_is_none(url: str, error: type[Exception], words: str, settings: Settings) -> None:
    with pytest.raises(error, match=words) as raised:
        new(settings, url)
    assert "secret" not in str(raised.value)
    assert not (settings.home / "searches").exists()


def test_a_study_of_something_else_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    url = storage.sqlite(tmp_path / "their.db")
    optuna.create_study(storage=url, study_name="theirs")
    with pytest.raises(RunConflict, match=r"theirs in .* is no search of this studio"):
        find("theirs", settings, url)
    search = new(settings, url)
    search.queue().tell_all("format", 99)
    with pytest.raises(RunConflict, match=r"is a search of another version \(99\)"):
        search.status()


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"sampler": "grid"}, "sampler is 'grid'; use one of tpe"),
        ({"sampler": "controller", "multi": True}, "The controller learns from one reward"),
        ({"trials": 0}, "trials is 0; use a value from 1"),
        ({"timed_runs": 5}, "timed_runs is 5; use a value from 15"),
        ({"heartbeat": 60, "grace": 60}, "use more than heartbeat"),
        ({"reward_alpha": 1.0}, "reward_alpha is 1; use a value from -10 to 0"),
    ],
)
def test_a_plan_that_cannot_be(own: dict[str, Any], words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        fake.plan(**own)


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ({"data": "built-in"}, "No teacher was named"),
        ({"teacher": "t", "student": "s"}, "leave student out"),
        ({"teacher": "t", "max_steps": 3}, "give that in place of max_steps"),
        ({"teacher": "t", "task": "copy"}, "has no summaries to score against"),
        ({"teacher": "t", "more_teachers": "u"}, "works with one teacher"),
        ({"teacher": "t", "alpha": 0}, "nothing of the teacher"),
        ({"teacher": "t", "temperature_schedule": "cosine", "temperature_end": 1}, "use constant or adapt"),
        ({"teacher": "t", "temperature_schedule": "learnable"}, "so they cannot be compared"),
        ({"teacher": "t", "reward_rules": "all"}, "reward_rules cannot have duplicate"),
    ],
)
def test_a_base_that_cannot_be(base: dict[str, Any], words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        Plan.of(base)


def test_steps_by_hand() -> None:
    """10 examples in batches of 4 are 3 batches, 2 a step: 2 steps a pass, 5 in two and a half."""
    base = {"teacher": "t", "batch_size": 4, "accumulation": 2, "epochs": 2.5}
    assert Plan.of(base).steps_on(10) == 5
    assert Plan.of(base, steps=7).steps_on(10) == 7
    assert [Plan.of(base, share=0.5).share_of(examples) for examples in (1, 100)] == [1, 50]
    assert Plan.of(base, share=0.5, steps=7).share_of(1000) == 7 * 4 * 2, "what its steps read"
    assert Plan.from_dict(Plan.of(base).as_dict()) == Plan.of(base)


def test_a_queue_is_found_by_its_name(settings: Settings) -> None:
    search = new(settings)
    assert Queue(search.url, search.search_id).plan == search.plan()


def test_many_may_open_a_new_storage_at_once(tmp_path: Path) -> None:
    url, together, problems = storage.sqlite(tmp_path / "new.db"), threading.Barrier(6), []

    def opened() -> None:
        together.wait()
        try:
            storage.open_storage(url, 10, 60)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=opened) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
