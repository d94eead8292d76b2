"""Hand a student over: a plain model with its tokenizer and a model card, anywhere the user wants it."""

import json
import re
import zipfile
from pathlib import Path
from typing import IO, Any

import torch
from jinja2 import StrictUndefined, Template

from distill.errors import BadConfig, RunConflict
from distill.families import family_of, inspect
from distill.families.model_folder import load_model, save_model
from distill.jobs.files import check_new_folder, make_folder
from distill.runs.averaging import average_with_start
from distill.runs.kept import changed_weights
from distill.runs.run_folder import Run
from distill.stats import interval
from distill.tasks import SHOWN
from models.decoding import (
    INPUT_LEAST,
    INPUT_LIMIT,
    MAX_LENGTH_PENALTY,
    MAX_NEW_TOKENS,
    MAX_NO_REPEAT_NGRAM,
    Decoding,
)
from models.settings import Settings
from models.text.encoding import prefix_of

_SIZE = re.compile(r"[1-9]\d*[KMG]i?B")
_README = "README.md"
_SHOWN = ("label", "n", "beams", "seconds", "engine", "device")  # of a row, beside its scores
_CARD = Template(
    """---
library_name: transformers
tags: [summarization, {{ model_type }}, distillation]
---

# {{ name }}

{{ kind }} with T5 Distillation Studio. Load it with `AutoModelForSeq2SeqLM.from_pretrained`\
{% if prefix %} and begin each
input with `{{ prefix }}`{% endif %}.

{% if start_share %}
Its weights are a mean: those of the run's student, and with a share of {{ start_share }} those of the model
that the run started from.

{% endif %}
{% if rows %}
{{ rows[0].n }} validation examples, {{ rows[0].beams }} beam{{ "" if rows[0].beams == 1 else "s" }}, \
F1 × 100 with 95% intervals.

| model | {{ metrics | join(" | ", attribute="label") }} | seconds per summary |
|---|{{ "---|" * metrics | length }}---|
{% for row in rows %}
| {{ row.label }} \
{% for metric in metrics %}
| {{ interval(row[metric.name]) }} \
{% endfor %}
| {{ "%.2f" | format(row.seconds) }} ({{ row.engine }}, {{ row.device }}) |
{% endfor %}

{% endif %}
## How it was made

```json
{{ lineage }}
```

Settings:

```json
{{ config }}
```
""",
    trim_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
)


def export_student(
    run: Run,
    folder: Path,
    settings: Settings,
    dtype: str = "float32",
    shard_size: str = "9MB",
    shortest: int | None = None,
    no_repeat_ngram: int | None = None,
    length_penalty: float | None = None,
    input_tokens: int | None = None,
    start_share: float | None = None,
) -> None:
    """Write the student of a run to `folder`: safetensors shards, tokenizer, model card.

    Args:
        run: A finished run.
        folder: Where to write it; new or empty.
        settings: Where models and runs are.
        dtype: Precision of the weights.
        shard_size: Largest size of a weight file.
        shortest: Tokens its summaries usually have at least, kept in its generation settings.
        no_repeat_ngram: Tokens of an n-gram that usually occurs only once in them, likewise.
        length_penalty: Power of the length that beam search usually divides a score by, likewise.
        input_tokens: Tokens it reads of a text; by default as many as in training. A T5 knows how far apart
            two tokens are, not where they stand, so it can read on past what it learned from.
        start_share: Share of the model that the run started from in the mean of both that is written instead,
            see `average_with_start`.

    Raises:
        RunConflict: The run has no student yet, or its weights have changed since, or the start's have.
        ModelUnavailable: Something else of the student is damaged, or the start is gone.
        BadConfig: The folder holds something already or cannot be made, or a size or a length is none.
    """
    if not _SIZE.fullmatch(shard_size):
        raise BadConfig(f"shard_size is {shard_size!r}; use a number with its unit, such as 9MB or 2GB.")
    _check("shortest", shortest, 0, MAX_NEW_TOKENS)
    _check("no_repeat_ngram", no_repeat_ngram, 0, MAX_NO_REPEAT_NGRAM)
    _check("input_tokens", input_tokens, INPUT_LEAST, INPUT_LIMIT)
    if length_penalty is not None and not abs(length_penalty) <= MAX_LENGTH_PENALTY:
        raise BadConfig(f"length_penalty is {length_penalty:g}; use a number from -5 to 5.")
    check_new_folder(folder)
    make_folder(folder.absolute().parent)
    kind = _checked_kind(run)
    model: Any = load_model(run.student)
    if start_share is not None:
        average_with_start(model, run, start_share, settings)
    model.to(getattr(torch, dtype))
    if shortest is not None:
        model.generation_config.min_new_tokens = shortest
    if no_repeat_ngram is not None:
        model.generation_config.no_repeat_ngram_size = no_repeat_ngram
    if length_penalty is not None:  # which transformers takes of a beam search only
        model.generation_config.update(length_penalty=length_penalty, num_beams=Decoding().beams)
    if input_tokens is not None:
        family_of(model.config.model_type).limit_input(model, input_tokens)
    save_model(model, run.student, folder, max_shard_size=shard_size)
    (folder / _README).write_text(_card(run, folder.resolve().name, kind, start_share), encoding="utf-8")


def zip_student(run: Run, file: IO[bytes]) -> None:
    """Write the student of a run as it is, with a model card, to an open file. It is not loaded.

    The zip is not compressed: weights hardly become smaller.

    Raises:
        RunConflict: The run has no student yet, or its weights have changed since.
        ModelUnavailable: Something else of the student is damaged.
    """
    kind = _checked_kind(run)
    folder = f"student-{run.run_id}"
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(path for path in run.student.rglob("*") if path.is_file()):
            if path != run.student / _README:
                archive.write(path, f"{folder}/{path.relative_to(run.student)}")
        archive.writestr(f"{folder}/{_README}", _card(run, folder, kind))


def _checked_kind(run: Run) -> str:
    """The `model_type` of a run's student, which is whole."""
    if not run.student.is_dir():
        raise RunConflict(f"The run {run.run_id} has no student yet: it is {run.status().status}.")
    if damage := changed_weights(run, run.student):
        raise RunConflict(f"The student of the run {run.run_id} is damaged ({damage}); start a new run.")
    return inspect(run.student).model_type


def _check(name: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise BadConfig(f"{name} is {value}; use a whole number from {low} to {high}.")


def _card(run: Run, name: str, model_type: str, start_share: float | None = None) -> str:
    config = run.config().as_dict()
    rows = [] if start_share else (run.result() or {}).get("rows", [])  # nobody has judged the mean
    return _CARD.render(
        name=name,
        model_type=model_type,
        prefix=prefix_of(model_type),
        start_share=start_share,
        kind=f"Distilled from `{_shown(config['teacher'])}`" if config["teacher"] else "Trained on labels",
        rows=rows if all(row.get(each) is not None for row in rows for each in _SHOWN) else [],
        interval=interval,
        metrics=SHOWN,
        lineage=_json(run.lineage()),
        config=_json(config),
    )


def _json(values: dict[str, Any]) -> str:
    """What is set, as JSON."""
    return json.dumps({key: _shown(value) for key, value in values.items() if value is not None}, indent=1)


def _shown(value: Any) -> Any:
    """A path as its last name: a folder of one's own machine is nobody else's business."""
    is_path = isinstance(value, str) and Path(value).expanduser().is_absolute()
    return Path(value).name if is_path else value
