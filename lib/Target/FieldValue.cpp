// SPDX-License-Identifier: Apache-2.0
#include "FieldValue.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace spike::chip;
namespace json = llvm::json;

static bool isInRange(const FieldSpec &spec, std::optional<double> number) {
  return number && *number >= spec.low && *number <= spec.high;
}

static bool isInteger(const FieldSpec &spec, const json::Value &value) {
  std::optional<int64_t> integer = value.getAsInteger();
  return integer && isInRange(spec, static_cast<double>(*integer));
}

bool spike::chip::isValid(const FieldSpec &spec, const json::Value &value) {
  const json::Array *elements = value.getAsArray();
  switch (spec.kind) {
  case FieldSpec::integer:
    return isInteger(spec, value);
  case FieldSpec::number:
    return isInRange(spec, value.getAsNumber());
  case FieldSpec::flag:
    return value.getAsBoolean().has_value();
  case FieldSpec::integers:
    if (!elements || elements->empty())
      return false;
    for (size_t i = 0; i < elements->size(); ++i)
      if (!isInteger(spec, (*elements)[i]) ||
          (i && *(*elements)[i - 1].getAsInteger() >= *(*elements)[i].getAsInteger()))
        return false;
    return true;
  case FieldSpec::curve:
    if (!elements || elements->empty())
      return false;
    for (size_t i = 0; i < elements->size(); ++i) {
      const json::Array *point = (*elements)[i].getAsArray();
      if (!point || point->size() != 2 || !isInRange(spec, (*point)[0].getAsNumber()) ||
          !isInRange(spec, (*point)[1].getAsNumber()) ||
          (i && *(*(*elements)[i - 1].getAsArray())[0].getAsNumber() >= *(*point)[0].getAsNumber()))
        return false;
    }
    return true;
  case FieldSpec::word:
    return value.getAsString() && llvm::is_contained(spec.words, *value.getAsString());
  }
  llvm_unreachable("not a kind of field");
}

std::string spike::chip::describe(const FieldSpec &spec) {
  std::string range = llvm::formatv("from {0} to {1}", spec.low, spec.high);
  if (spec.kind == FieldSpec::integer || spec.kind == FieldSpec::integers)
    range = llvm::formatv("from {0} to {1}", static_cast<int64_t>(spec.low), static_cast<int64_t>(spec.high));
  switch (spec.kind) {
  case FieldSpec::integer:
    return "a whole number " + range;
  case FieldSpec::number:
    return "a number " + range;
  case FieldSpec::flag:
    return "true or false";
  case FieldSpec::integers:
    return "an ascending list of whole numbers " + range;
  case FieldSpec::curve:
    return "a list of pairs [x, y], x ascending, of numbers " + range;
  case FieldSpec::word:
    return "one of " + llvm::join(spec.words, ", ");
  }
  llvm_unreachable("not a kind of field");
}

std::string spike::chip::print(const json::Value &value) {
  std::string text = llvm::formatv("{0}", value);
  if (text.size() > 60)
    text = text.substr(0, 57) + "...";
  return text;
}
