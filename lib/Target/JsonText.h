// SPDX-License-Identifier: Apache-2.0
// What LLVM's JSON parser lets pass, and a file of ours must not have.
#ifndef SPIKE_TARGET_JSONTEXT_H
#define SPIKE_TARGET_JSONTEXT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace spike::chip {

/// Parses JSON. Deep nesting, which would exhaust the parser's stack, and keys that an object has twice, of which the
/// parser drops one, are errors.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text);

} // namespace spike::chip

#endif // SPIKE_TARGET_JSONTEXT_H
