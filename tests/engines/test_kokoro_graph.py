"""Rewriting the int8 graph: the same numbers, from other operators. The graphs are small ones of the export's form."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from novelcast.engines.kokoro_graph import faster_graph

RNG = np.random.default_rng(5)


def node(kind: str, inputs: Sequence[str], *outputs: str, **attributes: Any) -> Any:
    return onnx.helper.make_node(kind, list(inputs), list(outputs), name=outputs[0], **attributes)


def saved(path: Path, nodes: list[Any], constants: dict[str, Any], channels: int) -> Path:
    """A model of float32 `x` (1, channels, time) to `y`."""
    tensor = onnx.helper.make_tensor_value_info
    x = tensor("x", onnx.TensorProto.FLOAT, [1, channels, None])
    y = tensor("y", onnx.TensorProto.FLOAT, None)
    held = [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = onnx.helper.make_graph(nodes, "g", [x], [y], held)
    sets = [onnx.helper.make_opsetid("", 18), onnx.helper.make_opsetid("com.microsoft", 1)]
    model = onnx.helper.make_model(graph, opset_imports=sets, ir_version=9)
    onnx.save(model, str(path))
    return path


def run(model: bytes | str, x: Any) -> Any:
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def operators(model: bytes) -> set[str]:
    return {n.op_type for n in onnx.load_from_string(model).graph.node}


def convolution(
    path: Path,
    *,
    width: int,
    stride: int = 1,
    dilation: int = 1,
    pad: int = 0,
    bias: bool = True,
    group: int = 1,
) -> Path:
    """Six channels to five (or six in groups), quantised as the exporter does it."""
    weights = RNG.integers(0, 255, (6 if group > 1 else 5, 6 // group, width)).astype(np.uint8)
    constants: dict[str, Any] = {
        "w": weights,
        "wz": np.array(101, np.uint8),
        "ws": np.array(0.02, np.float32),
    }
    nodes = [
        node("DynamicQuantizeLinear", ["x"], "q", "s", "z"),
        node("Mul", ["s", "ws"], "scales"),
        node(
            "ConvInteger", ["q", "w", "z", "wz"], "i",
            pads=[pad, pad], strides=[stride], dilations=[dilation], group=group,
        ),
    ]  # fmt: skip
    if bias:
        constants |= {
            "b": RNG.standard_normal(weights.shape[0]).astype(np.float32),
            "shape": np.array([1, -1, 1]),
        }
        nodes += [
            node("Div", ["b", "scales"], "b1"),
            node("Floor", ["b1"], "b2"),
            node("Cast", ["b2"], "b3", to=onnx.TensorProto.INT32),
            node("Reshape", ["b3", "shape"], "b4"),
            node("Add", ["i", "b4"], "sum"),
        ]
    nodes += [
        node("Cast", ["sum" if bias else "i"], "f", to=onnx.TensorProto.FLOAT),
        node("Mul", ["f", "scales"], "y"),
    ]
    return saved(path, nodes, constants, 6)


@pytest.mark.parametrize(
    "form",
    [
        {"width": 3, "pad": 1},
        {"width": 11, "dilation": 5, "pad": 25},
        {"width": 12, "stride": 6, "pad": 3},
        {"width": 1},
        {"width": 3, "pad": 1, "bias": False},
    ],
    ids=str,
)
def test_a_convolution_gives_the_same_as_a_matrix_product(tmp_path: Path, form: dict[str, Any]) -> None:
    path = convolution(tmp_path / "m.onnx", **form)
    faster = faster_graph(path)
    assert "MatMulIntegerToFloat" in operators(faster) and "ConvInteger" not in operators(faster)
    for length in (61, 72):
        x = RNG.standard_normal((1, 6, length)).astype(np.float32)
        was, now = run(str(path), x), run(faster, x)
        assert was.shape == now.shape
        step = 0.02 * (x.max() - x.min()) / 255  # the export's bias is rounded down to one of these
        np.testing.assert_allclose(now, was, atol=1.5 * step)


def test_a_convolution_of_another_form_stays_as_it_is(tmp_path: Path) -> None:
    path = convolution(tmp_path / "m.onnx", width=3, pad=1, group=2)
    x = RNG.standard_normal((1, 6, 40)).astype(np.float32)
    faster = faster_graph(path)
    assert "ConvInteger" in operators(faster)
    np.testing.assert_array_equal(run(faster, x), run(str(path), x))


def test_normalisation_is_one_operator_for_each_that_takes_it(tmp_path: Path) -> None:
    one, two = (RNG.standard_normal((1, 4, 1)).astype(np.float32) for _ in range(2))
    nodes = [
        node("ReduceMean", ["x", "axes"], "m", keepdims=1),
        node("Sub", ["x", "m"], "c"),
        node("Mul", ["c", "c"], "cc"),
        node("ReduceMean", ["cc", "axes"], "v", keepdims=1),
        node("Add", ["v", "e"], "ve"),
        node("Sqrt", ["ve"], "d"),
        node("Div", ["c", "d"], "n"),
        node("Mul", ["one", "n"], "n1"),
        node("Add", ["n1", "two"], "y1"),
        node("Mul", ["two", "n"], "n2"),
        node("Add", ["n2", "one"], "y2"),
        node("Pow", ["y2", "power"], "y3"),
        node("Add", ["y1", "y3"], "y"),
    ]
    constants = {"one": one, "two": two, "axes": np.array([2]), "e": np.array(1e-5, np.float32)}
    path = saved(tmp_path / "m.onnx", nodes, constants | {"power": np.array(2, np.float32)}, 4)
    faster = faster_graph(path)
    assert operators(faster) == {"Reshape", "InstanceNormalization", "Mul", "Add"}
    x = (3 + 2 * RNG.standard_normal((1, 4, 500))).astype(np.float32)
    np.testing.assert_allclose(run(faster, x), run(str(path), x), rtol=1e-4, atol=1e-5)


def test_a_value_that_is_an_output_as_well_is_kept(tmp_path: Path) -> None:
    path = convolution(tmp_path / "m.onnx", width=3, pad=1)
    model = onnx.load(str(path))
    model.graph.output.append(onnx.helper.make_tensor_value_info("scales", onnx.TensorProto.FLOAT, []))
    onnx.save(model, str(path))
    assert [o.name for o in onnx.load_from_string(faster_graph(path)).graph.output] == ["y", "scales"]
