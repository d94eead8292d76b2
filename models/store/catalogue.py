"""Which models there are, and which one a name stands for."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from models.engines import parse_choice
from models.errors import ModelUnavailable
from models.settings import MODEL_SETS, Settings
from models.store import students

ROLES = ("original", "teacher", "distilled")
EMBEDDED = Path(__file__).parents[1] / "embedded"
T5_HUB = {
    "original": ("google-t5/t5-small", "df1b051c49625cf57a3d0d8d3863ed4d13564fe4"),
    "teacher": ("google-t5/t5-base", "a9723ea7f1b39c1eae772870f3b547bf6ef7e6c1"),
}
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_CANDIDATE = re.compile(r"search:([A-Za-z0-9][A-Za-z0-9._-]{0,95})/(\d{1,9})")
_HUB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_ALLOWED = (
    "Use a catalogue name ({names}), run:RUN_ID, a local folder or a hub id such as google-t5/t5-small."
)


@dataclass(frozen=True)
class ModelSpec:
    """One model and where it comes from.

    Args:
        name: The name it was asked for by.
        source: A folder, or a hub id.
        role: `original`, `teacher` or `distilled` for a catalogue model, else None.
        revision: The hub commit to use, or None for the newest.
        cache: Folder that hub downloads are kept in; None for a local model.
    """

    name: str
    source: str
    role: str | None = None
    revision: str | None = None
    cache: Path | None = None

    @property
    def local(self) -> Path | None:
        """The folder of a local model, None for one from the hub."""
        return Path(self.source) if self.cache is None else None


def column_names(settings: Settings) -> dict[str, str | None]:
    """The model of each role in the set of the settings; None where the set has none (yet)."""
    if settings.model_set == "embedded":
        return {role: f"embedded/{role}" for role in ROLES}
    distilled = "t5/distilled" if _has_distilled(settings) else None
    return {"original": "t5/original", "teacher": "t5/teacher", "distilled": distilled}


def names(settings: Settings) -> list[str]:
    """Names to choose from: the set in use first, then the others, then finished runs, newest first."""
    sets = sorted(MODEL_SETS, key=lambda name: name != settings.model_set)
    found = [f"{name}/{role}" for name in sets for role in ROLES]
    if not _has_distilled(settings):
        found.remove("t5/distilled")
    if not settings.may_change:  # where visitors see no runs
        return found
    return found + [f"run:{run}" for run in students.with_student(settings.runs)]


def split_engine(name: str, settings: Settings) -> tuple[str, str, str]:
    """Split `name@engine:dtype` into its three; parts left out are `auto`.

    The name of a folder that may be used is that folder, whatever it has behind an @.

    Raises:
        BadRequest: The engine or its precision is unknown.
    """
    name = name.strip()
    model, at, choice = name.rpartition("@")
    inside = "/" in choice or "\\" in choice  # an @ inside a folder's path chooses no engine
    if not at or inside or _permitted(name, settings):
        return name, "auto", "auto"
    return model, *parse_choice(choice)


def resolve(name: str, settings: Settings) -> ModelSpec:
    """The model that a name (without `@engine`) stands for.

    Raises:
        ModelUnavailable: Nothing by that name, or the settings do not permit it; says what is allowed.
    """
    name = name.strip()
    if name.startswith(("run:", "search:")):
        if not settings.may_change and name != settings.distilled_model:
            raise ModelUnavailable(f"This page shows no runs (ENABLE_DISTILL=0). {_allowed(settings)}")
        return _run(name, settings) if name.startswith("run:") else _candidate(name, settings)
    prefix, _, role = name.partition("/")
    if prefix in MODEL_SETS:
        return _catalogued(name, prefix, role, settings)
    if not settings.allow_custom_models:
        return _own(name, settings)
    if folder := _folder(name):
        return ModelSpec(name, str(folder))
    if name.startswith((".", "/", "~")) or "\\" in name:
        raise ModelUnavailable(f"There is no folder {name!r}. {_allowed(settings)}")
    return _from_hub(name, settings)


def newest_student(teacher: str, settings: Settings) -> str | None:
    """`run:ID` of the newest finished run with this teacher, by whatever name it was called."""
    wanted = _source(teacher, settings)
    for run, name in students.finished(settings.runs):
        if name == teacher or _source(name, settings) == wanted:
            return f"run:{run}"
    return None


def _source(name: str, settings: Settings) -> str:
    """What a teacher's name stands for; one that no longer means anything stands for itself."""
    if name == "t5/distilled":  # which student that is may depend on this very answer
        return name
    try:
        return resolve(name, settings).source
    except ModelUnavailable:
        return name


def _has_distilled(settings: Settings) -> bool:
    try:
        resolve("t5/distilled", settings)
    except ModelUnavailable:
        return False
    return True


def _own(name: str, settings: Settings) -> ModelSpec:
    """Where no other models are allowed: only the studio's own, and the same answer for anything else."""
    if folder := _permitted(name, settings):
        return ModelSpec(name, str(folder))
    named = name == settings.distilled_model
    pinned = dict(T5_HUB.values())
    if name in pinned or (named and _is_hub_id(name)):
        return ModelSpec(name, name, None, pinned.get(name), settings.home / "hub")
    raise ModelUnavailable(f"{name!r} may not be used here. {_allowed(settings)}")


def _permitted(name: str, settings: Settings) -> Path | None:
    """The folder of this name, if there is one that this user may name."""
    named = settings.allow_custom_models or name == settings.distilled_model
    ours = not settings.visitor and settings.may_read(name)
    return _folder(name) if named or ours else None


def _folder(name: str) -> Path | None:
    try:
        path = Path(name).expanduser()
        return path.resolve() if name and path.is_dir() else None
    except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, a home nobody has
        return None


def _catalogued(name: str, model_set: str, role: str, settings: Settings) -> ModelSpec:
    if role not in ROLES:
        raise ModelUnavailable(f"There is no model {name!r}. {_allowed(settings)}")
    if model_set == "embedded":
        return _embedded(name, role)
    if role in T5_HUB:
        source, revision = T5_HUB[role]
        return ModelSpec(name, source, role, revision, settings.home / "hub")
    owner = replace(settings, visitor=False)  # it is the owner's choice, which visitors may use by this name
    student = owner.distilled_model or newest_student("t5/teacher", owner)
    if student is None:
        way = "distil one from t5/teacher, or" if settings.may_change else "the owner of this server can"
        raise ModelUnavailable(
            f"The t5 set has no distilled model yet: {way} name one in the setting DISTILLED_MODEL."
        )
    found = resolve(student, owner)
    return ModelSpec(name, found.source, role, found.revision, found.cache)


def _embedded(name: str, role: str) -> ModelSpec:
    folder = EMBEDDED / role
    if not folder.is_dir():
        raise ModelUnavailable(
            f"{name} is not installed: {folder} is missing. Fetch the repository again with its models."
        )
    return ModelSpec(name, str(folder), role)


def _run(name: str, settings: Settings) -> ModelSpec:
    run = name.removeprefix("run:")
    known = ", ".join(f"run:{found}" for found in students.with_student(settings.runs)) or "none yet"
    if not _RUN_ID.fullmatch(run):
        raise ModelUnavailable(
            f"{name!r} is not a run: an id has letters, digits, '.', '_' and '-' only. Runs: {known}."
        )
    folder = students.student(settings.runs, run)
    if folder is None:
        raise ModelUnavailable(
            f"{name} has no student (unknown, or not finished). Runs with a student: {known}."
        )
    return ModelSpec(name, str(folder))


def _candidate(name: str, settings: Settings) -> ModelSpec:
    found = _CANDIDATE.fullmatch(name)
    folder = students.born(settings.searches, found[1], int(found[2])) if found else None
    if folder is None or not folder.is_dir():
        raise ModelUnavailable(
            f"There is no {name}: a student of a search is search:SEARCH_ID/NUMBER, and is made by"
            " “Distil this one” beside the candidate in the Search tab."
        )
    return ModelSpec(name, str(folder))


def _from_hub(name: str, settings: Settings) -> ModelSpec:
    if not _is_hub_id(name):
        raise ModelUnavailable(f"{name!r} is not a model name. {_allowed(settings)}")
    return ModelSpec(name, name, None, dict(T5_HUB.values()).get(name), settings.home / "hub")


def _is_hub_id(name: str) -> bool:
    return _HUB_ID.fullmatch(name) is not None and ".." not in name and "--" not in name


def _allowed(settings: Settings) -> str:
    # Whether there is a t5/distilled is not asked here: this may be the answer to that very question.
    catalogue = [f"{name}/{role}" for name in MODEL_SETS for role in ROLES]
    if not settings.allow_custom_models:
        own = ", ".join([*catalogue, *(["run:RUN_ID"] if settings.may_change else [])])
        return f"This studio is limited to its own models (ALLOW_CUSTOM_MODELS=0). Use {own}."
    return _ALLOWED.format(names=", ".join(catalogue))
