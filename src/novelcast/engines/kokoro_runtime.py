"""What runs Kokoro's graph: onnxruntime on any processor, OpenVINO in bfloat16 where the processor has it.

Both run several lines at once with one thread each, which for sequences this short is faster than one line
with all threads (docs/benchmarks.md, engines).
"""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from novelcast.audio import Samples
from novelcast.errors import EngineUnavailable

MOST_LANES = 8
"""Lines under way at once: each holds about 0.2 GB while it is spoken."""

Inputs = dict[str, Any]
"""`tokens` int64 (1, n), `style` float32 (1, 256), `speed` float32 (1)."""


class Runtime(Protocol):
    def run(self, inputs: Inputs) -> Samples:
        """Audio float32 (n,) at 24 kHz. May be called from several threads at once."""
        ...


def lanes(threads: int | None) -> int:
    """How many lines to speak at once: one a core, unless the user gives fewer threads."""
    return max(1, min(threads or os.cpu_count() or 1, MOST_LANES))


def open_runtime(model: Path, lanes: int) -> Runtime:
    """The fastest runtime that this machine has for the int8 model. Raises EngineUnavailable if none opens it."""
    if bfloat16_ready():
        try:
            return OpenVino(model, lanes)
        except Exception:  # a graph, driver or disk that OpenVINO can't use: the plain way speaks as well
            pass
    return OnnxRuntime(model)


def bfloat16_ready() -> bool:
    """Whether OpenVINO and onnx are installed (the extra `fast`) and the processor multiplies in bfloat16."""
    try:
        import onnx  # noqa: F401
        import openvino
    except ImportError:
        return False
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class OnnxRuntime:
    """The int8 graph as it is. One session; each run stays on the thread that calls it."""

    def __init__(self, model: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises a class of its own for each fault
            raise EngineUnavailable(
                f"the model in {model.parent} cannot be opened: {error}",
                hint="delete that folder; the next run fetches it again",
            ) from error

    def run(self, inputs: Inputs) -> Samples:
        return np.asarray(self._session.run(None, inputs)[0], dtype=np.float32).ravel()


class OpenVino:
    """The graph with float weights, multiplied in bfloat16; written once beside the model in float16 (165 MB)."""

    def __init__(self, model: Path, lanes: int) -> None:
        import openvino

        core = openvino.Core()
        graph = core.read_model(_converted(model))
        self._compiled = core.compile_model(
            graph,
            "CPU",
            {"INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": lanes, "NUM_STREAMS": lanes},
        )
        self._own = threading.local()

    def run(self, inputs: Inputs) -> Samples:
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        found = self._own.request.infer(inputs)[self._compiled.output(0)]
        return np.array(found, dtype=np.float32).ravel()


def _converted(model: Path) -> Path:
    """The graph that OpenVINO reads, made from the int8 model the first time."""
    target = model.with_name(model.stem + ".float16.xml")
    weights = target.with_suffix(".bin")
    if target.exists() and weights.exists():
        return target
    import openvino

    from novelcast.engines.kokoro_graph import dequantised

    # Not openvino.convert_model, which reports its use over the network.
    graph = openvino.Core().read_model(io.BytesIO(dequantised(model).SerializeToString()))
    new = target.with_name(f"new-{os.getpid()}.xml")
    openvino.save_model(graph, new, compress_to_fp16=True)
    new.with_suffix(".bin").replace(weights)
    new.replace(target)  # last: the .xml stands only where its weights do
    return target
