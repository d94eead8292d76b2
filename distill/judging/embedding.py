"""Sentence embeddings: texts as vectors whose cosine is the larger the more alike the texts are in meaning.

Reimers & Gurevych (2019), Sentence-BERT. By the package sentence-transformers, which is installed for this
alone, with a model that is on this machine already: an evaluation downloads nothing of its own accord.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill.jobs.checksums import checksum
from distill.jobs.files import read_json
from distill.tasks.summarize.words import split_words
from models.errors import ModelUnavailable
from models.settings import Settings
from models.store import hub

if TYPE_CHECKING:
    import numpy as np

PACKAGE = "sentence-transformers>=5,<7"
_CHUNK = 256  # texts between two looks at whether the work is to stop
_OTHER_FORMATS = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


class Embedder:
    """A model of sentence embeddings.

    Args:
        settings: Name it (`embedding_model`): a folder, or the id of a model in the user's hub cache.

    Raises:
        ModelUnavailable: The package or the model is not there, or cannot be used; says what to do.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.embedding_model
        folder = _folder(self.name)
        self.sha256 = checksum(_checked_weights(folder))
        self._model = _load(folder, settings.threads)

    def embed(self, texts: Sequence[str | None], on_chunk: Callable[[], None]) -> np.ndarray:
        """One row a text, float32: of length 1; 0 for a text without words; not a number for None.

        Args:
            texts: The texts; their first tokens count, as many as the model reads.
            on_chunk: Called every so many texts; an exception it raises ends the work.

        Raises:
            ModelUnavailable: The model cannot embed them.
        """
        import numpy as np

        found = np.zeros((len(texts), self._width()), dtype=np.float32)
        found[[text is None for text in texts]] = np.nan
        spoken = [place for place, text in enumerate(texts) if text and split_words(text)]
        for start in range(0, len(spoken), _CHUNK):
            on_chunk()
            places = spoken[start : start + _CHUNK]
            found[places] = self._rows([texts[place] for place in places])
        return found

    def _width(self) -> int:
        return self._rows(["a"]).shape[1]

    def _rows(self, texts: Sequence[str | None]) -> np.ndarray:
        try:
            return self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        except Exception as error:  # whatever a library makes of an unforeseen model
            raise ModelUnavailable(f"the model {self.name} cannot embed: {_reason(error)}") from error


def _folder(name: str) -> Path:
    """Where the model lies; everything that has to be fetched is named at once."""
    path = Path(name).expanduser()
    if name.startswith((".", "/", "~")) and not path.is_dir():
        raise ModelUnavailable(f"STUDIO_EMBEDDING_MODEL names the folder {name}, which is not there")
    folder = path if path.is_dir() else hub.cached(name, None, None)
    missing = [] if find_spec("sentence_transformers") else [f'pip install "{PACKAGE}"']
    missing += [] if folder else [f"hf download {name}"]
    if missing or folder is None:
        raise ModelUnavailable(f"it needs {' and '.join(missing)}")
    return folder


def _checked_weights(folder: Path) -> Path:
    """The file of its weights. A model of sentence embeddings consists of modules, each with a class."""
    modules = read_json(folder / "modules.json")
    if not isinstance(modules, list) or not modules or not all(map(_is_module, modules)):
        raise ModelUnavailable(
            f"{folder} holds no model of sentence embeddings: it has no modules.json that names its parts"
        )
    for module in modules:
        part = folder / module["path"]
        if not module["type"].startswith("sentence_transformers."):
            raise ModelUnavailable(f"{folder} brings code of its own, {module['type']}, which is not run")
        if _has(part, _OTHER_FORMATS) and not _has(part, ["*.safetensors"]):
            raise ModelUnavailable(f"the weights in {part} are not in safetensors; nothing else is read")
    weights = folder / modules[0]["path"] / "model.safetensors"
    if not weights.is_file():
        raise ModelUnavailable(f"{folder} lacks the weights, {weights.name}; fetch the model again")
    return weights


def _is_module(module: Any) -> bool:
    return isinstance(module, Mapping) and all(isinstance(module.get(name), str) for name in ("path", "type"))


def _has(folder: Path, patterns: Sequence[str]) -> bool:
    return any(True for pattern in patterns for _ in folder.glob(pattern))


def _load(folder: Path, threads: int | None) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        from models.engines.pytorch import use_threads

        disable_progress_bar()  # one bar a loaded model
        use_threads(threads)
        return SentenceTransformer(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # whatever a library makes of an unforeseen model, or of another library
        raise ModelUnavailable(f"the model in {folder} cannot be loaded: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
