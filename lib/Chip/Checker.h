// SPDX-License-Identifier: Apache-2.0
// The state of verifyNetwork. Checks return whether all is well; the first that fails leaves a fault. Each file of
// checks relies on those before it: programs, populations, projections, host, cores, limits.
#ifndef SPIKE_LIB_CHIP_CHECKER_H
#define SPIKE_LIB_CHIP_CHECKER_H

#include "spike/Chip/Verify.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"

namespace spike::chip {

class Checker {
public:
  Checker(const Network &network, Phase phase, const Limits *limits) : network(network), phase(phase), limits(limits) {}

  bool run();
  std::optional<Fault> fault;

private:
  using Part = Fault::Part;

  bool checkTime();
  // CheckNeurons.cpp
  bool checkProgram(size_t index);
  bool checkInstruction(size_t program, size_t at);
  bool checkPopulation(size_t index);
  bool checkLif(size_t index);
  bool checkShape(size_t index);
  // CheckSynapses.cpp
  bool checkProjection(size_t index);
  bool checkView(size_t index, int64_t positions);
  bool checkDense(size_t index);
  bool checkConv(size_t index);
  bool checkStrided(size_t index);
  bool checkSparse(size_t index);
  bool checkWeightCount(size_t index, std::initializer_list<int64_t> sizes, const char *meaning);
  bool checkWeightRange(size_t index);
  bool checkSchedule(size_t index);
  // CheckSums.cpp
  bool checkSums();
  // CheckHost.cpp
  bool checkInput(size_t index);
  bool checkOutput(size_t index);
  bool checkPasses();
  bool checkElements(Part part, size_t index, int32_t population, const std::vector<int64_t> &shape);
  // CheckCores.cpp
  bool checkCores();
  bool checkCoverage();
  // CheckLimits.cpp
  bool checkLimits();
  bool checkNumbers(size_t population);
  bool checkFeatures(size_t projection);
  bool checkBoard();

  /// A nest of dims must stay inside `neurons` and meet each once at most.
  bool checkNest(Part part, size_t index, const char *what, int64_t offset, const std::vector<Dim> &dims,
                 int64_t neurons);
  /// Where loops lead, from an offset: lowest and highest must lie in [0, neurons).
  bool checkReach(Part part, size_t index, const char *what, int64_t offset, const std::vector<Dim> &dims,
                  int64_t neurons);
  bool checkName(Part part, size_t index, const std::string &name);
  bool checkRange(Part part, size_t index, const char *what, int64_t value, int64_t low, int64_t high);
  bool checkIndex(Part part, size_t index, const char *what, int64_t value, size_t size);
  /// Zero is no limit.
  bool checkLimit(Part part, size_t index, const llvm::Twine &what, int64_t value, const char *field, int64_t limit,
                  const char *advice);
  /// Zero is zero.
  bool checkMost(Part part, size_t index, const llvm::Twine &what, int64_t value, const char *field, int64_t limit,
                 const char *advice);
  /// A list of one value, or one per channel.
  bool checkPerChannel(size_t population, const char *what, const std::vector<int32_t> &values, bool optional,
                       int64_t low, int64_t high);
  /// Leaves the fault and returns false.
  bool fail(Part part, size_t index, const llvm::Twine &message);
  std::string describe(Part part, size_t index) const;

  const Network &network;
  const Phase phase;
  const Limits *limits;
  llvm::StringSet<> names; ///< of programs, populations and projections, which share a symbol table
};

/// Smallest and largest payload of a message.
struct PayloadRange {
  int64_t low, high;
};
PayloadRange getPayloadRange(int32_t bits);

} // namespace spike::chip

#endif // SPIKE_LIB_CHIP_CHECKER_H
