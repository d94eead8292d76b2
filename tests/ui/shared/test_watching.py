from distill import runs
from distill.config import RunConfig
from distill.jobs import processes
from models.settings import Settings
from ui.shared.watching import Watch, has_news, signature


def new_run(settings: Settings) -> runs.Run:
    return runs.create(RunConfig(student="embedded/original"), settings)


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


def test_news_is_another_job_a_changed_file_or_a_death(settings: Settings) -> None:
    run = new_run(settings)
    watch = Watch(run.run_id, "running", signature(run))
    assert not has_news(run, watch)
    assert has_news(new_run(settings), watch)
    run.belongs_to({**processes.identity(), "started": 0.0})
    assert has_news(run, watch)
    assert not has_news(run, Watch(run.run_id, "interrupted", signature(run)))  # it is drawn already
    run.update(message="News")
    assert has_news(run, Watch(run.run_id, "interrupted", watch.seen))


def test_that_the_last_job_is_gone_is_news_once(settings: Settings) -> None:
    assert has_news(None, Watch("removed", "finished"))
    assert not has_news(None, Watch())
