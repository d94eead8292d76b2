"""The check before a run: can this teacher teach this student, does it fit, what would fail and why."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from distill.config import RunConfig, parse_layers
from distill.data import describe, has_validation_split
from distill.errors import BadConfig, DistillError
from distill.families import anatomy, family_of, inspect_named
from distill.pairing.estimate import estimate, memory_warnings
from distill.pairing.trainable import Finding, ids_of, problems, unfit_shapes
from distill.rules import choose_reward_rules
from distill.stats import WORSE, compare_pairs, limits, points, too_little
from distill.tasks import Metric, task_of
from models.engines.special_ids import end_ids
from models.folders.inspection import ModelInfo
from models.settings import Settings
from models.store.catalogue import split_engine
from models.store.loading import Progress, open_tokenizer

_PROBES = ("The 35-year-old's plan, she said, wasn't new: $1,200 (or 3.5%).", "Zürich — “naïve” café №5 日本")
_SAMPLE = 20


@dataclass
class Report:
    """What the check found. `problems` rule the pair out, `warnings` do not; `data` says what was read."""

    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    estimate: dict[str, Any] = field(default_factory=dict)
    data: str = ""

    @property
    def compatible(self) -> bool:
        """Whether a run can start."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"compatible": self.compatible, **asdict(self)}


def check(
    teacher: str | None,
    student: str,
    settings: Settings,
    data: str | None = None,
    config: RunConfig | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a pair before training.

    Args:
        teacher, student: Model names; the student also as `layers:E+D`. Without a teacher the student alone
            is checked.
        settings: Where models and runs are.
        data: With it, both models summarise a sample and are scored: is the teacher ahead?
        config: Sizes for the memory estimate and the data's columns; the `report` preset's by default.
        progress: Called with the progress of a download.

    Raises:
        BadConfig: The config's `reward_rules` cannot be used.
        DistillError: The data cannot be read.
    """
    report, config = Report(), config or RunConfig(student=student, teacher=teacher)
    choose_reward_rules(config.reward_rules)
    if teacher is None:
        alone = _open(student, "student", settings, report, progress)
        report.problems += problems(alone, config) if alone else []
        return report
    taught = _open(teacher, "teacher", settings, report, progress)
    layers = parse_layers(student)
    learner = taught if layers else _open(student, "student", settings, report, progress)
    if taught is None or learner is None:
        return report
    for model in {each.folder: each for each in (taught, learner)}.values():
        report.problems += problems(model, config)
    if report.problems:  # the tokenizers below may not be there
        return report
    if layers:
        _check_layers(taught, layers, report)
    else:
        _check_family(taught, learner, report)
        _check_vocabulary(taught, learner, report)
        _check_special_ids(taught, learner, report)
        _check_sizes(taught, learner, report)
        layers = tuple(anatomy(learner.config).depths.values())
    if report.compatible and config.teacher in (None, teacher):  # the layers of further teachers do not count
        depths = dict(zip(anatomy(taught.config).depths, layers, strict=True))
        report.problems += unfit_shapes(taught, learner, depths, config)
    if report.compatible:
        report.estimate = estimate(taught, learner, layers, config)
        report.warnings += memory_warnings(report.estimate)
        if data is not None:
            report.data = describe(data, config, settings)
            _check_quality(teacher, student, data, config, settings, report)
    return report


def _open(
    name: str, part: str, settings: Settings, report: Report, progress: Progress | None
) -> ModelInfo | None:
    remedy = f"Choose another {part}: an encoder-decoder T5 with safetensors weights and a tokenizer."
    try:
        model, *_ = split_engine(name, settings)
        if engine := name.strip()[len(model) :]:
            remedy = f"Write {model}."
            raise BadConfig(f"training runs on PyTorch, so leave {engine} out.")
        return inspect_named(model, settings, progress)
    except DistillError as error:
        report.problems.append(
            Finding(f"{part}_unusable", f"The {part} {name} cannot be used: {error}", remedy)
        )
        return None


def _check_layers(teacher: ModelInfo, layers: Sequence[int], report: Report) -> None:
    if family_of(teacher.model_type).cut is None:
        report.problems.append(
            Finding(
                "layers_of_another_family",
                f"The teacher is a {teacher.model_type}; students are cut from T5 teachers only.",
                "Name a student of the teacher's family, or choose a T5 teacher.",
            )
        )
        return
    for (part, have), wanted in zip(anatomy(teacher.config).depths.items(), layers, strict=True):
        if not 1 <= wanted <= have:
            report.problems.append(
                Finding(
                    "too_many_layers",
                    f"The student asks for {wanted} {part} layers, the teacher has {have}.",
                    f"Choose 1 to {have}.",
                )
            )


def _check_family(teacher: ModelInfo, student: ModelInfo, report: Report) -> None:
    if teacher.model_type != student.model_type:
        report.problems.append(
            Finding(
                "family",
                f"The teacher is a {teacher.model_type}, the student a {student.model_type}:"
                " their outputs cannot be compared token by token.",
                "Choose two models of one family.",
            )
        )


def _check_vocabulary(teacher: ModelInfo, student: ModelInfo, report: Report) -> None:
    ours, theirs = open_tokenizer(student.folder), open_tokenizer(teacher.folder)
    mine, taught = ours.vocabulary(), theirs.vocabulary()
    if mine != taught:
        shared = len(mine.items() & taught.items())
        report.problems.append(
            Finding(
                "vocabulary",
                f"The vocabularies differ: {shared} of the student's {len(mine)} tokens have the same id in"
                f" the teacher's {len(taught)}, so the teacher's logits mean other words.",
                "Choose a student with the teacher's tokenizer, or cut one from the teacher with layers:E+D.",
            )
        )
    elif any(ours.encode(text).ids != theirs.encode(text).ids for text in _PROBES):
        report.problems.append(
            Finding(
                "tokenizer",
                "The vocabularies are equal but the tokenizers split text differently.",
                "Save the teacher's tokenizer with the student.",
            )
        )


def _check_special_ids(teacher: ModelInfo, student: ModelInfo, report: Report) -> None:
    """Both models read the student's start token and write its end token when it is taught."""
    theirs, ours = ids_of(teacher.folder), ids_of(student.folder)
    start = "decoder_start_token_id"
    ends = ("ends", "eos_token_id", end_ids(theirs), end_ids(ours))
    for verb, name, taught, own in (ends, ("starts", start, [theirs[start]], [ours[start]])):
        if not set(taught) & set(own):
            report.problems.append(
                Finding(
                    "special_tokens_differ",
                    f"Token {_listed(taught)} {verb} what the teacher writes, {_listed(own)} what the student"
                    " writes: what the one learns there means something else to the other.",
                    f"Give both the same {name} in config.json and generation_config.json.",
                )
            )


def _listed(ids: list[Any]) -> str:
    return " or ".join(map(str, ids))


def _check_sizes(teacher: ModelInfo, student: ModelInfo, report: Report) -> None:
    if teacher.folder == student.folder:
        report.warnings.append(
            Finding("same_model", "Teacher and student are the same model.", "Choose a larger teacher.")
        )
    elif teacher.parameters < student.parameters:
        report.warnings.append(
            Finding(
                "teacher_smaller",
                f"The teacher ({teacher.parameters / 1e6:.1f} M parameters) is smaller than the student"
                f" ({student.parameters / 1e6:.1f} M): it can hardly teach it anything.",
                "Swap them, or choose a larger teacher.",
            )
        )


def _check_quality(
    teacher: str, student: str, data: str, config: RunConfig, settings: Settings, report: Report
) -> None:
    from distill.judging import judge_models

    task = task_of(config.task)
    names = [teacher] if parse_layers(student) else [teacher, student]
    rows = judge_models(
        names,
        data,
        settings,
        task=task,
        limit=_SAMPLE,
        beams=config.beams,
        max_new_tokens=config.target_tokens,
        document_column=config.document_column,
        summary_column=config.summary_column,
    )
    count, scores = rows[0]["n"], {row["model"]: row[task.main.name]["f"] for row in rows}
    report.estimate |= {task.main.name: scores, "scored_examples": count}
    if count < 2 and config.validation is None and not has_validation_split(data):
        report.problems.append(
            Finding(
                "one_example",
                "The data has one usable row: it cannot be split into training and validation.",
                "Give more rows, or validation data of their own (validation).",
            )
        )
    elif student in scores and scores[teacher] <= scores[student]:
        report.warnings.append(_weak_teacher(rows[0], rows[1], task.main))


def _weak_teacher(taught: Mapping[str, Any], learner: Mapping[str, Any], metric: Metric) -> Finding:
    """A teacher that is not ahead, and whether so few examples can tell that it is behind."""
    pairs = zip(*(row["scores"][metric.name] for row in (taught, learner)), strict=True)
    [found] = compare_pairs([[theirs - ours for theirs, ours in pairs]], [too_little(text=taught["n"])])
    count, scores = taught["n"], [points(row[metric.name]["f"]) for row in (taught, learner)]
    said = (
        f"On {count} example{'' if count == 1 else 's'} the teacher reaches {metric.label} {scores[0]}, the"
        f" student {scores[1]}: a difference of {points(found['f'], signed=True)}"
        f" (95% interval: {limits(found, signed=True)})."
    )
    if found["verdict"] == WORSE:
        return Finding(
            "weak_teacher",
            f"{said} A teacher that is no better has little to teach.",
            "Tune the teacher on this data first: python -m distill finetune.",
        )
    return Finding(
        "weak_teacher",
        f"{said} So few examples cannot tell whether the teacher is better.",
        "Find out on more examples: python -m distill evaluate. A teacher that is no better is tuned on this"
        " data first: python -m distill finetune.",
    )
