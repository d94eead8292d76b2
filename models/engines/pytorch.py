"""The reference engine: transformers' `generate` on torch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)

from models.decoding import Decoding, Sampling, check_hypotheses
from models.engines import Overflow, StepWatcher, Stopped
from models.engines.checkpoint import load_checkpoint
from models.engines.deep_decoder import room_for_all_layers
from models.engines.special_ids import end_ids, special_ids
from models.errors import BadRequest, ModelUnavailable

_threads_set = threading.Event()


class TorchEngine:
    """A model on torch. See `models.engines.Engine` for the interface."""

    name = "torch"

    def __init__(self, folder: Path, device: str, dtype: str, note: str = "") -> None:
        self._folder = folder
        self._torch_device = torch.device(device)
        self.device, self.dtype, self.note = device, dtype, note
        self._model = self._load()

    @property
    def threads(self) -> int:
        """See `Engine.threads`."""
        return torch.get_num_threads()

    def _load(self) -> Any:
        model = _load_model(self._folder, self.dtype, self._torch_device)
        self._ids = special_ids(model.config.to_dict(), model.generation_config.to_dict())
        # Generation settings stored with a checkpoint would otherwise fill whatever a request leaves unset.
        model.generation_config = GenerationConfig(**self._ids)
        self.weights_bytes = sum(p.numel() * p.element_size() for p in model.parameters())
        return model

    def _loaded(self) -> Any:
        """The model; loaded now, where there was no room for it after a fall back."""
        if self._model is None:
            self._model = self._load()
        return self._model

    def generate(
        self,
        ids: list[int],
        decoding: Decoding,
        on_step: StepWatcher | None = None,
        on_first: Callable[[], None] | None = None,
    ) -> list[int]:
        """See `Engine.generate`."""
        greedy = decoding.beams == 1
        if on_step is None and on_first is not None and greedy:
            on_step = _first_only(on_first)
        watch = self._watch()
        criteria = [_Steps(self, on_step, watch, greedy)] if on_step else []
        output = self._run([ids], self._config(decoding), watch, criteria)
        return self._checked([self.strip(output[0].tolist())], watch)[0]

    def generate_batch(
        self,
        batch: list[list[int]],
        decoding: Decoding,
        hypotheses: int = 1,
        sampling: Sampling | None = None,
    ) -> list[list[list[int]]]:
        """See `Engine.generate_batch`."""
        check_hypotheses(decoding, hypotheses, sampling)
        config, watch = self._config(decoding, sampling), self._watch()
        config.num_return_sequences = hypotheses
        devices = [self._torch_device] if self._torch_device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices, enabled=sampling is not None):
            if sampling is not None:
                torch.manual_seed(sampling.seed)
            output = self._run(batch, config, watch)
        found = self._checked([self.strip(sequence) for sequence in output.tolist()], watch)
        return [found[place : place + hypotheses] for place in range(0, len(found), hypotheses)]

    def log_probabilities(self, ids: list[int], so_far: list[int]) -> list[float]:
        """Natural logarithm of each token's probability after those of a summary so far; one an entry."""
        return self._log_probabilities(ids, so_far)[-1].tolist()

    def score(self, ids: list[int], summary: list[int]) -> list[float]:
        """Natural logarithm of the probability of each of a summary's tokens, and of its end after them."""
        chosen = torch.tensor([*summary, end_ids(self._ids)[0]], device=self._torch_device)
        return self._log_probabilities(ids, summary).gather(1, chosen[:, None])[:, 0].tolist()

    def _log_probabilities(self, ids: list[int], summary: list[int]) -> torch.Tensor:
        """Those of every token at each place of a summary and behind it, (tokens + 1, entries)."""
        inputs, mask = self._padded([ids])
        given = torch.tensor([[self._ids["decoder_start_token_id"], *summary]], device=self._torch_device)
        with torch.inference_mode():
            logits = self._loaded()(input_ids=inputs, attention_mask=mask, decoder_input_ids=given).logits
        return logits[0].float().log_softmax(-1)

    def _run(
        self, batch: list[list[int]], config: GenerationConfig, watch: _RangeWatch | None, criteria: Any = ()
    ) -> torch.Tensor:
        inputs, mask = self._padded(batch)
        model = self._loaded()
        with torch.inference_mode(), _room_on(self.device), room_for_all_layers(model) as cache:
            return model.generate(
                inputs,
                attention_mask=mask,
                generation_config=config,
                logits_processor=LogitsProcessorList([watch] if watch else []),
                stopping_criteria=StoppingCriteriaList(criteria),
                **cache,
            )

    def _padded(self, batch: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Input ids and attention mask, both (inputs, longest)."""
        rows = [torch.tensor(ids) for ids in batch]
        masks = [torch.ones_like(row) for row in rows]
        inputs = pad_sequence(rows, batch_first=True, padding_value=self._ids["pad_token_id"] or 0)
        return inputs.to(self._torch_device), pad_sequence(masks, batch_first=True).to(self._torch_device)

    def _watch(self) -> _RangeWatch | None:
        return _RangeWatch(self._torch_device) if self.dtype == "float16" else None

    def _checked(self, found: list[list[int]], watch: _RangeWatch | None) -> list[list[int]]:
        if watch and (watch.overflowed() or not all(found)):
            raise Overflow
        return found

    def strip(self, sequence: list[int]) -> list[int]:
        """The tokens of a generated sequence without start token, end token and padding."""
        ends = end_ids(self._ids)
        tokens = sequence[1:]
        end = next((place for place, token in enumerate(tokens) if token in ends), len(tokens))
        silent = (self._ids["pad_token_id"], self._ids["bos_token_id"])
        return [token for token in tokens[:end] if token not in silent]

    def fall_back(self) -> None:
        """See `Engine.fall_back`."""
        overflow = f"{self.dtype} overflowed in this model, so it runs in float32."
        self.note = f"{self.note} {overflow}".strip()
        self.dtype = "float32"
        self._model = None  # first, as there may not be room for both
        self._loaded()

    def synchronize(self) -> None:
        """See `Engine.synchronize`."""
        if self._torch_device.type == "cuda":
            torch.cuda.synchronize(self._torch_device)

    def _config(self, decoding: Decoding, sampling: Sampling | None = None) -> GenerationConfig:
        search: dict[str, Any] = {"do_sample": sampling is not None}
        if decoding.beams > 1:
            search["length_penalty"] = float(decoding.penalty)
            search["early_stopping"] = decoding.early_stopping
        if sampling is not None:
            search |= {"top_k": sampling.top_k, "top_p": float(sampling.top_p)}
            search["temperature"] = float(sampling.temperature)
        return GenerationConfig(
            num_beams=decoding.beams,
            max_new_tokens=decoding.max_new_tokens,
            min_new_tokens=decoding.min_new_tokens or 0,
            no_repeat_ngram_size=decoding.no_repeat_ngram or 0,
            **search,
            **self._ids,
        )


class _Steps(StoppingCriteria):
    """Hands each step to the watcher; leaves `generate` by an exception, which works for every search."""

    def __init__(
        self, engine: TorchEngine, on_step: StepWatcher, watch: _RangeWatch | None, greedy: bool
    ) -> None:
        self._engine, self._on_step, self._watch, self._greedy = engine, on_step, watch, greedy

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        if self._greedy and self._watch and self._watch.overflowed():
            raise Overflow  # before wrong tokens are shown
        if self._on_step(self._engine.strip(input_ids[0].tolist()) if self._greedy else []):
            raise Stopped
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)


def _first_only(on_first: Callable[[], None]) -> StepWatcher:
    def watch(tokens: list[int]) -> bool:
        if len(tokens) == 1:
            on_first()
        return False

    return watch


class _RangeWatch(LogitsProcessor):
    """Notes whether any score was NaN or +inf; on the device, so that a step does not wait for it."""

    def __init__(self, device: torch.device) -> None:
        self._bad = torch.zeros((), dtype=torch.bool, device=device)

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        self._bad |= (scores.isnan() | scores.isposinf()).any()
        return scores

    def overflowed(self) -> bool:
        return bool(self._bad)


def open_torch(folder: Path, dtype: str, threads: int | None, note: str = "") -> TorchEngine:
    """Load a model where it runs fastest: on the GPU if there is one.

    Args:
        folder: A checked model folder.
        dtype: `auto` (float16 on CUDA, else float32) or a precision.
        threads: CPU threads, set once for the process; None leaves torch's default.
        note: Why it is torch, where the user should know.
    """
    use_threads(threads)
    device = f"cuda:{torch.cuda.current_device()}" if torch.cuda.is_available() else "cpu"
    return TorchEngine(folder, device, choose_dtype(dtype, device), note)


def use_threads(threads: int | None) -> None:
    """Set torch's CPU threads, once for the process; None leaves torch's default."""
    if threads is not None and not _threads_set.is_set():
        _threads_set.set()
        torch.set_num_threads(threads)


def choose_dtype(dtype: str, device: str) -> str:
    """The precision to use on a device; raises BadRequest for one the device cannot do honestly.

    On a CPU `auto` is float32: bfloat16 was measured at 0.9 to 1.1 times its speed, on one with avx512_bf16.
    """
    on_cuda = device.startswith("cuda")
    if dtype == "auto":
        return "float16" if on_cuda else "float32"
    if dtype == "float16" and not on_cuda:
        raise BadRequest("float16 needs a GPU and there is none here; use float32 or auto.")
    if dtype == "bfloat16" and on_cuda and not torch.cuda.is_bf16_supported(including_emulation=False):
        raise BadRequest("This GPU has no bfloat16 hardware; use float16, float32 or auto.")
    return dtype


def _load_model(folder: Path, dtype: str, device: torch.device) -> Any:
    model = load_checkpoint(folder, getattr(torch, dtype))
    try:
        with _room_on(str(device)):
            return model.to(device).eval()
    except RuntimeError as error:
        raise ModelUnavailable(f"The model in {folder} cannot be loaded: {error}") from error


@contextmanager
def _room_on(device: str) -> Iterator[None]:
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise ModelUnavailable(
            f"The memory of {device} is full: choose smaller models, use fewer beams, or wait for a running "
            "distillation to end."
        ) from error
