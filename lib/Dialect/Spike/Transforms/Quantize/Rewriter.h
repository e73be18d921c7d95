// SPDX-License-Identifier: Apache-2.0
// Puts the integers of a plan into the program.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_REWRITER_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_REWRITER_H

#include "Plan.h"

namespace mlir::spike::quantize {

/// Replaces every value by its integers, outputs excepted, and reports the numbers in the attribute
/// `spike.quantization` of the function.
void rewrite(const ScaleGraph &graph, const Plan &plan);

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_REWRITER_H
