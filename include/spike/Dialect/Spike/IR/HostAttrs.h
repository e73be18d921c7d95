// SPDX-License-Identifier: Apache-2.0
// What marks the parts of a program that the host computes, and those of the chip (docs/loihi.md, "Host").
#ifndef SPIKE_DIALECT_SPIKE_IR_HOSTATTRS_H
#define SPIKE_DIALECT_SPIKE_IR_HOSTATTRS_H

#include "mlir/IR/Operation.h"

namespace mlir::spike {

/// Of an op in a quantised program: the host computes it, in real numbers. The attribute says why; it is empty for what
/// only turns integers into real numbers.
inline constexpr StringLiteral kHostAttr = "spike.host";

inline bool isOnHost(Operation *op) { return op && op->hasAttr(kHostAttr); }

// Of functions that spike-outline-host makes of one program, and of their arguments and results:
inline constexpr StringLiteral kHostNameAttr = "spike.name";          ///< which value it is, between parts
inline constexpr StringLiteral kPartOfAttr = "spike.part_of";         ///< the program's name
inline constexpr StringLiteral kPassAttr = "spike.pass";              ///< of the inference
inline constexpr StringLiteral kTimeStepsAttr = "spike.time_steps";   ///< of the program; parts of the chip only
inline constexpr StringLiteral kHostLayersAttr = "spike.host_layers"; ///< layers, and why; parts of the host only

} // namespace mlir::spike

#endif // SPIKE_DIALECT_SPIKE_IR_HOSTATTRS_H
