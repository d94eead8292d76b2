"""The studio's settings from the environment: read once at start-up and handed down."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import BadRequest, DistillError

DEFAULT_HOME = "~/.cache/t5-distillation-studio"
MODEL_SETS = ("embedded", "t5")
EMBEDDING_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def share_cores() -> None:
    """Let threads of torch and CTranslate2 that wait for each other leave their cores to other work soon.

    Without it they keep them for milliseconds (GNU OpenMP's `GOMP_SPINCOUNT`), and a run beside a busy
    program takes more than twice as long. Call it before either library is imported.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")


@dataclass(frozen=True)
class Settings:
    """The studio's settings.

    Args:
        home: The only folder the program writes to (`STUDIO_HOME`).
        model_set: `embedded` (no network) or `t5` (from the Hugging Face hub) (`MODEL_SET`).
        distilled_model: The distilled column of the `t5` set: a hub id or a folder (`DISTILLED_MODEL`);
            without one it is the newest student of the set's teacher.
        allow_custom_models: Whether any model and any data may be named (`ALLOW_CUSTOM_MODELS`; off where
            strangers can reach the page); if not, only `distilled_model` and what is in `home` may.
        enable_distill: Whether runs may be started from the page (`ENABLE_DISTILL`; off there too).
        threads: CPU threads of inference, or None for the library's default (`STUDIO_THREADS`).
        embedding_model: The model of sentence embeddings that says whether summaries mean the same: a folder,
            or a hub id that has been downloaded (`STUDIO_EMBEDDING_MODEL`).
        public: Whether strangers can reach the page: on a Space, by a shared link, at a network address, by a
            proxy or tunnel (`STUDIO_PUBLIC`).
        visitor: Whether a visitor of the page names things, and not the command line: where custom models
            are off, a visitor names no folder, and of files only uploads.
        owner_password: What the page asks for before someone makes, closes or shows a vote
            (`STUDIO_OWNER_PASSWORD`); without one only a page that is not `public` lets them.
    """

    home: Path
    model_set: str = "embedded"
    distilled_model: str | None = None
    allow_custom_models: bool = True
    enable_distill: bool = True
    threads: int | None = None
    embedding_model: str = EMBEDDING_MODEL
    public: bool = False
    visitor: bool = False
    owner_password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.model_set not in MODEL_SETS:
            raise BadRequest(f"MODEL_SET is {self.model_set!r}; use one of {', '.join(MODEL_SETS)}.")
        if self.distilled_model == "t5/distilled":
            raise BadRequest(
                "DISTILLED_MODEL is 't5/distilled', which stands for that very setting; name a hub id, a "
                "folder or run:RUN_ID, or leave it unset."
            )
        if self.threads is not None and self.threads < 1:
            raise BadRequest(
                f"STUDIO_THREADS is {self.threads}; use a whole number from 1 up, or leave it unset."
            )

    @property
    def runs(self) -> Path:
        """The folder that holds one folder per run."""
        return self.home / "runs"

    @property
    def searches(self) -> Path:
        """The folder that holds one folder per search."""
        return self.home / "searches"

    @property
    def datasets(self) -> Path:
        """The folder that data sets of the hub are kept in."""
        return self.home / "datasets"

    @property
    def temporary(self) -> Path:
        """The folder that Gradio puts uploads in, and the files a visitor downloads."""
        return self.home / "page"

    @property
    def uploads(self) -> Path:
        """The folder that uploads are kept in for the runs that learn from them."""
        return self.home / "uploads"

    def may_read(self, file: str | Path) -> bool:
        """Whether this user may name this file or folder. Says nothing about whether it exists."""
        if self.allow_custom_models:
            return True
        try:
            path = Path(file).expanduser().resolve()
        except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, a home nobody has
            return False
        within = (self.temporary, self.uploads) if self.visitor else (self.home,)
        return any(path.is_relative_to(folder.resolve()) for folder in within)

    @property
    def may_change(self) -> bool:
        """Whether this user may change what the studio keeps: a visitor may where runs may be started."""
        return self.enable_distill or not self.visitor

    def check_changes(self) -> None:
        """Check that this user may change what the studio keeps.

        Raises:
            BadRequest: Not here.
        """
        if not self.may_change:
            raise BadRequest("What this server keeps is not changed from its page (ENABLE_DISTILL=0).")

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ, *, public: bool = False) -> "Settings":
        """Read the settings from environment variables; unset or empty ones take their defaults.

        Args:
            env: The variables.
            public: Whether strangers can reach the page, as they can on a Space: then custom models and
                distilling are off unless a variable turns them on.
        """
        public = public or "SPACE_ID" in env or _flag(env, "STUDIO_PUBLIC", default=False)
        return cls(
            home=Path(env.get("STUDIO_HOME") or DEFAULT_HOME).expanduser().resolve(),
            model_set=env.get("MODEL_SET") or "embedded",
            distilled_model=env.get("DISTILLED_MODEL", "").strip() or None,
            allow_custom_models=_flag(env, "ALLOW_CUSTOM_MODELS", default=not public),
            enable_distill=_flag(env, "ENABLE_DISTILL", default=not public),
            threads=_whole(env, "STUDIO_THREADS"),
            embedding_model=env.get("STUDIO_EMBEDDING_MODEL", "").strip() or EMBEDDING_MODEL,
            public=public,
            owner_password=env.get("STUDIO_OWNER_PASSWORD") or None,
        )


def make_home(folder: Path) -> None:
    """Make the studio's home, or a folder in it, to write to.

    Raises:
        DistillError: It cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise DistillError(
            f"{folder} cannot be made: {problem.strerror or problem}. Set STUDIO_HOME to a folder of yours."
        ) from problem
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DistillError(f"{folder} cannot be written to. Set STUDIO_HOME to a folder of yours.")


def _flag(env: Mapping[str, str], name: str, default: bool) -> bool:
    value = env.get(name, "").strip().lower()
    if not value:
        return default
    if value not in _TRUE | _FALSE:
        raise BadRequest(f"{name} is {env[name]!r}; use 1 or 0.")
    return value in _TRUE


def _whole(env: Mapping[str, str], name: str) -> int | None:
    value = env.get(name, "").strip()
    if not value:
        return None
    if not value.isdigit():
        raise BadRequest(f"{name} is {value!r}; use a whole number.")
    return int(value)
