// SPDX-License-Identifier: Apache-2.0
// The integers of a quantized program: scales of groups, weights, thresholds and biases.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_PLAN_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_PLAN_H

#include "ChipNumbers.h"
#include "ScaleGraph.h"

namespace mlir::spike::quantize {

struct SynapsePlan {
  SynapseNumbers numbers; ///< integers `m * 2^exponent`
  int exponent = 0;
};

struct NeuronPlan {
  Channels scale;     ///< units of the current that make 1.0, behind the gain
  Channels threshold; ///< mantissas
  Channels bias;      ///< in units of the membrane
  FireRule fire = FireRule::gt;
  int align = kAlign;
  int gain = 0;       ///< the current is multiplied by 2^gain
  bool exact = false; ///< the integers give the source's own spikes
  double worstCurrent = 0, worstMembrane = 0;
};

class Plan {
public:
  /// Chooses all numbers. An error, which names layer and numbers, where they cannot fit the chip's.
  static FailureOr<Plan> make(const ScaleGraph &graph, int64_t bits);

  /// The scale of a value: one number, or one for each channel.
  std::vector<double> getScale(const ScaleGraph &graph, Value value) const;

  /// What a known integer that is added to currents is multiplied by; one elsewhere.
  double getGain(OpOperand &use) const;

  llvm::DenseMap<unsigned, std::vector<double>> scales; ///< of the roots of groups
  llvm::MapVector<Operation *, SynapsePlan> synapses;
  llvm::MapVector<Operation *, NeuronPlan> neurons;
  llvm::DenseMap<OpOperand *, double> gains;
};

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_PLAN_H
