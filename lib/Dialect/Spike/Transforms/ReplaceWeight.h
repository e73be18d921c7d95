// SPDX-License-Identifier: Apache-2.0
// Other values for a weight.
#ifndef SPIKE_LIB_DIALECT_SPIKE_TRANSFORMS_REPLACEWEIGHT_H
#define SPIKE_LIB_DIALECT_SPIKE_TRANSFORMS_REPLACEWEIGHT_H

#include "mlir/IR/Value.h"

namespace mlir::spike {

/// Gives a constant operand other f32 values, under a name that ends in `suffix`. A constant that nothing else reads
/// goes, because its values are memory.
void replaceWeight(OpOperand &use, ArrayRef<float> values, StringRef suffix);

} // namespace mlir::spike

#endif // SPIKE_LIB_DIALECT_SPIKE_TRANSFORMS_REPLACEWEIGHT_H
