#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run the tests; `quick` leaves out the sanitizer build, emulated processors and the slow Python tests. Ends with each
# runner's own closing lines.
set -uo pipefail
cd "$(dirname "$0")/.."

readonly mode=${1:-full} logs=build/logs
mkdir -p "$logs"
names=() results=()
[ "$mode" = quick ] || { scripts/setup.sh browser && scripts/setup.sh cross; } || exit 1

step() { # step <name> <pattern of the closing lines> <command...>
  local name=$1 pattern=$2 log=$logs/$1.log start=$SECONDS code
  shift 2
  printf '\n\033[1m== %s\033[0m\n' "$name"
  "$@" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  names+=("$name") results+=("$code $((SECONDS - start)) $pattern")
}

lit_in() { # lit_in <build folder>
  cmake --build "$1" --target check-spike
}

unit_in() { # unit_in <build folder>
  cmake --build "$1" --target check-spike-units
}

# One process per core: a file's tests share what they compile. torch's own threads would only get in each other's way.
python_tests() { # python_tests <arguments of pytest...>
  OMP_NUM_THREADS=1 .venv/bin/python -m pytest -q -n auto --maxprocesses 8 --dist loadfile "$@"
}

sanitized() {
  cmake --preset asan -DPython3_EXECUTABLE="$PWD/.venv/bin/python" >"$logs/asan-configure.log" 2>&1 ||
    { cat "$logs/asan-configure.log"; return 1; }
  cmake --build build/asan >"$logs/asan-build.log" 2>&1 ||
    { grep -A12 -E 'error:|FAILED' "$logs/asan-build.log" | head -60; return 1; }
  echo "built with assertions, AddressSanitizer and UndefinedBehaviorSanitizer in build/asan"
}

# The runtime and its tests for 64-bit Arm, on several processors that qemu knows.
emulated() {
  cmake --preset aarch64 >"$logs/aarch64-configure.log" 2>&1 || { cat "$logs/aarch64-configure.log"; return 1; }
  cmake --build build/aarch64 --target check-spike-units
}

export PATH="$PWD/.venv/bin:$PATH"
# Our instrumented copy of LLVM's bump allocator poisons memory that the uninstrumented MLIR library then fills.
export ASAN_OPTIONS=allow_user_poisoning=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
lit_pattern='^ *(Passed|Failed|Unsupported|Expectedly Failed|Unexpectedly Passed|Unresolved|Timed Out) *:|^Testing Time|^Total Discovered'

step linkage 'MLIR' scripts/check_linkage.sh build/release/bin/spike-* .venv/lib/python3.11/site-packages/spike_transformer_compiler/_core*.so
step docs '.' scripts/gen_docs.sh --check
step lit "$lit_pattern" lit_in build/release
step unit '^\[ *(PASSED|FAILED|SKIPPED) *\]|tests? from' unit_in build/release
if [ "$mode" = quick ]; then
  step python '^=+ .* =+$|passed|failed' python_tests -m 'not slow'
else
  step asan-build 'built with' sanitized
  if [ "${results[-1]%% *}" = 0 ]; then
    step asan-lit "$lit_pattern" lit_in build/asan
    step asan-unit '^\[ *(PASSED|FAILED|SKIPPED) *\]|tests? from' unit_in build/asan
  fi
  step aarch64 '^\[ *(PASSED|FAILED|SKIPPED) *\]|tests? from' emulated
  step python '^=+ .* in .*=+$|passed|failed' python_tests
fi

status=0
printf '\n\033[1m== closing lines\033[0m\n'
for i in "${!names[@]}"; do
  read -r code seconds pattern <<<"${results[$i]}"
  verdict=ok
  [ "$code" = 0 ] || { verdict="FAILED (exit code $code)"; status=1; }
  printf '%s: %s, %s s\n' "${names[$i]}" "$verdict" "$seconds"
  grep -E "$pattern" "$logs/${names[$i]}.log" | tail -6 | sed 's/^/    /'
done
exit $status
