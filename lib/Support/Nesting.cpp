// SPDX-License-Identifier: Apache-2.0
// Counts brackets as the lexer of MLIR sees them.
#include "spike/Support/Nesting.h"
#include <algorithm>
#include <cctype>

using namespace mlir::spike;

std::optional<unsigned> mlir::spike::findDeepNesting(llvm::StringRef text) {
  if (text.starts_with("ML\xefR"))
    return std::nullopt;
  unsigned depth = 0, minuses = 0, line = 1;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\n') {
      ++line;
    } else if (c == '"') { // a string ends on its line
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i)
        i += text[i] == '\\' && i + 1 < text.size() && text[i + 1] != '\n';
      line += i < text.size() && text[i] == '\n';
    } else if (c == '/' && i + 1 < text.size() && text[i + 1] == '/') {
      i = std::min(text.find('\n', i), text.size());
      ++line;
    } else if (c == '-' && i + 1 < text.size() && text[i + 1] == '>') {
      ++i;
    } else if (c == '(' || c == '[' || c == '{' || c == '<') {
      ++depth;
    } else if ((c == ')' || c == ']' || c == '}' || c == '>') && depth) {
      --depth;
    }
    minuses = c == '-' && text[std::min(i, text.size() - 1)] == '-' ? minuses + 1
              : std::isspace(static_cast<unsigned char>(c))         ? minuses
                                                                    : 0;
    if (depth > kMaxNesting || minuses > kMaxNesting)
      return line;
  }
  return std::nullopt;
}
