"""Serve a GGUF model on this machine with llama.cpp's own server, for llm.py; needs `pip install xllamacpp` (MIT).

python tests/benchmarks/llm_server_xllamacpp.py MODEL.gguf [PORT] [THREADS]
"""

import sys
import time

import xllamacpp


def main(model: str, port: str = "8077", threads: str = "1") -> None:
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.hostnames, params.port = ["127.0.0.1"], int(port)
    params.n_ctx, params.n_parallel = 8192, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(threads)
    server = xllamacpp.Server(params)
    print(f"serving {model} at {server.listening_address}/v1", flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main(*sys.argv[1:])
