"""An evaluation as a report."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from distill.errors import RunConflict
from distill.judging import Evaluation, EvaluationPlan
from distill.judging.cases import Case as Judged
from distill.judging.cases import chosen
from distill.judging.lead import is_lead
from distill.judging.says import share_told
from distill.report.evaluation_charts import quality_by_latency, retention_by_size
from distill.report.sheet import Case, Sheet, Table, facts, megabytes, millions, seconds
from distill.stats import NO_VERDICT, VERDICTS, interval, listed, points
from distill.votes.polls import FEWEST, MOST

_CASES = 3


def sheet(evaluation: Evaluation) -> Sheet:
    """What it found.

    Raises:
        RunConflict: It is not finished.
    """
    found = evaluation.result()
    if not found or not found["complete"]:
        state = evaluation.status()["status"]
        raise RunConflict(
            f"The evaluation {evaluation.evaluation_id} is {state}: a report needs all of its figures."
        )
    plan, rows, given = evaluation.plan(), found["results"], found["conditions"]
    answer, *says = found["says"]
    tables = [_quality(rows)] if found["references"] else []
    return Sheet(
        title=f"Evaluation {evaluation.evaluation_id}",
        asked=facts(
            {
                "question": f"How do {listed(plan.written or ['the baselines'])} compare on "
                f"{given['texts']:,} texts?",
                "data": f"{given['data']}: {given['note']}",
                "drawn": f"at random, seed {given['drawn']}"
                if given["drawn"] is not None
                else "the first texts",
                "writing": f"{given['beams']} beams, {given['max_new_tokens']} tokens at most",
            }
        ),
        answer=answer,
        says=says,
        tables=[*tables, *_equivalence(rows, found), _writing(rows), _faults(rows)],
        charts=[chart for chart in (quality_by_latency(found), retention_by_size(found)) if chart],
        cost=_cost(rows),
        lineage=[
            ("texts (SHA-256)", given["sha256"]),
            ("data", given["data"]),
            *_models(rows),
            *_embedding(found),
        ],
        environment=facts(found["environment"]),
        commands=[_command(plan)],
        cases=_cases(evaluation.cases()),
        go_on=_voting(evaluation.evaluation_id, plan.written),
    )


def _quality(rows: Sequence[Mapping[str, Any]]) -> Table:
    first = rows[0]["model"]
    heads = (
        "model",
        "texts",
        "ROUGE-1",
        "ROUGE-2",
        "ROUGE-L (95% interval)",
        f"less {first}",
        "of the teacher",
    )
    lines = [
        (
            row["model"],
            f"{row['n']:,}" + (f"\nfailed on {len(row['failed'])}" if row["failed"] else ""),
            *("–" if row[kind] is None else points(row[kind]["f"]) for kind in ("rouge1", "rouge2")),
            "–" if row["rougeL"] is None else interval(row["rougeL"]),
            _difference(row["difference"]),
            "–" if row["retention"] is None else f"{row['retention']:.0%}",
        )
        for row in rows
    ]
    compared = sum(row["difference"] is not None for row in rows)
    correction = f", Holm’s correction for {compared}" if compared > 1 else ""
    return Table(f"Quality: ROUGE F1 × 100; paired tests on ROUGE-L{correction}", heads, lines)


def _difference(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "–"
    if found["verdict"] == NO_VERDICT:
        said = "too few texts"
    else:
        said = f"{VERDICTS[found['verdict']]}, p = {found['p_holm']:.2g}"
    return f"{interval(found, signed=True)}\n{said}"


def _equivalence(rows: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> list[Table]:
    about = found.get("equivalence")
    if not about or about["why"]:
        return []
    compared = [("", f"{rows[0]['model']}’s")] if len(rows) > 1 else []
    compared += [("_reference", "the reference")] if found["references"] else []
    if not compared:
        return []
    calibrated = about["calibration"] is not None
    heads = ["model"]
    for _, whom in compared:
        heads += [f"equivalent to {whom}"] if calibrated else []
        heads += [f"cosine with {whom}"]
    lines = [
        (row["model"], *(cell for end, _ in compared for cell in _alike(row, end, calibrated)))
        for row in rows
        if row["n"]
    ]
    name = Path(about["model"]).name
    title = f"Semantic equivalence: cosine of sentence embeddings by {name}, with 95% intervals"
    return [Table(title, heads, lines)]


def _alike(row: Mapping[str, Any], end: str, calibrated: bool) -> list[str]:
    share, mean = row[f"equivalent{end}"], row[f"cosine{end}"]
    told = f"{mean['f']:.2f} ({mean['low']:.2f} to {mean['high']:.2f})" if mean else "–"
    return [*([share_told(share) if share else "–"] if calibrated else []), told]


def _embedding(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    about = found.get("equivalence") or {}
    return [("embeddings", f"{about['model']}, SHA-256 {about['sha256']}")] if "sha256" in about else []


def _writing(rows: Sequence[Mapping[str, Any]]) -> Table:
    heads = (
        "model",
        "words",
        "new word pairs",
        "only whole sentences",
        "the beginning",
        "garbled words",
        "empty",
    )
    lines = [
        (
            row["model"],
            f"{row['mean_words']:.0f}",
            f"{row['novel_bigrams']:.0%}",
            f"{row['copied_sentences']:.0%}",
            f"{row['is_lead']:.0%}",
            "–" if row["garbled_words"] is None else f"{row['garbled_words']:.1%}",
            f"{row['empty']:,}",
        )
        for row in rows
        if row["n"]
    ]
    return Table("What they write: share of summaries, of words, of word pairs", heads, lines)


def _faults(rows: Sequence[Mapping[str, Any]]) -> Table:
    written = [row for row in rows if row["n"] and not row["baseline"]]
    rules = list(written[0]["flaws"]) if written else []
    lines = [
        (row["model"], *(f"{row['flaws'][rule]:.0%}" for rule in rules), f"{row['faulty']:.0%}")
        for row in written
    ]
    return Table("Summaries in which a rule finds a fault", ("model", *rules, "any"), lines)


def _cost(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for row in rows:
        if row.get("seconds") is None:
            continue
        latency = row["latency"]
        told = [f"{seconds(row['seconds'])} a text (median of {row['timed_texts']}"]
        told[0] += f"; {seconds(latency['low'])} to {seconds(latency['high'])})"
        told += [f"{row['tokens_per_second']:,.0f} tokens/s", f"weights {megabytes(row['weights_bytes'])}"]
        told += [f"{megabytes(row['bytes'])} on disk", f"{row['engine']} {row['dtype']} on {row['device']}"]
        told += [f"{row['joules']:.1f} J a text"] if row["joules"] is not None else []
        told += [f"{row['disturbed']} timings disturbed by other work"] if row["disturbed"] else []
        found.append((row["model"], " · ".join(told)))
    return found


def _models(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [
        (row["model"], f"{millions(row.get('parameters'))} parameters, stored in {row.get('stored')}")
        for row in rows
        if not row["baseline"]
    ]


def _cases(cases: Sequence[Judged]) -> list[Case]:
    """Where the models differ most, or the first ones where nothing differs from nothing."""
    order, why = "data", "one of the first"
    if any(case["gap"] is not None for case in cases):
        order, why = "gap", "one of the largest gaps in ROUGE-L"
    elif any(case["agreement"] is not None for case in cases):
        order, why = "disagreement", "summaries that differ most"
    found = chosen(cases, order=order)[:_CASES]
    return [Case(f"Text {case['text']}: {why}", case["document"], _summaries(case)) for case in found]


def _summaries(case: Judged) -> list[tuple[str, str, str]]:
    told = [("reference", case["reference"], "")] if case["reference"] else []
    for name, answer in case["answers"].items():
        if "failed" in answer:
            told.append((name, "", f"failed: {answer['failed']}"))
            continue
        notes = [f"ROUGE-L {points(answer['rougeL'])}"] if "rougeL" in answer else []
        notes += ["whole sentences of the text"] if answer["copies_sentences"] else []
        notes += [f"garbled: {', '.join(answer['garbled'])}"] if answer["garbled"] else []
        if not is_lead(name):  # which is cut: no fault of its own
            notes += [f"{rule}: {why}" for rule, why in answer["faults"].items()]
        told.append((name, answer["summary"], " · ".join(notes)))
    return told


def _voting(evaluation_id: str, models: Sequence[str]) -> list[str]:
    """How to ask people which summaries they prefer, where there are enough models for that."""
    parts = ["python", "-m", "distill", "votes", "create", evaluation_id, "--models", *models[:MOST]]
    return [shlex.join(parts)] if len(models) >= FEWEST else []


def _command(plan: EvaluationPlan) -> str:
    parts = ["python", "-m", "distill", "evaluate", *plan.models, "--data", plan.data]
    parts += ["--limit", str(plan.limit)] if plan.limit is not None else []
    parts += ["--shuffle", "--seed", str(plan.seed)] if plan.shuffle else []
    parts += ["--beams", str(plan.beams), "--max-new-tokens", str(plan.max_new_tokens)]
    for name in ("teacher", "document_column", "summary_column"):
        if value := getattr(plan, name):
            parts += [f"--{name.replace('_', '-')}", value]
    return shlex.join(parts)
