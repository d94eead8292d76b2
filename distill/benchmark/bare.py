"""The bare CTranslate2 library, called as its users call it: what the studio adds is the difference."""

import time
from collections.abc import Sequence
from typing import Any

import ctranslate2

from distill.benchmark.cases import Case, Sample, one_token, steps
from distill.benchmark.subjects import StudioSubject, timed
from models.decoding import Decoding
from models.engines import Engine
from models.folders.inspection import ModelInfo
from models.folders.tokenizer import open_tokenizer
from models.serving import measure


class BareSubject:
    """`Translator.translate_batch` on the same converted weights, threads and options.

    Its time is the library's call alone: texts are tokens already, and tokens stay tokens.
    """

    def __init__(self, studio: StudioSubject) -> None:
        self.name = f"{studio.name} (bare library)"
        self.studio = studio
        engine = studio.engine
        start = time.perf_counter()
        self._translator = ctranslate2.Translator(
            str(studio.entry), device=engine.device, compute_type=engine.dtype, intra_threads=engine.threads
        )
        self.load_seconds = time.perf_counter() - start
        vocabulary = open_tokenizer(studio.info.folder).vocabulary()
        self._pieces = {identity: piece for piece, identity in vocabulary.items()}

    @property
    def info(self) -> ModelInfo:
        """See `Subject.info`."""
        return self.studio.info

    @property
    def engine(self) -> Engine:
        """See `Subject.engine`."""
        return self.studio.engine

    def call(self, texts: Sequence[str], case: Case, decoding: Decoding) -> Sample:
        """See `Subject.call`."""
        ids = [self.studio.summarizer.token_ids(text, case.input_tokens) for text in texts]
        pieces = [[self._pieces[token] for token in text] for text in ids]
        settled = self.studio.summarizer.settled(decoding, min(map(len, ids)))
        with measure.INFERENCE_LOCK:
            found, seconds = timed(self.engine, lambda: self._translate(pieces, settled))
            _, first = timed(self.engine, lambda: self._translate(pieces, one_token(settled)))
        written = tuple(len(result.hypotheses[0]) for result in found)
        return Sample(
            seconds=seconds,
            engine_seconds=seconds,
            first_seconds=first,
            steps=steps(written, settled),
            tokens_in=tuple(map(len, ids)),
            tokens_out=written,
        )

    def _translate(self, pieces: list[list[str]], decoding: Decoding) -> Any:
        return self._translator.translate_batch(
            pieces,
            beam_size=decoding.beams,
            patience=1 if decoding.early_stopping else 2,
            length_penalty=decoding.penalty,
            no_repeat_ngram_size=decoding.no_repeat_ngram or 0,
            min_decoding_length=decoding.min_new_tokens or 0,
            max_decoding_length=decoding.max_new_tokens,
            max_input_length=0,
        )
