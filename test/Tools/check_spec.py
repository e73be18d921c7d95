# SPDX-License-Identifier: Apache-2.0
"""Every constraint that a verifier or a type names is in docs/spec.md, and every checked one there is in the sources."""

import pathlib
import re
import sys

LABEL = re.compile(r"\b[a-z_]*_c\d+\b")


def main():
    root = pathlib.Path(sys.argv[1])
    checked = set()
    for source in ("lib/Dialect/Spike/IR/SpikeVerifiers.cpp", "lib/Dialect/Check/IR/Check.cpp",
                   "include/spike/Dialect/Spike/IR/SpikeTypes.td"):
        checked |= set(LABEL.findall((root / source).read_text()))
    # The verifier that add and mask share puts the op's name before these.
    if checked & {"_c1", "_c2"}:
        checked = checked - {"_c1", "_c2"} | {f"{op}_{c}" for op in ("add", "mask") for c in ("c1", "c2")}
    spec = (root / "docs/spec.md").read_text()
    promised = {label for bold in re.findall(r"\*\*[^*]*\*\*", spec) for label in LABEL.findall(bold)}
    mentioned = set(LABEL.findall((root / "include/spike/Dialect/Spike/IR/SpikeOps.td").read_text()))
    defined = set(LABEL.findall(spec))
    problems = [f"{label} is checked but not in docs/spec.md" for label in sorted(checked - promised)]
    problems += [f"{label} is marked as checked in docs/spec.md but no verifier names it" for label in sorted(promised - checked)]
    problems += [f"{label} is named by an op but not in docs/spec.md" for label in sorted(mentioned - defined)]
    print("\n".join(problems) or f"{len(promised)} constraints, all in step")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
