#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Set-up, safe to run again: system packages (LLVM/MLIR 22.1.8 and a compiler), then .venv with pinned Python packages.
# Does nothing where nothing is missing.
#
#   scripts/setup.sh [system|python|all|browser|cross]
#
# `browser` and `cross` are parts of their own, for the tests of HTML pages and of the kernels for 64-bit Arm; `all`
# leaves them out.
# PYTHON=/path/to/python3.11 picks another interpreter. pip's own settings decide where packages come from.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly LLVM_VERSION=22.1.8
readonly PACKAGES=(libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools clang-22 lld-22 libclang-rt-22-dev
  clang-format-22 g++ ccache cmake ninja-build libgtest-dev flatbuffers-compiler libflatbuffers-dev libmetis-dev)
readonly CROSS_PACKAGES=(libstdc++-12-dev-arm64-cross qemu-user googletest)

say() { printf '\033[1m-- %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "system packages are missing and there is no sudo; as root, run: $*"
  fi
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

# What the interpreter lacks: Debian splits venv and the headers off into packages of their own.
python_packages() {
  local python
  python=$(find_python)
  if [ -z "$python" ]; then
    echo python3 python3-venv python3-dev
    return
  fi
  "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  "$python" -c 'import os, sysconfig, sys; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
    echo python3-dev
}

apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }

setup_system() {
  command -v dpkg-query >/dev/null || die "this script installs packages on Debian 12; elsewhere, provide LLVM/MLIR $LLVM_VERSION, cmake, ninja, ccache yourself"
  local missing=() package
  for package in "${PACKAGES[@]}" $(python_packages); do
    installed "$package" || missing+=("$package")
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    say "installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    local offered
    offered=$(apt-cache policy libmlir-22-dev | sed -n 's/^ *Candidate: *//p')
    case "$offered" in
      *"$LLVM_VERSION"*) ;;
      *) die "the apt sources offer libmlir-22-dev '${offered:-(none)}', $LLVM_VERSION is needed; it is in Debian 12's security suite: add 'bookworm-security main' to the apt sources and run this again" ;;
    esac
    apt_install "${missing[@]}"
  fi
  local found
  found=$(llvm-config-22 --version 2>/dev/null || echo none)
  [ "$found" = "$LLVM_VERSION" ] || die "found LLVM $found, $LLVM_VERSION is needed; update the llvm-22 and mlir-22 packages from Debian 12's security suite"
  say "system packages: LLVM/MLIR $found, $(cmake --version | head -1)"
}

setup_browser() {
  if ! command -v chromium >/dev/null; then
    command -v apt-get >/dev/null || die "chromium is missing; on Debian this script installs it, elsewhere provide it yourself"
    say "installing chromium, which the tests of HTML pages run"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    apt_install chromium
  fi
  say "browser: $(chromium --version 2>/dev/null)"
}

setup_cross() {
  command -v dpkg-query >/dev/null || die "this script installs packages on Debian 12; elsewhere, provide ${CROSS_PACKAGES[*]} yourself"
  local missing=() package
  for package in "${CROSS_PACKAGES[@]}"; do
    installed "$package" || missing+=("$package")
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    say "installing ${missing[*]}, for the tests of the kernels for 64-bit Arm"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    apt_install "${missing[@]}"
  fi
  say "cross: $(qemu-aarch64 --version | head -1)"
}

setup_python() {
  local interpreter stamp=.venv/.requirements
  interpreter=$(find_python)
  [ -n "$interpreter" ] || die "Python 3.11 was not found; set PYTHON=/path/to/python3.11"
  if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    say "creating .venv with $interpreter"
    rm -rf .venv
    "$interpreter" -m venv .venv
  fi
  if ! cmp -s requirements.txt "$stamp"; then
    say "installing pinned Python packages (about 1 GB unpacked)"
    # Torch first and alone, by exact pin and without what it asks for: no other package can then pull in another build.
    .venv/bin/pip install -q --disable-pip-version-check --no-deps "$(grep '^torch==' requirements.txt)"
    [ "$(.venv/bin/python -c 'import importlib.util as u; s = u.spec_from_file_location("v", ".venv/lib/python3.11/site-packages/torch/version.py"); m = u.module_from_spec(s); s.loader.exec_module(m); print(m.cuda)')" = None ] ||
      say "note: this torch is a CUDA build; the CPU build is enough and smaller (point pip at it and remove .venv)"
    .venv/bin/pip install -q --disable-pip-version-check --no-deps -r requirements.txt
    # Requirements that SpikingJelly and norse do not use are left out on purpose; anything else is a mistake in the pins.
    if .venv/bin/pip check | grep -v -e '^spikingjelly ' -e '^norse ' -e '^No broken'; then
      die "requirements.txt is not complete (see above)"
    fi
    cp requirements.txt "$stamp"
  fi
  say "Python packages: $(.venv/bin/python --version), $(grep -c '^[^#]*==' requirements.txt) pinned"
}

case "${1:-all}" in
  system) setup_system ;;
  python) setup_python ;;
  browser) setup_browser ;;
  cross) setup_cross ;;
  all) setup_system; setup_python ;;
  *) die "unknown part '$1': system, python, browser, cross or all" ;;
esac
