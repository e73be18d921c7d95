// SPDX-License-Identifier: Apache-2.0
// The integers of one neuron layer.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_NEURONNUMBERS_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_NEURONNUMBERS_H

#include "Plan.h"

namespace mlir::spike::quantize {

class NeuronNumbers {
public:
  /// `ofCurrent` bounds the integers that the neuron reads, `scales` are theirs.
  NeuronNumbers(const ScaleGraph &graph, NeuronOp op, const SourceNeuron &neuron, const Interval &ofCurrent,
                std::vector<double> scales)
      : graph(graph), op(op), neuron(neuron), ofCurrent(ofCurrent), scales(std::move(scales)) {}

  /// Chooses thresholds, biases and gain. What comes back is the largest limit over what there is: at least one where
  /// all fits.
  double choose(int align);

  NeuronPlan result;

private:
  void chooseGain(double magnitude);

  const ScaleGraph &graph;
  NeuronOp op;
  const SourceNeuron &neuron;
  const Interval &ofCurrent;
  std::vector<double> scales;
};

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_NEURONNUMBERS_H
