// SPDX-License-Identifier: Apache-2.0
// Whether accumulators can leave 32 bits: for each port, the largest sum that any messages can make, bounded by the
// worst channel or position of each projection.
#include "Checker.h"

#include "spike/Chip/Nest.h"
#include "spike/Chip/ProgramPaths.h"
#include "spike/Chip/Weight.h"
#include <algorithm>
#include <map>

using namespace spike::chip;
using llvm::Twine;

namespace {

/// What the weights of one target neuron add up to. Doubles hold sums below 2^53 as they are, and what is larger is
/// refused anyway.
struct WeightSums {
  double positive = 0, negative = 0;
  void add(int64_t weight, double times = 1) { (weight > 0 ? positive : negative) += weight * times; }
};

struct SumRange {
  double low = 0, high = 0;
  void add(const SumRange &other) {
    low += other.low;
    high += other.high;
  }
  void widen(const SumRange &other) {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
  }
};

/// Payloads are never of one sign only: a neuron may stay silent.
SumRange multiply(const WeightSums &sums, PayloadRange payload) {
  double low = std::min<int64_t>(payload.low, 0), high = std::max<int64_t>(payload.high, 0);
  return {sums.positive * low + sums.negative * high, sums.positive * high + sums.negative * low};
}

SumRange findWorst(const Projection &projection, const Population &target, const WeightScale &scale,
                   PayloadRange payload) {
  SumRange worst;
  switch (projection.encoding) {
  case Encoding::dense:
  case Encoding::conv: { // a row of weights for each channel of the target
    size_t width = projection.weights.size() / target.channels();
    for (size_t row = 0; row < projection.weights.size(); row += width) {
      int64_t positive = 0, negative = 0;
      for (size_t i = row; i < row + width; ++i) {
        int64_t weight = scale(projection.weights[i]);
        (weight > 0 ? positive : negative) += weight;
      }
      worst.widen(multiply({double(positive), double(negative)}, payload));
    }
    return worst;
  }
  case Encoding::strided: {
    std::vector<NestLoop> loops;
    for (const PairDim &loop : projection.loops)
      loops.push_back({loop.size, loop.target, 0});
    WeightSums sums;
    sums.add(scale(projection.weights[0]), double(Nest(projection.targetOffset, 0, loops).maxMultiplicity()));
    worst.widen(multiply(sums, payload));
    return worst;
  }
  case Encoding::sparse: {
    std::vector<std::pair<int32_t, int32_t>> weights; // by target
    weights.reserve(projection.entries.size());
    for (const Entry &entry : projection.entries)
      weights.emplace_back(entry.target, static_cast<int32_t>(scale(entry.weight)));
    std::sort(weights.begin(), weights.end());
    WeightSums sums;
    for (size_t i = 0; i < weights.size(); ++i) {
      sums.add(weights[i].second);
      if (i + 1 == weights.size() || weights[i + 1].first != weights[i].first) {
        worst.widen(multiply(sums, payload));
        sums = {};
      }
    }
    return worst;
  }
  }
  return worst;
}

} // namespace

bool Checker::checkSums() {
  std::vector<PayloadRange> payloads;
  for (const Population &population : network.populations)
    payloads.push_back(getPayloadRange(population.payloadBits));
  for (const Input &input : network.inputs)
    payloads[input.population] = {input.low, input.high};
  std::map<std::pair<int32_t, int32_t>, SumRange> ports;
  for (const Projection &projection : network.projections) {
    bool valued = projection.graded && network.populations[projection.source].payloadBits > 1;
    ports[{projection.target, projection.port}].add(
        findWorst(projection, network.populations[projection.target], WeightScale(projection, network.conventions),
                  valued ? payloads[projection.source] : PayloadRange{0, 1}));
  }
  for (auto &[port, range] : ports) {
    const Population &target = network.populations[port.first];
    bool kept = target.kind == NeuronKind::program && !alwaysReads(network.programs[target.program], port.second);
    double steps = kept ? double(network.timeSteps) * target.substeps : 1;
    double largest = std::max(-range.low, range.high) * steps;
    if (largest > INT32_MAX)
      return fail(Part::population, port.first,
                  "what arrives at port " + Twine(port.second) + (kept ? ", which is not read in every step," : "") +
                      " can add up to " + Twine(static_cast<uint64_t>(std::min(largest, 9e18))) +
                      ", an accumulator holds " + Twine(INT32_MAX) +
                      "; use fewer payload bits, smaller exponents or fewer synapses");
  }
  return true;
}
