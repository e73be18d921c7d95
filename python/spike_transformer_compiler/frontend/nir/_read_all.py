# SPDX-License-Identifier: Apache-2.0
"""A script of its own: reads every object of the HDF5 files named on its input, and answers a line for each.

The HDF5 library may crash or never come back on a damaged file; here, that harms nobody (see trial.py).
"""

import sys

import h5py


def read(group, depth: int = 0) -> None:
    for key in group.keys():
        if depth < 64 and isinstance(group.get(key, getlink=True), h5py.HardLink):
            item = group[key]
            if isinstance(item, h5py.Group):
                read(item, depth + 1)
            elif isinstance(item, h5py.Dataset) and not (item.is_virtual or item.external or item.nbytes > 1 << 32):
                item[()]


for line in sys.stdin:
    try:
        with h5py.File(line.rstrip("\n"), "r") as file:
            read(file)
    except Exception:  # the reader meets it again, and says what it is
        pass
    print("read", flush=True)
