// SPDX-License-Identifier: Apache-2.0
// A chip or a board that networks are mapped to: its limits, and where each of them comes from.
#ifndef SPIKE_TARGET_TARGETMODEL_H
#define SPIKE_TARGET_TARGETMODEL_H

#include "spike/Chip/Limits.h"
#include "spike/Target/DataFile.h"
#include <optional>

namespace spike::chip {

class TargetModel {
public:
  /// A built-in target by name, or a file by its path; "name:4" is a board of 4 of its chips.
  static llvm::Expected<TargetModel> load(llvm::StringRef nameOrPath);

  /// Names of the built-in targets.
  static std::vector<std::string> names();

  /// What a target's file may hold.
  static const FileForm &form();

  /// The same board with another number of chips, nearly square.
  llvm::Expected<TargetModel> withChips(int64_t chips) const;

  const Limits &limits() const { return limit; }
  const DataFile &data() const { return file; }

  /// How well founded a field is; nothing for a field that the target does not state.
  std::optional<Provenance> provenance(llvm::StringRef field) const;

  /// Power that the board takes without computing, in W, if it is known.
  std::optional<double> staticPower() const;

private:
  static llvm::Expected<TargetModel> make(DataFile file);

  DataFile file;
  Limits limit;
};

} // namespace spike::chip

#endif // SPIKE_TARGET_TARGETMODEL_H
