"""The fast engine: CTranslate2. Needs neither torch nor transformers once a model is converted."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import ctranslate2
import psutil

from models.decoding import Decoding, Sampling, check_hypotheses
from models.engines import EngineChoice, StepWatcher, Stopped
from models.engines.conversion import converted, discard, read_special_ids
from models.engines.special_ids import end_ids
from models.errors import BadRequest, ModelUnavailable
from models.settings import Settings

_SMALL = 64_000_000  # bytes of weights
_POLL = 0.1


class CTranslate2Engine:
    """A model on CTranslate2. See `models.engines.Engine` for the interface."""

    name = "ctranslate2"
    note = ""

    def __init__(self, folder: Path, choice: EngineChoice, entry: Path, settings: Settings) -> None:
        self.device, self.dtype = choice.device, choice.dtype
        self._translator, special = _opened(folder, entry, choice, settings)
        self.threads = settings.threads or _threads(entry)
        self._reopen = partial(_opened, folder, entry, choice, settings)
        self._ends = end_ids(special)
        self._silent = {special["pad_token_id"], special["bos_token_id"]}
        self._first = special["forced_bos_token_id"]
        self.weights_bytes = (entry / "model.bin").stat().st_size

    def generate(
        self,
        ids: list[int],
        decoding: Decoding,
        on_step: StepWatcher | None = None,
        on_first: Callable[[], None] | None = None,
    ) -> list[int]:
        """See `Engine.generate`. With beams the library reports no steps, so the watcher is not called."""
        steps = _Steps(self._ends, self._silent, on_step) if on_step and decoding.beams == 1 else None
        source, options = [_words(ids)], {**_search(decoding), **self._opening(1)}
        try:
            if on_first and not steps and decoding.beams == 1:
                result = self._timed(source, options, on_first)
            else:
                [result] = self._translator.translate_batch(source, callback=steps, **options)
        except RuntimeError as error:
            raise _unable("run this model", error) from error
        finally:
            stopped = steps is not None and steps.finish()
        if stopped:
            raise Stopped
        return self._numbers(result.hypotheses[0])

    def generate_batch(
        self,
        batch: list[list[int]],
        decoding: Decoding,
        hypotheses: int = 1,
        sampling: Sampling | None = None,
    ) -> list[list[list[int]]]:
        """See `Engine.generate_batch`."""
        check_hypotheses(decoding, hypotheses, sampling)
        options = {**_search(decoding), **self._opening(len(batch)), "num_hypotheses": hypotheses}
        try:
            translator = self._translator if sampling is None else self._sampler(sampling, options)
            results = translator.translate_batch([_words(ids) for ids in batch], **options)
        except RuntimeError as error:
            raise _unable("run this model", error) from error
        return [[self._numbers(pieces) for pieces in result.hypotheses] for result in results]

    def score(self, ids: list[int], summary: list[int]) -> list[float]:
        """Natural logarithm of the probability of each of a summary's tokens, and of its end after them."""
        [found] = self._translator.score_batch([_words(ids)], [_words(summary)], max_input_length=0)
        return found.log_probs

    def _numbers(self, words: list[str]) -> list[int]:
        return [token for token in map(int, words) if token not in self._silent]

    def _opening(self, inputs: int) -> dict[str, Any]:
        """What each summary has to begin with, and the tokens that end it where there are several."""
        first, several = self._first, len(self._ends) > 1
        return {
            "target_prefix": None if first is None else [_words([first])] * inputs,
            "end_token": self._ends if several else None,
        }

    def _timed(self, source: list[list[str]], options: dict[str, Any], on_first: Callable[[], None]) -> Any:
        """Run beside this thread, which waits for the first token.

        The callback is a method in C: one in Python costs 35 µs a token, since the library's thread gets a
        new interpreter state at each call; that is 8% of a small model's step.
        """
        steps: SimpleQueue[Any] = SimpleQueue()
        [running] = self._translator.translate_batch(source, callback=steps.put, asynchronous=True, **options)
        first = None
        while first is None:
            try:
                first = steps.get(timeout=_POLL)
            except Empty:
                if running.done():  # it failed, and `result` says how
                    return running.result()
        if first.token_id not in self._ends:
            on_first()
        return running.result()

    def _sampler(self, sampling: Sampling, options: dict[str, Any]) -> ctranslate2.Translator:
        """A translator with numbers of its own: the library seeds a worker's only before its first draw."""
        options["sampling_topk"] = sampling.top_k
        options["sampling_topp"] = sampling.top_p
        options["sampling_temperature"] = sampling.temperature
        ctranslate2.set_random_seed(sampling.seed)
        return self._reopen()[0]

    def fall_back(self) -> None:
        """Never needed: this engine raises no `Overflow`."""

    def synchronize(self) -> None:
        """The library returns when the device is done."""


class _Steps:
    """Collects greedy tokens for a watcher.

    The library's worker thread drops its reference to this some time after the call. What the watcher holds
    (in the end, this very engine) must not go with it: a translator destroyed in its own worker aborts the
    process. So `finish()` lets go of it first.
    """

    def __init__(self, ends: list[int], silent: set[int | None], on_step: StepWatcher) -> None:
        self._unheard, self._on_step = {*ends, *silent}, on_step
        self._tokens: list[int] = []
        self._stopped = False

    def __call__(self, result: Any) -> bool:
        if result.token_id not in self._unheard:
            self._tokens.append(result.token_id)
            self._stopped = self._on_step(list(self._tokens))
        return self._stopped

    def finish(self) -> bool:
        """Forget the watcher; whether it asked to stop."""
        del self._on_step
        return self._stopped


def _words(ids: list[int]) -> list[str]:
    """A converted model's words are the numbers of its tokens."""
    return [str(token) for token in ids]


def _search(decoding: Decoding) -> dict[str, Any]:
    return {
        "beam_size": decoding.beams,
        "patience": 1 if decoding.early_stopping else 2,
        "length_penalty": decoding.penalty,
        "no_repeat_ngram_size": decoding.no_repeat_ngram or 0,
        "min_decoding_length": decoding.min_new_tokens or 0,
        "max_decoding_length": decoding.max_new_tokens,
        "max_input_length": 0,
    }


def choose_device() -> str:
    """`cuda` where the library counts a GPU, else `cpu`."""
    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def choose_dtype(dtype: str, device: str) -> str:
    """The precision to use on a device, int8 for `auto`; raises BadRequest for one it does not know."""
    wanted = "int8" if dtype == "auto" else dtype
    known = ctranslate2.get_supported_compute_types(device)
    if wanted not in known:
        raise BadRequest(f"{wanted} does not run on this {device}; use one of {', '.join(sorted(known))}.")
    return wanted


def _opened(
    folder: Path, entry: Path, choice: EngineChoice, settings: Settings
) -> tuple[ctranslate2.Translator, dict[str, Any]]:
    """A converted model and its special tokens; one that turns out broken is converted anew, once."""
    try:
        return _open(entry, choice.device, choice.dtype, settings), read_special_ids(entry)
    except (RuntimeError, OSError, ValueError, KeyError) as error:
        if choice.device != "cpu" and _is_whole(entry, settings):  # a full GPU, a driver that does not fit
            raise _unable("open this model", error) from error
    discard(entry)
    converted(folder, choice.dtype, settings.home)
    try:
        return _open(entry, choice.device, choice.dtype, settings), read_special_ids(entry)
    except RuntimeError as error:
        raise _unable("open this model", error) from error


def _is_whole(entry: Path, settings: Settings) -> bool:
    try:
        _open(entry, "cpu", "default", settings)
        read_special_ids(entry)
    except (RuntimeError, OSError, ValueError, KeyError):
        return False
    return True


def _open(entry: Path, device: str, dtype: str, settings: Settings) -> ctranslate2.Translator:
    """In a thread of its own: opening sets the calling thread's number of OpenMP threads, torch's in this
    process too, and a training run that had judged its teacher went on with other sums than a resumed one."""
    threads = settings.threads or _threads(entry)
    with ThreadPoolExecutor(1) as own:
        return own.submit(
            ctranslate2.Translator, str(entry), device=device, compute_type=dtype, intra_threads=threads
        ).result()


def _unable(what: str, error: Exception) -> ModelUnavailable:
    reason = (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")
    return ModelUnavailable(f"CTranslate2 could not {what}: {reason}. Use PyTorch (@torch).")


def _threads(entry: Path) -> int:
    """Threads that pay: a small model's steps are too short to share.

    Measured with `bench` on two cores, 4 beams: models of 8 and 23 MB took 6 and 3 times as long with two
    threads as with one.
    """
    weights = sum(file.stat().st_size for file in entry.glob("model.bin"))
    return 1 if weights < _SMALL else min(psutil.cpu_count(logical=False) or 1, _cores())


def _cores() -> int:
    """Cores that this process may use: a container may be given few of many."""
    given = getattr(os, "sched_getaffinity", None)  # Linux has it
    return len(given(0)) if given else os.cpu_count() or 1
