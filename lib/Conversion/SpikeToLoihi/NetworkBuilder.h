// SPDX-License-Identifier: Apache-2.0
// Puts populations and projections together.
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_NETWORKBUILDER_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_NETWORKBUILDER_H

#include "Chip.h"
#include "Numbering.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::spike::onchip {

class NetworkBuilder {
public:
  explicit NetworkBuilder(const chip::Limits &limits) : limits(limits) {}

  const chip::Limits &getLimits() const { return limits; }
  chip::Network &get() { return network; }
  const chip::Network &get() const { return network; }

  /// Adds a population numbered as `numbering` says, whose messages lie in `range`.
  int32_t addPopulation(llvm::StringRef name, const Numbering &numbering, Interval range, double rate);
  /// The index of a program, which is added if it is new; programs of one name are the same.
  int32_t addProgram(chip::Program program);

  /// Adds the synapses of `part` into the neurons that `numbering` gives its elements, each weight times `weight`.
  /// False, and nothing is added, where no encoding expresses it.
  bool connect(const Part &part, const Numbering &numbering, int32_t target, int32_t port = 0, int64_t weight = 1);
  /// Adds a projection of messages with weight one; the caller fills in what depends on its encoding.
  chip::Projection &addProjection(int32_t source, int32_t target, int32_t port, chip::Encoding encoding);
  /// Gives a projection the weight `value`, an integer that is not zero; false if no stored weight counts as much.
  bool setWeight(chip::Projection &projection, int64_t value, int16_t &stored) const;

  /// The elements of the population of `numbering` as messages.
  Part read(int32_t population, const Numbering &numbering) const;
  Interval rangeOf(int32_t population) const { return ranges[population]; }
  double rateOf(const Part &part) const { return part.source < 0 ? -1 : network.populations[part.source].rate; }

private:
  std::string makeUnique(llvm::StringRef name);
  bool connectCopy(const Part &part, const Numbering &numbering, int32_t target, int32_t port, int64_t weight);
  bool connectDense(const Part &part, const Numbering &numbering, int32_t target, int32_t port);
  bool connectConv(const Part &part, const Numbering &numbering, int32_t target, int32_t port);
  void setSynapses(chip::Projection &projection, const Synapses &synapses, llvm::ArrayRef<int64_t> rows);

  const chip::Limits &limits;
  chip::Network network;
  std::vector<Interval> ranges;
  llvm::StringSet<> names;
};

/// Joins neighbouring loops that are one.
void joinDims(std::vector<chip::Dim> &dims);

} // namespace mlir::spike::onchip

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_NETWORKBUILDER_H
