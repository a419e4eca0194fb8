"""Kokoro's int8 graph with its weights as float32 again, so that other runtimes can choose their own precision.

The int8 file quantises what flows into every matrix product and convolution anew, at run time; the weights
themselves are int8 times a scale, and are the same voice whichever way they are multiplied.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def dequantised(path: Path) -> Any:
    """The graph in `path` (an onnx.ModelProto) with MatMul, Conv and LSTM in place of their dynamically quantised forms.

    Raises ValueError where the graph isn't built as onnxruntime's dynamic quantisation builds it.
    """
    import onnx

    model = onnx.load(path)
    graph = _Graph(model)
    for node in list(model.graph.node):
        if node.op_type in ("MatMulInteger", "ConvInteger"):
            graph.replace_product(node)
        elif node.op_type == "DynamicQuantizeLSTM":
            graph.replace_lstm(node)
    graph.sweep()
    return model


class _Graph:
    """An ONNX graph under change: who makes a value, who uses it, and what the constants are."""

    def __init__(self, model: Any) -> None:
        from onnx import numpy_helper

        self.graph = model.graph
        self._array = numpy_helper.to_array
        self._tensor = numpy_helper.from_array
        self.constants = {i.name: i for i in self.graph.initializer}
        self.maker = {out: node for node in self.graph.node for out in node.output}
        self.users: dict[str, list[Any]] = defaultdict(list)
        for node in self.graph.node:
            for name in node.input:
                self.users[name].append(node)
            if node.op_type == "Constant":
                self.constants[node.output[0]] = node.attribute[0].t
        self._instead: dict[int, Any] = {}

    def value(self, name: str) -> Array:
        return np.asarray(self._array(self.constants[name]), dtype=np.float32)

    def add(self, name: str, value: Array) -> str:
        if name not in self.constants:
            self.constants[name] = self._tensor(np.ascontiguousarray(value, dtype=np.float32), name)
            self.graph.initializer.append(self.constants[name])
        return name

    def replace_product(self, node: Any) -> None:
        """`x` quantised, times int8 weights, plus a bias in integers, cast and scaled: one float product of `x`."""
        from onnx import helper

        quantise = self._made_by(node.input[0], "DynamicQuantizeLinear")
        behind = self._only_user(node)
        bias = None
        if behind.op_type == "Add":
            bias = self._float_bias(next(i for i in behind.input if i != node.output[0]))
            behind = self._only_user(behind)
        if behind.op_type != "Cast" or (scaled := self._only_user(behind)).op_type != "Mul":
            raise ValueError(f"{node.name} is not followed by a cast and a scale")
        weights, zero = self.value(node.input[1]), self.value(node.input[3])
        scale = self._weight_scale(scaled, quantise.output[1])
        if node.op_type == "ConvInteger":
            shape = (-1,) + (1,) * (weights.ndim - 1)
            zero, scale = (v.reshape(shape) if v.size > 1 else v for v in (zero, scale))
        name = self.add(node.input[1] + "_float", (weights - zero) * scale)
        kind = "Conv" if node.op_type == "ConvInteger" else "MatMul"
        made = helper.make_node(
            kind, [quantise.input[0], name, *([bias] if bias else [])], list(scaled.output)
        )
        if kind == "Conv":
            made.attribute.extend(node.attribute)
        self._instead[id(scaled)] = made

    def replace_lstm(self, node: Any) -> None:
        from onnx import helper

        names = list(node.input)
        weights = [
            self.add(names[k] + "_float", self._lstm_weights(names[k], names[scale], names[scale + 1]))
            for k, scale in ((1, 8), (2, 10))
        ]
        inputs = [names[0], *weights, *names[3:8]]
        while not inputs[-1]:
            inputs.pop()
        made = helper.make_node("LSTM", inputs, list(node.output))
        made.attribute.extend(a for a in node.attribute if a.name in ("direction", "hidden_size"))
        self._instead[id(node)] = made

    def sweep(self) -> None:
        """Put the new nodes in, and leave out what nothing uses any more."""
        nodes = [self._instead.get(id(node), node) for node in self.graph.node]
        while True:
            used = {name for node in nodes for name in node.input} | {out.name for out in self.graph.output}
            kept = [node for node in nodes if any(out in used for out in node.output)]
            if len(kept) == len(nodes):
                break
            nodes = kept
        weights = [i for i in self.graph.initializer if i.name in used]
        del self.graph.node[:], self.graph.initializer[:]
        self.graph.node.extend(nodes)
        self.graph.initializer.extend(weights)

    def _lstm_weights(self, weights: str, scale: str, zero: str) -> Array:
        """(directions, 4 gates × hidden, inputs), from the transposed int8 form."""
        factors = [self.value(name) for name in (zero, scale)]
        zeros, scales = (f[:, None, None] if f.ndim == 1 else f[:, None, :] for f in factors)
        return ((self.value(weights) - zeros) * scales).transpose(0, 2, 1)

    def _float_bias(self, name: str) -> str:
        """The bias before it was divided by the scale, rounded and reshaped."""
        made = self.maker[name]
        while made.op_type in ("Reshape", "Cast", "Floor"):
            made = self.maker[made.input[0]]
        if made.op_type != "Div":
            raise ValueError(f"{name} is not made from a bias")
        return str(made.input[0])

    def _weight_scale(self, scaled: Any, input_scale: str) -> Array:
        for name in scaled.input:
            product = self.maker.get(name)
            if product is not None and product.op_type == "Mul" and input_scale in product.input:
                return self.value(next(i for i in product.input if i != input_scale))
        raise ValueError(f"{scaled.name} has no scale of weights")

    def _made_by(self, name: str, op_type: str) -> Any:
        if (node := self.maker[name]).op_type != op_type:
            raise ValueError(f"{name} is not made by {op_type}")
        return node

    def _only_user(self, node: Any) -> Any:
        (user,) = self.users[node.output[0]]
        return user
