"""Kokoro's int8 graph, written anew for speed: the same weights and arithmetic in operators that onnxruntime runs faster.

The export says a convolution of int8 as ConvInteger and seven operators around it; onnxruntime lays all of its input out
anew for that, in an order its int8 matrix product does not like. As one matrix product, time down and channels across,
with the weights packed once when the model is opened, it takes half the time. Normalisation stands in the export as
nine operators, each a walk through all samples; onnxruntime has one. docs/engines.md has the figures.

STFT stays, slow as it is: the source is constant where nothing is voiced, so the phases it gives there are those of
rounding errors, and the model makes its breath of them. Computed in another order they are another breath.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

CONTRIB = "com.microsoft"


def faster_graph(model: Path) -> bytes:
    """The model for onnxruntime, rewritten. What has not the expected form stays as it is.

    Raises what the package onnx raises for a file that is no model.
    """
    import onnx

    loaded = onnx.load(str(model))
    graph = _Graph(loaded.graph)
    for node in graph.of("ConvInteger"):
        _convolution_as_product(graph, node)
    for node in graph.of("Sqrt"):
        _one_normalisation(graph, node)
    for node in graph.of("Pow"):
        if graph.constant(node.input[1]) == 2.0:
            graph.replace(node, [_node("Mul", [node.input[0]] * 2, node.output[0])])
    graph.finish()
    return bytes(loaded.SerializeToString())


class _Graph:
    """A graph that can be asked who makes and who takes a value, and whose nodes can be replaced."""

    def __init__(self, graph: GraphProto) -> None:
        self._graph = graph
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._maker = {name: node for node in graph.node for name in node.output}
        self._new: dict[str, list[NodeProto]] = {}
        self._takers: dict[str, list[NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self._takers.setdefault(name, []).append(node)

    def of(self, kind: str) -> list[NodeProto]:
        return [node for node in self._graph.node if node.op_type == kind]

    def constant(self, name: str) -> NDArray[Any] | None:
        """The value of a constant; None where `name` is computed."""
        from onnx.numpy_helper import to_array

        tensor = self._constants.get(name)
        return None if tensor is None else to_array(tensor)

    def add_constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx.numpy_helper import from_array

        if name not in self._constants:
            self._constants[name] = from_array(np.ascontiguousarray(value), name)
        return name

    def integers(self, use: str, value: int | list[int]) -> str:
        """A constant of int64, one for all that use the same value the same way."""
        return self.add_constant(f"{use}={value}", np.array(value, np.int64))

    def maker(self, name: str, kind: str) -> NodeProto | None:
        """The node that makes `name`, if it is of that kind."""
        node = self._maker.get(name)
        return node if node is not None and node.op_type == kind else None

    def takers(self, name: str, kind: str) -> list[NodeProto]:
        return [node for node in self._takers.get(name, []) if node.op_type == kind]

    def taker(self, name: str, kind: str) -> NodeProto | None:
        """The only node that takes `name`, if it is of that kind."""
        nodes = self._takers.get(name, [])
        return nodes[0] if len(nodes) == 1 and nodes[0].op_type == kind else None

    def replace(self, node: NodeProto, by: list[NodeProto]) -> None:
        """Put nodes where `node` stands; the last of them makes its output."""
        self._new[node.output[0]] = by

    def finish(self) -> None:
        """Write it back, without the nodes and constants that nothing takes any more."""
        nodes = [new for node in self._graph.node for new in self._new.get(node.output[0], [node])]
        wanted = {value.name for value in self._graph.output}
        kept = []
        for node in reversed(nodes):  # they stand in the order of computation
            if wanted.intersection(node.output):
                kept.append(node)
                wanted.update(node.input)
        del self._graph.node[:], self._graph.initializer[:], self._graph.value_info[:]
        self._graph.node.extend(reversed(kept))
        self._graph.initializer.extend(t for name, t in self._constants.items() if name in wanted)


def _node(kind: str, inputs: Iterable[str], output: str, **attributes: Any) -> NodeProto:
    from onnx.helper import make_node

    return make_node(kind, list(inputs), [output], name=output + "/" + kind, **attributes)


def _attributes(node: NodeProto) -> dict[str, Any]:
    from onnx.helper import get_attribute_value

    return {a.name: get_attribute_value(a) for a in node.attribute}


def _convolution_as_product(graph: _Graph, conv: NodeProto) -> None:
    """ConvInteger (+ bias) -> Cast -> Mul by the scales, as Gather and MatMulIntegerToFloat.

    Row t of the left matrix is what the kernel sees at time t: for x of channels by time, padded with its zero point,
    the columns t·stride + 0, 1, 2 … · dilation, one after the other.
    """
    said = _attributes(conv)
    weights, zero = graph.constant(conv.input[1]), graph.constant(conv.input[3])
    found = _scaled_output(graph, conv)
    if weights is None or zero is None or zero.size != 1 or found is None or said.get("group", 1) != 1:
        return
    end, scales, bias = found
    quantised = graph.maker(conv.input[0], "DynamicQuantizeLinear")
    if quantised is None or quantised.output[1] not in scales:
        return
    weight_scale = scales[1 - list(scales).index(quantised.output[1])]
    (stride,), (dilation,) = said.get("strides", [1]), said.get("dilations", [1])
    width = weights.shape[2]
    shift = 128 if weights.dtype == np.uint8 else 0  # onnxruntime is fastest with int8 on the right
    table = weights.astype(np.int16).transpose(2, 1, 0).reshape(-1, weights.shape[0]) - shift
    name = conv.output[0]
    right = graph.add_constant(name + "/weights", table.astype(np.int8))
    right_zero = graph.add_constant(
        name + "/zero", (zero.astype(np.int16).reshape(()) - shift).astype(np.int8)
    )
    rows = name + "/rows"
    nodes = [_node("Transpose", [quantised.output[0]], name + "/turned", perm=[0, 2, 1])]
    if width == 1 and stride == 1:
        rows = name + "/turned"
    else:
        nodes += _rows(
            graph, name, said["pads"], width, stride, dilation, quantised.output[2], table.shape[0]
        )
    inputs = [rows, right, quantised.output[1], weight_scale, quantised.output[2], right_zero, bias]
    nodes += [
        _node("MatMulIntegerToFloat", inputs if bias else inputs[:-1], name + "/product", domain=CONTRIB),
        _node("Transpose", [name + "/product"], end.output[0], perm=[0, 2, 1]),
    ]
    graph.replace(end, nodes)


def _scaled_output(graph: _Graph, conv: NodeProto) -> tuple[NodeProto, list[str], str] | None:
    """The node that ends a quantised convolution, its two scales, and its bias in float ("" for none)."""
    bias = ""
    out = conv.output[0]
    if added := graph.taker(out, "Add"):
        bias = _float_bias(graph, added.input[1])
        if not bias:
            return None
        out = added.output[0]
    cast = graph.taker(out, "Cast")
    end = cast and graph.taker(cast.output[0], "Mul")
    scales = end and graph.maker(end.input[1], "Mul")
    return (end, list(scales.input), bias) if end and scales else None


def _float_bias(graph: _Graph, name: str) -> str:
    """The bias before it was quantised: Reshape <- Cast <- Floor <- Div of a constant."""
    for kind in ("Reshape", "Cast", "Floor", "Div"):
        node = graph.maker(name, kind)
        if node is None:
            return ""
        name = node.input[0]
    return name if graph.constant(name) is not None else ""


def _rows(
    graph: _Graph, name: str, pads: list[int], width: int, stride: int, dilation: int, zero: str, columns: int
) -> list[NodeProto]:
    """Nodes that lay `name`/turned (1, time, channels) out as `name`/rows (1, steps, `columns`)."""
    end = name + "/end"
    nodes = [
        (
            "Pad",
            [name + "/turned", graph.integers("rows/pads", [0, pads[0], 0, 0, pads[1], 0]), zero],
            "padded",
        ),
        ("Shape", [name + "/padded"], "shape"),
        ("Gather", [name + "/shape", graph.integers("rows/time", 1)], "time"),
        ("Sub", [name + "/time", graph.integers("rows/reach", dilation * (width - 1))], "end"),
        ("Range", [graph.integers("rows/from", 0), end, graph.integers("rows/stride", stride)], "from"),
        ("Unsqueeze", [name + "/from", graph.integers("rows/across", [1])], "down"),
        ("Add", [name + "/down", graph.integers("rows/at", [dilation * n for n in range(width)])], "index"),
    ]
    return [
        *(_node(kind, inputs, f"{name}/{output}") for kind, inputs, output in nodes),
        _node("Gather", [name + "/padded", name + "/index"], name + "/taken", axis=1),
        _node("Reshape", [name + "/taken", graph.integers("rows/shape", [1, -1, columns])], name + "/rows"),
    ]


def _one_normalisation(graph: _Graph, root: NodeProto) -> None:
    """(x - mean) / sqrt(variance + epsilon), then times and plus a value for each channel: InstanceNormalization."""
    found = _normalised(graph, root)
    if found is None:
        return
    x, epsilon = found
    flat = graph.integers("norm/flat", [-1])
    for division in graph.takers(root.output[0], "Div"):
        for times in graph.takers(division.output[0], "Mul"):
            for end in graph.takers(times.output[0], "Add"):
                name = end.output[0]
                scale = next(i for i in times.input if i != division.output[0])
                offset = next(i for i in end.input if i != times.output[0])
                inputs = [x, name + "/scale", name + "/offset"]
                graph.replace(
                    end,
                    [
                        _node("Reshape", [scale, flat], inputs[1]),
                        _node("Reshape", [offset, flat], inputs[2]),
                        _node("InstanceNormalization", inputs, name, epsilon=epsilon),
                    ],
                )


def _normalised(graph: _Graph, root: NodeProto) -> tuple[str, float] | None:
    """What is normalised over time where `root` is a standard deviation, and its epsilon."""
    plus = graph.maker(root.input[0], "Add")
    variance = plus and graph.maker(plus.input[0], "ReduceMean")
    square = variance and graph.maker(variance.input[0], "Mul")
    centred = square and graph.maker(square.input[0], "Sub")
    mean = centred and graph.maker(centred.input[1], "ReduceMean")
    if plus is None or square is None or centred is None or mean is None:
        return None
    epsilon, axes = graph.constant(plus.input[1]), graph.constant(mean.input[-1])
    x = str(centred.input[0])
    if epsilon is None or axes is None or axes.tolist() != [2] or mean.input[0] != x:
        return None
    return (x, float(epsilon)) if square.input[0] == square.input[1] else None
