from distill import runs
from distill.config import RunConfig
from models.settings import Settings
from ui.shared.watching import Watch, look, signature, watched


def new_run(settings: Settings) -> runs.Run:
    return runs.create(RunConfig(student="embedded/original"), settings)


def test_no_run_yet(settings: Settings) -> None:
    assert watched(Watch(), settings) is None
    assert look(None) == Watch()


def test_the_signature_changes_with_any_news(settings: Settings) -> None:
    run = new_run(settings)
    seen = [signature(run)]
    run.record({"step": 1, "loss": 2.0})
    seen.append(signature(run))
    run.update(step=1)
    seen.append(signature(run))
    (run.folder / "log.txt").write_text("one line\n")
    seen.append(signature(run))
    assert len(set(seen)) == 4
    assert signature(run) == seen[-1]


def test_a_fresh_page_finds_the_newest_run(settings: Settings) -> None:
    new_run(settings)
    second = new_run(settings)
    found = watched(Watch(), settings)
    assert found is not None
    assert found.run_id == second.run_id


def test_a_page_keeps_its_run_until_its_folder_is_gone(settings: Settings) -> None:
    first, _ = new_run(settings), new_run(settings)
    kept = watched(Watch(first.run_id), settings)
    assert kept is not None
    assert kept.run_id == first.run_id
    assert watched(Watch("removed"), settings) is not None
