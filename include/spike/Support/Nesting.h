// SPDX-License-Identifier: Apache-2.0
// How deeply a text is nested. The parser recurses, so a text made to exhaust the stack must be refused before.
#ifndef SPIKE_SUPPORT_NESTING_H
#define SPIKE_SUPPORT_NESTING_H

#include "llvm/ADT/StringRef.h"
#include <optional>

namespace mlir::spike {

/// Deepest nesting that is read; programs need less than twenty.
inline constexpr unsigned kMaxNesting = 256;

/// Line at which brackets (or a row of minus signs) nest deeper than `kMaxNesting`; nothing if none do. Strings and
/// comments do not count, and bytecode, which is read without recursion, never does.
std::optional<unsigned> findDeepNesting(llvm::StringRef text);

} // namespace mlir::spike

#endif // SPIKE_SUPPORT_NESTING_H
