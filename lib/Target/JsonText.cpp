// SPDX-License-Identifier: Apache-2.0
#include "JsonText.h"

#include "llvm/ADT/StringSet.h"
#include <vector>

using namespace spike::chip;
using llvm::StringRef;

namespace {

constexpr size_t kDeepest = 16;

/// Walks over the text without a grammar: only strings and brackets matter.
llvm::Error check(StringRef text) {
  std::vector<llvm::StringSet<>> open;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '{' || c == '[') {
      open.emplace_back();
      if (open.size() > kDeepest)
        return llvm::createStringError("is nested more than " + llvm::Twine(kDeepest) + " deep");
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
    } else if (c == '"') {
      size_t start = ++i;
      while (i < text.size() && text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
      StringRef string = text.slice(start, i);
      bool isKey = text.substr(std::min(i + 1, text.size())).ltrim(" \t\r\n").starts_with(":");
      if (isKey && !open.empty() && !open.back().insert(string).second)
        return llvm::createStringError("has '" + string + "' twice");
    }
  }
  return llvm::Error::success();
}

} // namespace

llvm::Expected<llvm::json::Value> spike::chip::parseJson(StringRef text) {
  if (llvm::Error error = check(text))
    return error;
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
  if (!value)
    return llvm::createStringError("is not JSON: " + llvm::toString(value.takeError()));
  return value;
}
