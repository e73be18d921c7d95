// SPDX-License-Identifier: Apache-2.0
// How large a model is: neurons, synapses, parameters and memory, in all and per layer.
#ifndef SPIKE_ANALYSIS_MODELSTATISTICS_H
#define SPIKE_ANALYSIS_MODELSTATISTICS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <string>
#include <vector>

namespace mlir::spike {

/// One neuron layer, synapse, attention product or normalisation, in the order of the program.
struct LayerStatistics {
  std::string name; ///< path of the neuron, name of the weight, else of the op
  std::string kind; ///< name of the neuron model or of the op
  std::vector<int64_t> shape;
  int64_t neurons = 0;
  int64_t synapses = 0;
  int64_t parameters = 0;
};

/// Numbers of one function, for its batch. Synapses are connections that carry one weight each, in one time step: the
/// weights of a convolution count at every position, taps in the padding do not.
struct ModelStatistics {
  int64_t numNeurons = 0;
  int64_t numSynapses = 0;
  int64_t numParameters = 0;
  int64_t memoryBytes = 0; ///< weights and membranes
  std::vector<LayerStatistics> layers;
};

ModelStatistics computeStatistics(func::FuncOp function);

/// The module that a weight belongs to, "block.0.fc" for the weight "block.0.fc.weight", else `fallback`.
std::string getWeightOwner(Value constant, StringRef fallback);

} // namespace mlir::spike

#endif // SPIKE_ANALYSIS_MODELSTATISTICS_H
