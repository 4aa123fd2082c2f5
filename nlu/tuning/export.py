"""Writes the tuned encoder: an ONNX file with weights in 8 bits, its tokenizer, and the answers' directions."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from nlu.tuning.base import BaseModel
from nlu.tuning.network import ATTENTION, NARROWER, WIDER, TunableEncoder

OPSET = 17
COMMON_WORDS = {"de": 60_000, "en": 30_000}


def tokenizer_of(base: BaseModel, pieces: np.ndarray | None = None) -> Tokenizer:
    """The unigram tokenizer over all pieces, or over those that are kept (their ids become 0, 1, 2 …)."""
    kept = range(len(base.pieces)) if pieces is None else [int(piece) for piece in pieces]
    vocabulary = [(base.pieces[piece], float(base.scores[piece])) for piece in kept]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=list(kept).index(base.unknown)))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    return tokenizer


def pieces_to_keep(base: BaseModel, tokenizer: Tokenizer, texts: Iterable[str]) -> np.ndarray:
    """Ids of the pieces that German and English need: those of `texts`, of common words, and single letters; sorted."""
    wanted = [*texts, *(word for lang, count in COMMON_WORDS.items() for word in _common_words(lang, count))]
    kept = {base.begin, base.end, base.pad, base.unknown}
    for encoding in tokenizer.encode_batch(wanted, add_special_tokens=False):
        kept.update(encoding.ids)
    kept.update(number for number, piece in enumerate(base.pieces) if len(piece) == 1 and ord(piece) < 0x250)
    return np.array(sorted(kept))


def _common_words(lang: str, count: int) -> list[str]:
    """The most frequent words of a language (tables of `spacy-lookups-data`), as they stand and in lower case."""
    folder = Path(str(find_spec("spacy_lookups_data").origin)).parent / "data"  # type: ignore[union-attr]
    with gzip.open(folder / f"{lang}_lexeme_prob.json.gz", "rt", encoding="utf-8") as file:
        table: dict[str, float] = json.load(file)
    common = sorted(table, key=lambda word: -table[word])[:count]
    return [*common, *(word.lower() for word in common)]


def export(encoder: TunableEncoder, file: Path) -> None:
    """Write the network as ONNX with weights in 8 bits: `rows`, `mask` `[n, longest]` → `vectors` `[n, hidden]`."""
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        onnx.save(_graph(encoder), str(exact))
        quantize_dynamic(
            str(exact),
            str(file),
            per_channel=True,
            weight_type=QuantType.QUInt8,
            op_types_to_quantize=["MatMul", "Gather"],
        )


class _Nodes:
    """Collects the nodes and weights of a graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, values: np.ndarray | np.generic | list[int], name: str = "") -> str:
        name = name or f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def __call__(self, kind: str, *inputs: str, **attributes: Any) -> str:
        return self.several(kind, 1, *inputs, **attributes)[0]

    def several(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        names = [f"n{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names

    def dense(self, x: str, matrix: np.ndarray, bias: np.ndarray) -> str:
        return self("Add", self("MatMul", x, self.weight(matrix)), self.weight(bias))

    def norm(self, x: str, weights: tuple[np.ndarray, np.ndarray], epsilon: float) -> str:
        scale, shift = map(self.weight, weights)
        return self("LayerNormalization", x, scale, shift, axis=-1, epsilon=epsilon)


def _graph(encoder: TunableEncoder) -> onnx.ModelProto:
    add, sizes = _Nodes(), encoder.sizes
    one = add.weight(np.float32(1.0))
    start, axis = add.weight(np.array([0])), add.weight(np.array([1]))
    longest = add("Gather", add("Shape", "rows"), axis)
    positions = add("Slice", add.weight(encoder.positions), start, longest, start)
    x = add("Add", add("Gather", add.weight(encoder.words, "words"), "rows"), positions)
    x = add.norm(x, encoder.input_norm, sizes.epsilon)
    masked = add("Mul", add("Sub", one, "mask"), add.weight(np.float32(-1e9)))
    bias = add("Unsqueeze", masked, add.weight(np.array([1, 2])))
    for layer in encoder.layers:
        x = _layer(add, x, bias, {name: tuple(v.numpy() for v in pair) for name, pair in layer.items()}, encoder)
    last = add.weight(np.array([2]))
    weighted = add("ReduceSum", add("Mul", x, add("Unsqueeze", "mask", last)), add.weight(np.array([1])), keepdims=0)
    pooled = add("Div", weighted, add("ReduceSum", "mask", add.weight(np.array([1])), keepdims=1))
    add.nodes.append(helper.make_node("LpNormalization", [pooled], ["vectors"], axis=1, p=2))
    graph = helper.make_graph(
        add.nodes,
        "encoder",
        [
            helper.make_tensor_value_info("rows", TensorProto.INT64, ["n", "longest"]),
            helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["n", "longest"]),
        ],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", sizes.hidden])],
        add.weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def _layer(add: _Nodes, x: str, bias: str, weights: dict, encoder: TunableEncoder) -> str:
    sizes = encoder.sizes
    width = sizes.hidden // sizes.heads
    query, key, value = (weights[name] for name in ATTENTION[:3])
    matrix = np.concatenate([query[0] * width**-0.5, key[0], value[0]], axis=1)
    shift = np.concatenate([query[1] * width**-0.5, key[1], value[1]])
    split = add("Reshape", add.dense(x, matrix, shift), add.weight(np.array([0, 0, 3, sizes.heads, width])))
    # Keys lie the other way round, ready to be multiplied.
    parts = add.several("Split", 3, split, add.weight(np.array([1, 1, 1])), axis=2)
    flat = [add("Squeeze", part, add.weight(np.array([2]))) for part in parts]
    queries = add("Transpose", flat[0], perm=[0, 2, 1, 3])
    keys = add("Transpose", flat[1], perm=[0, 2, 3, 1])
    values = add("Transpose", flat[2], perm=[0, 2, 1, 3])
    attention = add("Softmax", add("Add", add("MatMul", queries, keys), bias), axis=-1)
    mixed = add("Transpose", add("MatMul", attention, values), perm=[0, 2, 1, 3])
    joined = add("Reshape", mixed, add.weight(np.array([0, 0, sizes.hidden])))
    x = add.norm(add("Add", x, add.dense(joined, *weights["ao"])), weights["aln"], sizes.epsilon)
    wide = add.dense(x, *weights[WIDER])
    gate = add("Erf", add("Mul", wide, add.weight(np.float32(2**-0.5))))
    gelu = add("Mul", add("Mul", wide, add.weight(np.float32(0.5))), add("Add", gate, add.weight(np.float32(1.0))))
    return add.norm(add("Add", x, add.dense(gelu, *weights[NARROWER])), weights["oln"], sizes.epsilon)
