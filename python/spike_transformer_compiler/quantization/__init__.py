# SPDX-License-Identifier: Apache-2.0
"""Post-training quantisation to a neuromorphic chip's integers, and the quantised model on the CPU."""

from .calibration import InputFormat, calibrate
from .compare import LayerComparison, QuantizationReport, compare
from .program import GRANULARITIES, WEIGHT_BITS, QuantizedModel, QuantizedProgram, quantize, quantize_program

__all__ = [
    "GRANULARITIES",
    "InputFormat",
    "LayerComparison",
    "QuantizationReport",
    "QuantizedModel",
    "QuantizedProgram",
    "WEIGHT_BITS",
    "calibrate",
    "compare",
    "quantize",
    "quantize_program",
]
