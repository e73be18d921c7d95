// SPDX-License-Identifier: Apache-2.0
// Inputs and results of spike-run: .npy files and text.
#ifndef SPIKE_TOOLS_SPIKE_RUN_VALUES_H
#define SPIKE_TOOLS_SPIKE_RUN_VALUES_H

#include "mlir/IR/BuiltinTypes.h"
#include "spike/Interpreter/Tensor.h"
#include "spike/Support/Npy.h"

namespace mlir::spike {

/// Reads a .npy file; errors name it.
llvm::Expected<NpyArray> readNpyFile(StringRef path);

/// Reads a .npy file as a value of the given type: float32 for f32, bool for i1, int8, int16, int32 for i8, i16, i32,
/// any integers for counts.
llvm::Expected<Tensor> readTensor(StringRef path, RankedTensorType type);

llvm::Error writeTensor(const llvm::Twine &path, const Tensor &tensor);

/// Writes `name: type = [[...]]`; a long tensor is cut short.
void printTensor(raw_ostream &os, const llvm::Twine &name, const Tensor &tensor);

} // namespace mlir::spike

#endif // SPIKE_TOOLS_SPIKE_RUN_VALUES_H
