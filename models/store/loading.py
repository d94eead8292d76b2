"""From a model's name to its folder on this machine."""

from pathlib import Path

from models.errors import ModelUnavailable
from models.folders.inspection import ModelInfo, inspect
from models.folders.tokenizer import open_tokenizer
from models.store import hub
from models.store.catalogue import ModelSpec
from models.store.hub import Progress

__all__ = ["ModelInfo", "Progress", "fetch", "inspect", "open_tokenizer"]


def fetch(spec: ModelSpec, progress: Progress | None = None) -> Path:
    """The folder of a model, downloaded first if necessary.

    A copy on this machine is taken as it is when the revision is pinned; otherwise the hub is asked for the
    newest one, and the copy serves when there is no network.

    Raises:
        ModelUnavailable: It is not available; the message says why.
    """
    if spec.cache is None:
        return Path(spec.source)
    copy = hub.cached(spec.source, spec.revision, spec.cache) or hub.cached(spec.source, spec.revision, None)
    if copy and spec.revision and _whole(copy):
        return copy
    try:
        return hub.download(spec.source, spec.revision, spec.cache, progress)
    except ModelUnavailable:
        if copy and _whole(copy):
            return copy
        raise


def _whole(folder: Path) -> bool:
    try:
        inspect(folder)
    except ModelUnavailable:
        return False
    return True
