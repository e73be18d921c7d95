// SPDX-License-Identifier: Apache-2.0
#include "PackedMemory.h"

#include "llvm/Support/MathExtras.h"
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

using namespace mlir::spike;
using llvm::ArrayRef;

static constexpr size_t kCacheLine = 64, kHugePage = size_t(2) << 20;

bool mlir::spike::packWeights(MachineProgram &program) {
  size_t size = 0;
  for (ArrayRef<char> weight : program.weights)
    size += llvm::alignTo(weight.size(), kCacheLine);
  if (!size)
    return true;
  size_t alignment = size < kHugePage ? kCacheLine : kHugePage;
  std::shared_ptr<char> memory(static_cast<char *>(std::aligned_alloc(alignment, llvm::alignTo(size, alignment))),
                               [](char *data) { std::free(data); });
  if (!memory)
    return false;
  if (alignment == kHugePage) // a hint; the last page is not touched whole, so it stays small
    (void)madvise(memory.get(), llvm::alignDown(size, kHugePage), MADV_HUGEPAGE);
  char *next = memory.get();
  for (ArrayRef<char> &weight : program.weights) {
    std::memcpy(next, weight.data(), weight.size());
    weight = ArrayRef<char>(next, weight.size());
    next += llvm::alignTo(weight.size(), kCacheLine);
  }
  program.memory = std::move(memory);
  return true;
}
