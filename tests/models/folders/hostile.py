"""Model folders that are damaged or meant to harm: each kind spoils a copy of a good tiny model.

`KINDS` maps a name to what spoils a folder and to the file that a message has to name; None where the folder
still works.
"""

import base64
import json
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Spoil = Callable[[Path], None]
Kinds = dict[str, tuple[Spoil, str | None]]
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
_DEEP = 100_000
_TOLD_OTHERWISE = {"unknown dtype": "safetensors", "another dtype": "safetensors", "no tensors": WEIGHTS}


def write(name: str, content: str | bytes) -> Spoil:
    """Replace a file's content."""
    return lambda folder: _put(folder / name, content)


def change(name: str, **values: Any) -> Spoil:
    """Change keys of a JSON file."""

    def spoil(folder: Path) -> None:
        there = json.loads((folder / name).read_text()) if (folder / name).exists() else {}
        (folder / name).write_text(json.dumps({**there, **values}))

    return spoil


def tokenizer(**values: Any) -> Spoil:
    """Change parts of the tokenizer's description."""
    return change("tokenizer.json", **values)


def header(edit: Callable[[dict[str, Any]], Any]) -> Spoil:
    """Edit the header of the weights; the data stays."""

    def spoil(folder: Path) -> None:
        raw = (folder / WEIGHTS).read_bytes()
        length = struct.unpack("<Q", raw[:8])[0]
        found = json.loads(raw[8 : 8 + length])
        changed = edit(found)
        text = json.dumps(found if changed is None else changed).encode()
        (folder / WEIGHTS).write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + length :])

    return spoil


def index(weight_map: Any) -> Spoil:
    """Put the weights into one shard with this index."""

    def spoil(folder: Path) -> None:
        (folder / WEIGHTS).rename(folder / "model-00001-of-00001.safetensors")
        (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))

    return spoil


def replace(*pairs: tuple[Any, str]) -> dict[str, Any]:
    """A normalizer of replacements: a text, or a pattern as the library has it, and what it becomes."""
    steps = [
        {
            "type": "Replace",
            "pattern": {"String": pattern} if isinstance(pattern, str) else pattern,
            "content": new,
        }
        for pattern, new in pairs
    ]
    return {"type": "Sequence", "normalizers": steps}


def _kinds() -> Kinds:
    return {**dict(_files()), **dict(_config()), **dict(_weights()), **dict(_shards()), **dict(_tokenizers())}


def _put(file: Path, content: str | bytes) -> None:
    file.write_bytes(content.encode() if isinstance(content, str) else content)


def _files() -> Iterator[tuple[str, tuple[Spoil, str | None]]]:
    """Each file missing, empty, cut, of another kind, or no file at all."""
    needed = {"config.json": "config.json", "tokenizer.json": "tokenizer", WEIGHTS: WEIGHTS}
    for name in (*needed, "generation_config.json", "tokenizer_config.json"):
        told = gone = needed.get(name, name)
        missing = told if name in needed else None
        yield f"{name} missing", (lambda folder, name=name: (folder / name).unlink(), missing)
        yield f"{name} empty", (write(name, b""), told)
        yield f"{name} cut", (_cut(name), told)
        yield f"{name} zeros", (write(name, b"\0" * 1000), told)
        yield f"{name} not text", (write(name, b"\xff\xfe\x00x" * 20), told)
        yield f"{name} a folder", (_folder_in_place(name), gone)
        yield f"{name} a dangling link", (_link(name, "nowhere"), gone)
        yield f"{name} a link to itself", (_link(name, name), gone)
        yield f"{name} a device", (_link(name, "/dev/zero"), gone)
        yield f"{name} a pipe", (_pipe(name), gone)
        yield f"{name} huge and empty", (_sparse(name, 3 * 2**30), told)
        if name != WEIGHTS:
            for text in ("[]", "null", "5", '"text"', "true", "{", '{"a": NaN', "[" * _DEEP, '{"a":' * _DEEP):
                yield f"{name} is {text[:12]}…{len(text)}", (write(name, text), told)
    for name in ("config.json", "generation_config.json"):
        yield f"{name} with a mark", (_marked(name), name)


def _config() -> Iterator[tuple[str, tuple[Spoil, str | None]]]:
    """Claims and values that cannot be."""
    sizes = ("num_layers", "num_decoder_layers", "d_model", "d_ff", "num_heads", "vocab_size", "d_kv")
    for name in (*sizes, "relative_attention_num_buckets"):
        for value in (0, -1, 3, 10**6, 10**12, 2.5, "2", [2], {"a": 1}, True):
            yield f"{name}={value}", (change("config.json", **{name: value}), "config.json")
        yield f"{name}=1e400", (_raw("config.json", name, "1e400"), "config.json")
        yield f"{name}=10^5000", (_raw("config.json", name, "1" + "0" * 5000), "config.json")
    for name, values in {
        "model_type": (5, None, "", "nonsense", "bert"),
        "architectures": (5, {"a": 1}, [5], "T5"),
        "dropout_rate": (float("nan"), -1, 7, "x"),
        "layer_norm_epsilon": (float("nan"), float("inf"), "x", -1),
        "feed_forward_proj": ("nonsense", 5, "gated-", "gated-nonsense"),
        "pad_token_id": (-1, 10**6, "x", 1.5, [0]),
        "eos_token_id": (-1, 10**6, "x", []),
        "decoder_start_token_id": (-1, 10**6, "x"),
        "is_encoder_decoder": ("no", 0, False),
        "tie_word_embeddings": ("x", 5),
        "dtype": ("nonsense", 5),
        "n_positions": (10**12, float("inf"), 1, 7, True),
        "max_position_embeddings": (1, 7, 7.5, True),
        "relative_attention_max_distance": (0, -5, "x"),
        "quantization_config": ({"quant_method": "bitsandbytes", "load_in_8bit": True},),
    }.items():
        for value in values:
            yield f"{name}={value}", (change("config.json", **{name: value}), "config.json")
    code = {"AutoConfig": "evil.Config", "AutoModelForSeq2SeqLM": "evil.Model"}
    yield "code of its own", (change("config.json", auto_map=code), None)
    for name, value in {"decoder_start_token_id": 10**6, "eos_token_id": "x", "pad_token_id": -3}.items():
        spoil = change("generation_config.json", **{name: value})
        yield f"generation {name}={value}", (spoil, "generation_config.json")


def _weights() -> Iterator[tuple[str, tuple[Spoil, str | None]]]:
    """Headers that lie, and weights of another model."""
    one = "encoder.block.0.layer.0.SelfAttention.q.weight"
    for length in (0, 1, 2**31, 2**60, 2**64 - 1):
        yield f"header of {length}", (_length(length), WEIGHTS)
    yield "header of gigabytes, and as much there", (_long_header, WEIGHTS)
    yield "header nested", (write(WEIGHTS, struct.pack("<Q", _DEEP) + b"[" * _DEEP), WEIGHTS)
    for name, edit in {
        "no tensors": lambda found: {},
        "a list": lambda found: [],
        "tensor is null": lambda found: found.update({one: None}),
        "no dtype": lambda found: found[one].pop("dtype"),
        "no shape": lambda found: found[one].pop("shape"),
        "no place": lambda found: found[one].pop("data_offsets"),
        "unknown dtype": lambda found: found[one].update(dtype="X7"),
        "another dtype": lambda found: found[one].update(dtype="I32"),
        "half the dtype": lambda found: found[one].update(dtype="F16"),
        "negative shape": lambda found: found[one].update(shape=[-16, -16]),
        "shape of text": lambda found: found[one].update(shape=["a", "b"]),
        "shape a number": lambda found: found[one].update(shape=256),
        "huge shape": lambda found: found[one].update(shape=[2**40, 2**40]),
        "zero shape": lambda found: found[one].update(shape=[0, 16]),
        "transposed places": lambda found: found[one].update(data_offsets=found[one]["data_offsets"][::-1]),
        "negative place": lambda found: found[one].update(data_offsets=[-1024, 0]),
        "overlapping": lambda found: found[one].update(data_offsets=[0, 1024]),
        "place beyond the end": lambda found: found[one].update(data_offsets=[10**9, 10**9 + 1024]),
        "place of NaN": lambda found: found[one].update(data_offsets=[float("nan"), 1]),
    }.items():
        yield f"header: {name}", (header(edit), _TOLD_OTHERWISE.get(name, WEIGHTS))
    for name, gone in {"a weight": one, "a norm": "decoder.final_layer_norm.weight"}.items():
        yield f"{name} missing", (_tensors(lambda found, gone=gone: found.pop(gone)), "safetensors")
    yield "embedding missing", (_tensors(lambda found: found.pop("shared.weight")), "safetensors")
    yield "a layer more", (_tensors(_layer_more), "config.json")
    yield (
        "a weight of another shape",
        (_tensors(lambda found: found.update({one: found[one][:8]})), "config.json"),
    )
    yield (
        "weights as integers",
        (_tensors(lambda found: found.update({one: found[one].int()})), "safetensors"),
    )
    yield "only pickle", (lambda folder: (folder / WEIGHTS).rename(folder / "pytorch_model.bin"), WEIGHTS)


def _shards() -> Iterator[tuple[str, tuple[Spoil, str | None]]]:
    """Indexes that lie."""
    shard = "model-00001-of-00001.safetensors"
    for name, value in {
        "empty": {},
        "a list": [],
        "null": None,
        "numbers": {"shared.weight": 5},
        "nested": {"shared.weight": {"a": shard}},
        "missing": {"shared.weight": "model-00002-of-00002.safetensors"},
        "outside": {"shared.weight": f"../{shard}"},
        "through its own folder": {"shared.weight": f"../copy/{shard}"},
        "absolute": {"shared.weight": "/etc/passwd"},
        "backslash": {"shared.weight": f"..\\{shard}"},
        "with a NUL": {"shared.weight": "a\0b"},
        "the folder": {"shared.weight": "."},
        "nothing": {"shared.weight": ""},
        "long": {"shared.weight": "x" * 5000},
        "a tensor that is not there": {"shared.weight": shard, "no.such.weight": shard},
    }.items():
        yield f"index {name}", (index(value), "safetensors")
    for text in ("", "[]", "null", "{", "[" * _DEEP, '{"weight_map": {"a": "b"'):
        spoil = _then(index({"shared.weight": shard}), write(INDEX, text))
        yield f"index is {text[:20]}…{len(text)}", (spoil, INDEX)
    yield "index good", (index({"shared.weight": shard}), None)
    bare = _then(index({}), write(INDEX, json.dumps({"weight_map": {"shared.weight": shard}})))
    yield "index without metadata", (bare, INDEX)
    yield "index huge", (_then(index({}), _sparse(INDEX, 2**31)), INDEX)


def _tokenizers() -> Iterator[tuple[str, tuple[Spoil, str | None]]]:
    """Tokenizers that grow texts, run away, or are of another model."""
    bad = "tokenizer.json"
    text = {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}
    many: Any = text
    for _ in range(100):
        many = {"type": "Sequence", "normalizers": [many]}
    table = struct.pack("<I", 0) + b"x" * 10**5 + b"\0"
    ways = {
        "long content": replace(("a", "b" * 10**6)),
        "long content for nothing": replace(({"Regex": "(?=.)"}, "b" * 100)),
        "empty pattern": replace(("", "b" * 100)),
        "doubling 30 times": replace(*[("a", "aa")] * 30),
        "doubling 60 times": replace(*[("a", "aa")] * 60),
        "1000 steps": replace(*[("a", "b")] * 1000),
        "prepending": {"type": "Prepend", "prepend": "x" * 10**6},
        "a table of long forms": {
            "type": "Precompiled",
            "precompiled_charsmap": base64.b64encode(table).decode(),
        },
        "unknown": {"type": "Nonsense"},
        "text": "NFKC",
        "no type": {},
        "nested": {"type": "Sequence", "normalizers": [[[]]]},
        "no table": {"type": "Precompiled", "precompiled_charsmap": "!!"},
    }
    for name, value in ways.items():
        yield f"normalizer {name}", (tokenizer(normalizer=value), bad)
    yield "normalizer nested 100 deep", (tokenizer(normalizer=many), bad)
    yield "normalizer usual", (tokenizer(normalizer=replace(({"Regex": " {2,}"}, "▁"), ("a", "b"))), None)
    bytes_, space = (
        {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        " ",
    )
    before = {
        "bytes 30 times": {"type": "Sequence", "pretokenizers": [bytes_] * 30},
        "long mark": {"type": "Metaspace", "replacement": "▁" * 10**5, "prepend_scheme": "always"},
        "unknown": {"type": "Nonsense"},
        "broken pattern": _split({"Regex": "((("}),
    }
    for name, value in before.items():
        yield f"pre-tokenizer {name}", (tokenizer(pre_tokenizer=value), bad)
    yield "pre-tokenizer runaway", (tokenizer(pre_tokenizer=_split({"Regex": "(a+)+b"})), None)
    yield "pre-tokenizer of spaces", (tokenizer(pre_tokenizer=_split({"String": space})), None)
    yield "decoder of long content", (tokenizer(decoder=replace(("a", "b" * 10**6))["normalizers"][0]), bad)
    around = [
        {"Sequence": {"id": "A", "type_id": 0}},
        *[{"SpecialToken": {"id": "</s>", "type_id": 0}}] * 10**5,
    ]
    ends = {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}
    wide = {"</s>": {"id": "</s>", "ids": [1] * 10**5, "tokens": ["</s>"] * 10**5}}
    for name, single, special in (
        ("a hundred thousand ends", around, ends),
        ("one wide end", around[:2], wide),
    ):
        template = {"type": "TemplateProcessing", "single": single, "pair": single, "special_tokens": special}
        yield f"template {name}", (tokenizer(post_processor=template), bad)
    for name, model in {
        "unknown": {"type": "Nonsense", "vocab": {}},
        "null": None,
        "no vocabulary": {"type": "Unigram", "unk_id": 0},
        "empty": {"type": "Unigram", "unk_id": 0, "vocab": []},
        "unk beyond": {"type": "Unigram", "unk_id": 99, "vocab": [["a", -1.0]]},
        "huge id": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 10**12}},
        "id beyond the embedding": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0, "b": 5000}},
        "negative id": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": -5}},
        "vocabulary of text": {"type": "WordLevel", "unk_token": "a", "vocab": "abc"},
        "long prefix": {
            "type": "BPE",
            "vocab": {"a": 0},
            "merges": [],
            "continuing_subword_prefix": "x" * 10**6,
        },
        "merges of nothing": {"type": "BPE", "vocab": {"a": 0}, "merges": [["b", "c"]]},
        "words alone": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0, "b": 1}},
    }.items():
        told = {"words alone": None, "id beyond the embedding": "embeddings"}.get(name, bad)
        yield f"vocabulary {name}", (tokenizer(model=model, added_tokens=[], post_processor=None), told)
    token = {
        "id": 0,
        "content": "<pad>",
        "special": True,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
    }
    token |= {"normalized": False}
    for name, values in {
        "empty": [{**token, "content": ""}],
        "beyond": [{**token, "id": 10**12}],
        "negative": [{**token, "id": -1}],
        "null": [None],
        "five thousand": [{**token, "id": 160 + n, "content": f"<{n}>"} for n in range(5000)],
    }.items():
        yield f"added tokens {name}", (tokenizer(added_tokens=values), bad)
    yield "padding to a billion", (tokenizer(padding=_padding(10**9)), None)
    yield "truncation to nothing", (tokenizer(truncation=_truncation(0)), None)
    yield "garbage of SentencePiece", (_sentencepiece(b"\x0a\xff\xff\xff\xff\x0f" * 100), "spiece.model")
    yield "huge SentencePiece", (_then(_sentencepiece(b""), _sparse("spiece.model", 2**31)), "spiece.model")


def _split(pattern: dict[str, str]) -> dict[str, Any]:
    return {"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": False}


def _padding(length: int) -> dict[str, Any]:
    names = {
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }
    return {"strategy": {"Fixed": length}, **names}


def _truncation(length: int) -> dict[str, Any]:
    return {"direction": "Right", "max_length": length, "strategy": "LongestFirst", "stride": 0}


def _cut(name: str) -> Spoil:
    return lambda folder: _put(
        folder / name, (folder / name).read_bytes()[: (folder / name).stat().st_size // 2]
    )


def _marked(name: str) -> Spoil:
    return lambda folder: _put(folder / name, b"\xef\xbb\xbf" + (folder / name).read_bytes())


def _raw(name: str, key: str, number: str) -> Spoil:
    """A number that Python would not write."""

    def spoil(folder: Path) -> None:
        change(name, **{key: "NUMBER"})(folder)
        (folder / name).write_text((folder / name).read_text().replace('"NUMBER"', number))

    return spoil


def _folder_in_place(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def _link(name: str, target: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(target)

    return spoil


def _pipe(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return spoil


def _sparse(name: str, size: int) -> Spoil:
    """Empty, but so large: such a file costs nothing to make."""

    def spoil(folder: Path) -> None:
        with (folder / name).open("wb") as file:
            file.truncate(size)

    return spoil


def _length(length: int) -> Spoil:
    def spoil(folder: Path) -> None:
        raw = (folder / WEIGHTS).read_bytes()
        (folder / WEIGHTS).write_bytes(struct.pack("<Q", length) + raw[8:])

    return spoil


def _long_header(folder: Path) -> None:
    with (folder / WEIGHTS).open("wb") as file:
        file.write(struct.pack("<Q", 3 * 2**30))
        file.truncate(8 + 3 * 2**30)


def _tensors(edit: Callable[[dict[str, Any]], Any]) -> Spoil:
    def spoil(folder: Path) -> None:
        from safetensors.torch import load_file, save_file

        found = load_file(folder / WEIGHTS)
        edit(found)
        save_file(found, folder / WEIGHTS, metadata={"format": "pt"})

    return spoil


def _layer_more(found: dict[str, Any]) -> None:
    first = {name: weight for name, weight in found.items() if name.startswith("encoder.block.1.")}
    found.update({name.replace("block.1", "block.2"): weight.clone() for name, weight in first.items()})


def _sentencepiece(content: bytes) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / "tokenizer.json").unlink()
        (folder / "spiece.model").write_bytes(content)

    return spoil


def _then(*steps: Spoil) -> Spoil:
    def spoil(folder: Path) -> None:
        for step in steps:
            step(folder)

    return spoil


KINDS = _kinds()
"""All of them."""
