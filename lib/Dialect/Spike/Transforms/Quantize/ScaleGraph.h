// SPDX-License-Identifier: Apache-2.0
// What scales the values of a program have, as far as its ops tie them together: a value `x` of the source is held as
// integers `q` with `x = q / scale + bias`.
#ifndef SPIKE_LIB_TRANSFORMS_QUANTIZE_SCALEGRAPH_H
#define SPIKE_LIB_TRANSFORMS_QUANTIZE_SCALEGRAPH_H

#include "Intervals.h"
#include "SourceNeuron.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::spike::quantize {

/// How an input becomes integers.
struct InputFormat {
  double scale = 1;
  int64_t low = 0, high = 0;
};

struct ValueFacts {
  /// The scale is `factor` times that of the group. Group 0 has the scale one: its values' scales are known.
  unsigned group = 0;
  double factor = 1;
  /// Of `x - bias`, in the source's numbers.
  Interval interval;
  /// Still to be added; nothing, or one number for each channel.
  std::optional<Channels> bias;
  /// What each channel is still to be multiplied by, bias included; only neurons do that, with their thresholds.
  std::optional<Channels> factors;
  /// Synapses that the bias comes from.
  llvm::SmallSetVector<Operation *, 2> biased;
};

struct Synapse {
  Operation *op = nullptr;
  size_t outputs = 0;
  int64_t axis = 0; ///< of the channels in the result
  SynapseNumbers source;
  bool keepsBias = false;
  Value input() const { return op->getOperand(0); }
};

/// Whether a value is a constant, perhaps with another shape.
bool isConstant(Value value);

/// Spikes or counts that are added to currents: `factor` times the scale of the currents' group is their gain.
struct Shortcut {
  unsigned group = 0;
  double factor = 1;
};

class ScaleGraph {
public:
  /// Walks the function. An error, which names layer and op, where integers cannot express the program; with
  /// `hostFallback`, such an op is the host's.
  static FailureOr<ScaleGraph> build(func::FuncOp function, ArrayRef<InputFormat> inputs, bool byChannel,
                                     bool hostFallback);

  ValueFacts lookup(Value value) const;
  /// Group of a value, and the factor to its scale.
  std::pair<unsigned, double> resolve(Value value) const;
  std::pair<unsigned, double> resolve(const Shortcut &shortcut) const;
  /// Whether spikes or counts are added to currents of the group of a value.
  bool hasShortcut(Value value) const;

  func::FuncOp function;
  llvm::MapVector<Value, ValueFacts> values;
  llvm::MapVector<Operation *, Synapse> synapses;
  llvm::MapVector<Operation *, SourceNeuron> neurons;
  llvm::DenseMap<Value, InputFormat> inputs;
  llvm::MapVector<OpOperand *, Shortcut> shortcuts;
  /// Ops of the host, and why they are. Of their results `values` holds those that are spikes or counts.
  llvm::MapVector<Operation *, std::string> hosts;
  /// Groups that may have a scale for each channel: the currents of one synapse that only neurons read.
  llvm::SmallDenseSet<unsigned> byChannel;

private:
  friend class GraphBuilder;
  /// Union-find: the scale of group `i` is `factor` times that of `parent`.
  struct Node {
    unsigned parent;
    double factor;
  };
  std::pair<unsigned, double> find(unsigned group) const;
  SmallVector<Node> nodes;
};

} // namespace mlir::spike::quantize

#endif // SPIKE_LIB_TRANSFORMS_QUANTIZE_SCALEGRAPH_H
