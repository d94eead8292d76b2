"""Loaded models, each loaded once and shared."""

import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from models.decoding import Decoding
from models.engines import Engine, Overflow, open_engine, parse_choice, prepare
from models.errors import ModelUnavailable
from models.folders.tokenizer import TextTokenizer, misfit
from models.serving import measure
from models.serving.summarizer import Summarizer
from models.settings import Settings
from models.store.catalogue import ModelSpec, resolve, split_engine
from models.store.loading import ModelInfo, Progress, fetch, inspect, open_tokenizer

CAPACITY = 4
_WARM_UP = Decoding(beams=4, min_new_tokens=2, max_new_tokens=2)
_Files = tuple[tuple[str, int, int], ...]
_Key = tuple[str, str, str]
_Source = tuple[str, str | None]


@dataclass
class _Slot:
    """Room for one model on one engine; its lock is held while it loads."""

    names: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    files: _Files = ()
    summarizer: Summarizer | None = None


class ModelPool:
    """The models in memory: the four used last. One pool per process; thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._fetching: dict[_Source, threading.Lock] = {}
        self._slots: OrderedDict[_Key, _Slot] = OrderedDict()
        self._folders: dict[_Source, Path] = {}

    def get(self, name: str, engine: str = "auto", progress: Progress | None = None) -> Summarizer:
        """The model of that name, loaded if it is not yet, and again if its files have changed.

        Args:
            name: A model's name, with `@engine[:dtype]` behind it or not.
            engine: `engine[:dtype]` for a name that chooses none.
            progress: Called with the progress of a download or of loading.

        Raises:
            DistillError: It is not available; the message says why. A failed load is tried anew next time.
        """
        model, chosen, dtype = split_engine(name, self._settings)
        if (chosen, dtype) == ("auto", "auto"):
            chosen, dtype = parse_choice(engine)
        spec = resolve(model, self._settings)
        folder = self._folder(spec, progress)
        key = (str(folder), chosen, dtype)
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            slot.names.add(model)
        with slot.lock:
            files = _files(folder)
            if slot.summarizer is None or slot.files != files:
                slot.summarizer = None  # before loading: two copies need not fit
                try:
                    slot.summarizer = self._load(spec, folder, chosen, dtype, progress)
                finally:
                    slot.files = files
                    self._keep(key, slot, model)
            else:
                self._keep(key, slot, model)
            return slot.summarizer.named(model)

    def release(self, name: str) -> None:
        """Let a model go, on whichever engine, unless it is known by another name too.

        Safe at any time: who uses the model, or loads it just now, keeps it. Its memory is free once nobody
        uses it any more.
        """
        model = split_engine(name, self._settings)[0]
        with self._lock:
            for key, slot in list(self._slots.items()):
                if model in slot.names:
                    slot.names.discard(model)
                    if not slot.names:
                        del self._slots[key]
        measure.free_memory()

    def _folder(self, spec: ModelSpec, progress: Progress | None) -> Path:
        if spec.local:
            return spec.local
        key = (spec.source, spec.revision)
        if key in self._folders:
            return self._folders[key]
        with self._lock:
            fetching = self._fetching.setdefault(key, threading.Lock())
        with fetching:  # one download holds up nobody who wants another model
            if key not in self._folders:  # the hub is asked once a process, not once a summary
                self._folders[key] = fetch(spec, progress)
            return self._folders[key]

    def _load(
        self, spec: ModelSpec, folder: Path, engine: str, dtype: str, progress: Progress | None
    ) -> Summarizer:
        info = inspect(folder)
        tokenizer = open_tokenizer(folder, info.eos)
        _check_vocabulary(info, tokenizer.size)
        if progress:
            progress(1.0, f"Loading {spec.name} (a first time takes some seconds longer)")
        choice = prepare(folder, engine, self._settings, dtype)  # needs no lock: it disturbs nobody's memory
        with measure.INFERENCE_LOCK:  # loading would spoil another model's latency
            loaded = open_engine(folder, choice, self._settings)
            _warm_up(loaded, tokenizer)
        return Summarizer(spec.name, info, tokenizer, loaded)

    def _keep(self, key: _Key, slot: _Slot, name: str) -> None:
        """Note that a slot was used just now (or failed to load); let go of what that makes too many."""
        with self._lock:
            if slot.summarizer is None:
                self._slots.pop(key, None)
                return
            self._slots[key] = slot
            slot.names.add(name)  # it may have been released meanwhile
            self._slots.move_to_end(key)
            loaded = [key for key, slot in self._slots.items() if slot.summarizer]
            for oldest in loaded[:-CAPACITY]:
                del self._slots[oldest]
        if len(loaded) > CAPACITY:
            measure.free_memory()


def _warm_up(engine: Engine, tokenizer: TextTokenizer) -> None:
    """Two steps on a short input, so that the first latency shown is not that of a library waking up.

    Costs nothing in all: on two busy cores, with 4 beams, the trio's first summary took twice as long as the
    later ones without this, and together with this as long as before. Shorter inputs wake up too little.
    """
    with suppress(Overflow):  # of two tokens of nothing it says nothing
        engine.generate(tokenizer.wrap(tokenizer.encode("warm up " * 8).ids), _WARM_UP)


def _check_vocabulary(info: ModelInfo, size: int) -> None:
    if size > info.vocab_size:
        raise ModelUnavailable(" ".join(misfit(info.folder, size, info.vocab_size)))


def _files(folder: Path) -> _Files:
    """What the weights and the tokenizer look like from outside; differs once a student is trained anew."""
    found = filter(Path.is_file, [*folder.glob("*.safetensors"), *folder.glob("*.json")])
    return tuple(sorted((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in found))
