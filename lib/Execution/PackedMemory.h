// SPDX-License-Identifier: Apache-2.0
// Memory of packed weights that come from no file.
#ifndef SPIKE_LIB_EXECUTION_PACKEDMEMORY_H
#define SPIKE_LIB_EXECUTION_PACKEDMEMORY_H

#include "spike/Execution/MachineProgram.h"

namespace mlir::spike {

/// Copies the weights one behind another into memory that the program owns, in huge pages if the system has them.
/// Returns false, and leaves the program as it is, if there is no memory.
bool packWeights(MachineProgram &program);

} // namespace mlir::spike

#endif // SPIKE_LIB_EXECUTION_PACKEDMEMORY_H
