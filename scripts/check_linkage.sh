#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One process must hold one MLIR: our binaries take it from the shared library, once, and define none of it themselves.
#
#   scripts/check_linkage.sh binary...
set -euo pipefail

status=0
for binary in "$@"; do
  needed=$(llvm-readelf-22 --needed-libs "$binary" | grep -c 'libMLIR' || true)
  # The table of symbols where there is one, else the dynamic table: a stripped file still exports what it defines.
  defined=$({ llvm-nm-22 -C --defined-only "$binary"; llvm-nm-22 -C -D --defined-only "$binary"; } 2>/dev/null |
    grep -c -E ' [TtWw] mlir::MLIRContext::MLIRContext\(' || true)
  loaded=$(ldd "$binary" | grep -c 'libMLIR' || true)
  llvm=$(ldd "$binary" | grep -c 'libLLVM' || true)
  if [ "$needed" = 1 ] && [ "$defined" = 0 ] && [ "$loaded" = 1 ] && [ "$llvm" = 1 ]; then
    echo "$(basename "$binary"): one shared MLIR, one LLVM, none of its own"
  else
    echo "error: $binary needs $needed and loads $loaded MLIR libraries (1 expected), loads $llvm LLVM libraries (1 expected) and defines $defined MLIRContext constructors (0 expected); link the target MLIR and no MLIRxxx" >&2
    status=1
  fi
done
exit $status
