#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Build the package into .venv: the extension, the tools and the Python sources, from build/release (incremental, ccache).
# Does nothing when no source has changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/.."

export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
readonly stamp=.venv/.package log=build/package.log

# Names, sizes and times of everything that goes into the package.
fingerprint() {
  find CMakeLists.txt pyproject.toml requirements.txt cmake include lib tools python test -type f \
    \( -path 'test/*' ! -name CMakeLists.txt ! -path 'test/unit/*' -o -path '*/__pycache__/*' \
    -o -printf '%p %s %T@\n' \) | sort
}

if [ -f "$stamp" ] && [ -f build/release/build.ninja ] && fingerprint | cmp -s - "$stamp"; then
  exit 0
fi
mkdir -p build
before=$(fingerprint)
echo "-- building the package (the first time takes some minutes; log in $log)"
if ! .venv/bin/pip install -v --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall . >"$log" 2>&1; then
  grep -E -A12 'error:|Error |FAILED' "$log" | head -60 || tail -40 "$log"
  echo "error: the build failed; the whole log is in $log" >&2
  exit 1
fi
echo "$before" >"$stamp"
echo "-- installed $(.venv/bin/pip list --disable-pip-version-check 2>/dev/null | sed -n 's/^spike.transformer.compiler *//p') into .venv"
