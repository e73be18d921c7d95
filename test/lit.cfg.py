# SPDX-License-Identifier: Apache-2.0
# lit configuration: the tree mirrors the sources.
import os

import lit.formats
from lit.llvm import llvm_config
from lit.llvm.subst import ToolSubst

config.name = "SPIKE"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "python", "unit", "fuzz", "corpus", "CMakeLists.txt", "lit.cfg.py"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.spike_obj_root, "test")

llvm_config.with_system_environment(["HOME", "TMP", "TEMP", "ASAN_OPTIONS", "UBSAN_OPTIONS"])
llvm_config.with_environment("FILECHECK_OPTS", "-enable-var-scope")
llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.add_tool_substitutions(
    [
        ToolSubst("spike-opt", unresolved="fatal"),
        ToolSubst("spike-run", unresolved="ignore"),
        ToolSubst("spike-translate", unresolved="ignore"),
        ToolSubst("spike-lsp-server", unresolved="ignore"),
        "FileCheck",
        "not",
        "split-file",
    ],
    [config.spike_tools_dir, config.llvm_tools_dir],
)

config.substitutions.append(("%python", config.python))
config.substitutions.append(("%tools", config.spike_tools_dir))
config.substitutions.append(("%root", os.path.dirname(config.test_source_root)))

with open("/proc/cpuinfo") as cpuinfo:
    flags = set(next((line for line in cpuinfo if line.startswith("flags")), "").split())
for feature in ("avx2", "avx512f", "avx512_vnni", "amx_int8"):
    if feature in flags:
        config.available_features.add(feature)
    else:
        lit_config.note(f"this machine has no {feature}: tests that need it are reported as unsupported")
