// SPDX-License-Identifier: Apache-2.0
// Values of fields: what a form allows, in code and in words.
#ifndef SPIKE_TARGET_FIELDVALUE_H
#define SPIKE_TARGET_FIELDVALUE_H

#include "spike/Target/DataFile.h"

namespace spike::chip {

bool isValid(const FieldSpec &spec, const llvm::json::Value &value);

/// "a whole number from 1 to 64".
std::string describe(const FieldSpec &spec);

/// A value as a message shows it, shortened.
std::string print(const llvm::json::Value &value);

} // namespace spike::chip

#endif // SPIKE_TARGET_FIELDVALUE_H
