"""Which models there are, and what a name means."""

import re
from dataclasses import dataclass
from pathlib import Path

from models.engines import parse_choice
from models.errors import ModelUnavailable
from models.settings import MODEL_SETS, Settings

ROLES = ("original", "teacher", "distilled")
EMBEDDED = Path(__file__).parent / "embedded"
T5_HUB = {
    "original": ("google-t5/t5-small", "df1b051c49625cf57a3d0d8d3863ed4d13564fe4"),
    "teacher": ("google-t5/t5-base", "a9723ea7f1b39c1eae772870f3b547bf6ef7e6c1"),
}
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
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
    return {"original": "t5/original", "teacher": "t5/teacher", "distilled": settings.distilled_model}


def names(settings: Settings) -> list[str]:
    """Names to choose from: the set in use first, then the others, then finished runs, newest first."""
    sets = sorted(MODEL_SETS, key=lambda name: name != settings.model_set)
    found = [f"{name}/{role}" for name in sets for role in ROLES if name == "embedded" or role in T5_HUB]
    if settings.distilled_model:
        found.append(settings.distilled_model)
    return found + [f"run:{run}" for run in _runs(settings)]


def split_engine(name: str) -> tuple[str, str, str]:
    """Split `name@engine:dtype` into its three; what is left out is `auto`.

    Raises:
        BadRequest: The engine or its precision is unknown.
    """
    model, at, choice = name.strip().rpartition("@")
    if not at or "/" in choice or "\\" in choice:  # an @ inside a folder's path chooses no engine
        return name.strip(), "auto", "auto"
    return model, *parse_choice(choice)


def resolve(name: str, settings: Settings) -> ModelSpec:
    """What a name (without `@engine`) means.

    Raises:
        ModelUnavailable: Nothing by that name, or the settings do not permit it; says what is allowed.
    """
    name = name.strip()
    if name.startswith("run:"):
        return _run(name, settings)
    prefix, _, role = name.partition("/")
    if prefix in MODEL_SETS:
        return _catalogued(name, prefix, role, settings)
    if folder := _folder(name):
        return ModelSpec(name, str(folder))
    if name.startswith((".", "/", "~")) or "\\" in name:
        raise ModelUnavailable(f"There is no folder {name!r}. {_allowed(settings)}")
    return _from_hub(name, settings)


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
    if not settings.distilled_model:
        raise ModelUnavailable(
            "The t5 set has no distilled model yet: distil one, or name one in the setting DISTILLED_MODEL."
        )
    found = resolve(settings.distilled_model, settings)
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
    known = ", ".join(f"run:{found}" for found in _runs(settings)) or "none yet"
    if not _RUN_ID.fullmatch(run):
        raise ModelUnavailable(
            f"{name!r} is no run: an id has letters, digits, '.', '_' and '-' only. Runs: {known}."
        )
    folder = settings.runs / run / "student"
    if not folder.is_dir():
        raise ModelUnavailable(
            f"{name} has no student (unknown, or not finished). Runs with a student: {known}."
        )
    return ModelSpec(name, str(folder))


def _from_hub(name: str, settings: Settings) -> ModelSpec:
    if not _HUB_ID.fullmatch(name) or ".." in name or "--" in name:
        raise ModelUnavailable(f"{name!r} is no model name. {_allowed(settings)}")
    pinned = dict(T5_HUB.values())
    if not settings.allow_custom_models and name not in pinned and name != settings.distilled_model:
        raise ModelUnavailable(
            f"{name!r} may not be used here: this studio is set to its own models (ALLOW_CUSTOM_MODELS=0). "
            f"Choose one of {', '.join(names(settings))}."
        )
    return ModelSpec(name, name, None, pinned.get(name), settings.home / "hub")


def _runs(settings: Settings) -> list[str]:
    students = [folder for folder in settings.runs.glob("*/student") if (folder / "config.json").is_file()]
    return [folder.parent.name for folder in sorted(students, key=lambda f: f.stat().st_mtime, reverse=True)]


def _allowed(settings: Settings) -> str:
    catalogue = [name for name in names(settings) if name.partition("/")[0] in MODEL_SETS]
    return _ALLOWED.format(names=", ".join(catalogue))
