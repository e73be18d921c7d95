# SPDX-License-Identifier: Apache-2.0
"""Writes the input of spike-run.mlir, or reads a result."""

import sys

import numpy

if sys.argv[1] == "write":
    numpy.save(sys.argv[2], numpy.array([0.5, 1.0, 0.5, 2.0], numpy.float32).reshape(2, 1, 2))
else:
    array = numpy.load(sys.argv[2])
    print(array.dtype, array.shape, array.ravel().tolist())
