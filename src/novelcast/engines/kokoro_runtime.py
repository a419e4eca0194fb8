"""What runs Kokoro's graph: one onnxruntime session that speaks several lines at once, each on one thread.

For sequences this short that is faster than one line on all threads (docs/benchmarks.md, engines).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from novelcast.audio import Samples
from novelcast.errors import EngineUnavailable

MOST_LANES = 8
"""Lines under way at once: each holds about 0.2 GB while it is spoken."""


def lanes(threads: int | None) -> int:
    """How many lines to speak at once: one a core, unless the user gives fewer threads."""
    return max(1, min(threads or os.cpu_count() or 1, MOST_LANES))


class OnnxRuntime:
    """The int8 graph, rewritten (kokoro_graph.py). A run stays on the thread that calls it, and several may be under way at once.

    Raises EngineUnavailable where the model cannot be opened.
    """

    def __init__(self, model: Path) -> None:
        import onnxruntime

        from novelcast.engines.kokoro_graph import faster_graph

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                faster_graph(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises a class of its own for each fault
            raise EngineUnavailable(
                f"the model in {model.parent} cannot be opened: {error}",
                hint="delete that folder; the next run fetches it again",
            ) from error

    def run(self, inputs: dict[str, Any]) -> Samples:
        """Audio float32 (n,) at 24 kHz, for `tokens` int64 (1, n), `style` float32 (1, 256), `speed` float32 (1)."""
        return np.asarray(self._session.run(None, inputs)[0], dtype=np.float32).ravel()
