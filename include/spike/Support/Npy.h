// SPDX-License-Identifier: Apache-2.0
// Reading and writing NumPy's .npy files, versions 1 and 2, in C order.
#ifndef SPIKE_SUPPORT_NPY_H
#define SPIKE_SUPPORT_NPY_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <vector>

namespace mlir::spike {

enum class NpyType { boolean, i8, u8, i16, i32, f32 };

/// NumPy's name of an element type, such as `float32`.
llvm::StringRef getNpyTypeName(NpyType type);
unsigned getNpyTypeBytes(NpyType type);

struct NpyArray {
  NpyType type = NpyType::f32;
  llvm::SmallVector<int64_t> shape;
  std::vector<char> data;
};

/// Reads a whole file. Every size is checked against the file before it is used.
llvm::Expected<NpyArray> readNpy(llvm::StringRef file);

/// Writes version 1; the data must have the size that type and shape say.
void writeNpy(llvm::raw_ostream &os, NpyType type, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<char> data);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_NPY_H
