# SPDX-License-Identifier: Apache-2.0
"""IREE's CPU backend on the exported unrolled model, compiled for this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from . import onnx_file
from .base import Peer, Refusal, Run, as_tuple

#: Local tasks would hand a single thread's work from thread to thread for nothing.
DRIVERS = {1: "local-sync"}


class Iree(Peer):
    name = "iree"
    packages = ("iree-base-compiler", "iree-base-runtime", *onnx_file.PACKAGES)

    def load(self, threads: int) -> None:
        import iree.compiler.tools
        import iree.compiler.tools.import_onnx
        import iree.runtime
        import onnxscript  # noqa: F401

        torch.set_num_threads(threads)
        iree.runtime.flags.parse_flags(f"--task_topology_group_count={threads}")

    def prepare(self, model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], threads: int, variant: str = "") -> Run:
        import iree.compiler.tools
        import iree.runtime

        with tempfile.TemporaryDirectory() as folder:
            program = _imported(onnx_file.write(model, inputs, folder))
            try:
                binary = iree.compiler.tools.compile_file(
                    str(program),
                    input_type="onnx",
                    target_backends=["llvm-cpu"],
                    extra_args=["--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3"],
                )
            except iree.compiler.tools.CompilerToolError as error:
                raise Refusal(_diagnosis(str(error))) from error
        config = iree.runtime.Config(DRIVERS.get(threads, "local-task"))
        module = iree.runtime.load_vm_module(iree.runtime.VmModule.copy_buffer(config.vm_instance, binary), config)
        names = [name for name in module.vm_module.function_names if not name.startswith("__") and "$" not in name]
        function = module[names[0]]
        return lambda *values: [result.to_host() for result in as_tuple(function(*(v.numpy() for v in values)))]


def _imported(path: Path) -> Path:
    """The ONNX file as MLIR, weights included."""
    import subprocess
    import sys

    out = path.with_suffix(".mlir")
    command = [sys.executable, "-m", "iree.compiler.tools.import_onnx", str(path), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Refusal((done.stderr.strip().splitlines() or ["the ONNX import failed"])[-1])
    return out


def _diagnosis(text: str) -> str:
    """The compiler's first error, of the many lines that it and its caller print."""
    return next((line.strip() for line in text.splitlines() if "error:" in line), text.strip().splitlines()[-1])


PEER = Iree
