// SPDX-License-Identifier: Apache-2.0
// Hardware as data: files of fields, each with a value, where it comes from, and who says so. Targets and energy
// profiles are such files; docs/targets.md describes them for users.
#ifndef SPIKE_TARGET_DATAFILE_H
#define SPIKE_TARGET_DATAFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <map>
#include <string>
#include <vector>

namespace spike::chip {

/// How well founded a number is: published by the maker or a paper, computed from such numbers, or neither.
enum class Provenance { documented, derived, assumed };
llvm::StringRef getName(Provenance provenance);

struct Field {
  std::string name;
  llvm::json::Value value = nullptr;
  Provenance provenance = Provenance::assumed;
  std::string source; ///< words in brackets are keys of the file's references
};

/// What a field may hold.
struct FieldSpec {
  enum Kind {
    integer,
    number,
    flag,
    integers, ///< a list, ascending
    curve,    ///< a list of pairs [x, y], x ascending
    word      ///< one of `words`
  };
  llvm::StringRef name;
  Kind kind = integer;
  double low = 0, high = 0; ///< of integers, numbers, and the elements of lists
  bool required = true;
  llvm::StringRef unit, description;
  llvm::ArrayRef<llvm::StringRef> words = {};
};

struct BuiltinFile {
  llvm::StringRef name, text;
};

/// One kind of data file.
struct FileForm {
  llvm::StringRef noun, schema; ///< "target", "spike-target/1"
  llvm::ArrayRef<BuiltinFile> builtin;
  llvm::ArrayRef<FieldSpec> fields;
  std::vector<std::string> names() const; ///< of the built-in files
};

struct DataFile {
  std::string name, title;
  std::vector<std::string> extends; ///< names of the files that it extends, the nearest first
  std::vector<Field> fields;        ///< in the form's order
  std::map<std::string, std::string> references;

  /// A built-in file by name, or one of the user's by its path, which ends in .json. A file may extend another one: a
  /// built-in one, or one at a path beside it.
  static llvm::Expected<DataFile> load(const FileForm &form, llvm::StringRef nameOrPath);

  const Field *find(llvm::StringRef field) const;
};

} // namespace spike::chip

#endif // SPIKE_TARGET_DATAFILE_H
