"""Judge and measure models: `evaluate`, `bench`."""

from pathlib import Path
from typing import Any

from distill.commands.arguments import (
    Answer,
    add_choice_options,
    add_column_options,
    add_command,
    add_once_option,
    numbers,
)
from distill.errors import BadConfig
from distill.jobs import processes
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add these commands."""
    _add_evaluate(parsers)
    _add_bench(parsers)


def _add_evaluate(parsers: Any) -> None:
    parser = add_command(
        parsers,
        "evaluate",
        evaluate,
        "Judge models on data: ROUGE with intervals, retention, differences, copies, faults, latency.",
    )
    parser.add_argument(
        "models",
        nargs="*",
        metavar="MODEL",
        help="the others are compared with the first; lead:50 is a text's first 50 words, lead:= as many "
        "as the model named before it wrote",
    )
    parser.add_argument("--data", help="file, built-in, a name such as cnn_dailymail, or a hub id")
    add_choice_options(parser)
    parser.set_defaults(shuffle=None, seed=None)  # the plan has the same; what is None was not given
    parser.add_argument("--beams", type=int, help="of the search (default: 4)")
    parser.add_argument("--max-new-tokens", type=int, help="longest summary in tokens (default: 128)")
    parser.add_argument(
        "--teacher", help="model whose ROUGE-L retention is a share of (default: the one named teacher)"
    )
    add_column_options(parser)
    add_once_option(parser, "evaluation")
    parser.add_argument("--resume", metavar="ID", help="go on with an evaluation")


def _add_bench(parsers: Any) -> None:
    parser = add_command(parsers, "bench", bench, "Measure models side by side, in turns, on the same texts.")
    parser.add_argument("models", nargs="*", metavar="MODEL[@ENGINE[:DTYPE]]")
    parser.add_argument(
        "--app",
        metavar="URL",
        help="measure what the app running there adds to one model (embedded/distilled)",
    )
    parser.add_argument(
        "--users", type=numbers, default=[1, 2, 4, 8, 16], metavar="U,U", help="with --app: clients at once"
    )
    parser.add_argument("--data", default="built-in", help="texts (default: built-in)")
    parser.add_argument(
        "--n", type=int, default=20, help="calls per model and case, one text each (default: 20)"
    )
    parser.add_argument("--beams", type=numbers, default=[1, 4], metavar="B,B", help="default: 1,4")
    parser.add_argument("--input-tokens", type=numbers, default=[512], metavar="N,N", help="default: 512")
    parser.add_argument(
        "--batch",
        type=numbers,
        default=[1],
        metavar="N,N",
        help="texts at once; all but the first number use the longest inputs only (default: 1)",
    )
    parser.add_argument("--new-tokens", type=int, help="force summaries of exactly this many tokens")
    parser.add_argument("--reference", help="what ratios are taken against (default: the first model)")
    parser.add_argument(
        "--bare", action="store_true", help="also run the bare CTranslate2 library, and compare with it"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write a CSV of all calls, and plots")


def evaluate(*, resume: str | None, once: bool, settings: Settings, **options: Any) -> Answer:
    """Judge models, or go on with an evaluation."""
    from distill.judging import EvaluationPlan, carry_out, create, find, of_plan
    from distill.tasks.summarize.evaluation import score_table

    values = {name: value for name, value in options.items() if value not in (None, [])}
    given = [*values, *(["once"] if once else [])]
    if resume is not None and given:
        raise BadConfig(f"--resume takes its settings from the evaluation: leave {', '.join(given)} out.")
    plan = None if resume else _plan(EvaluationPlan, values, settings)
    with processes.RunLock(settings.home):
        if plan:
            evaluation = (of_plan(plan, settings) if once else None) or create(plan, settings)
        else:
            evaluation = find(str(resume), settings)
        evaluation.clear_stop()
        with processes.asked_by_sigterm(evaluation.request_stop):
            result = carry_out(evaluation, settings)
    print(score_table(result["results"]))
    print("\n".join(result["says"]))
    return result, 0


def _plan(kind: Any, values: dict[str, Any], settings: Settings) -> Any:
    if "data" not in values:
        raise BadConfig("No data was named: give --data, such as built-in.")
    plan = kind.from_dict(values)
    plan.check_names(settings)
    return plan


def bench(
    *, models: list[str], data: str, app: str | None, users: list[int], settings: Settings, **options: Any
) -> Answer:
    """Measure models."""
    if app is not None:
        return _bench_app(app, models, data, settings, n=options["n"], beams=options["beams"], users=users)
    from distill import benchmark

    result = benchmark.bench(models, data, settings, **options)
    print(benchmark.speed_table(result))
    return result, 0


def _bench_app(url: str, models: list[str], data: str, settings: Settings, **options: Any) -> Answer:
    from distill.benchmark import app as app_benchmark

    if len(models) > 1:
        raise BadConfig(f"bench --app takes one model; got {len(models)}: {', '.join(models)}.")
    model = models[0] if models else "embedded/distilled"
    result = app_benchmark.bench_app(url, model, data, settings, **options)
    print(app_benchmark.app_table(result))
    return result, 0
