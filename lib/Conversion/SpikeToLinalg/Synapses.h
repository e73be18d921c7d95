// SPDX-License-Identifier: Apache-2.0
// What the patterns of synapses share: shapes of convolutions, constant weights, and the neurons behind.
#ifndef SPIKE_LIB_CONVERSION_SPIKETOLINALG_SYNAPSES_H
#define SPIKE_LIB_CONVERSION_SPIKETOLINALG_SYNAPSES_H

#include "Builders.h"

namespace mlir::spike {

/// An image op brought to two spatial axes: [images, H, W, C] after `toChannelsLast`.
struct ConvShape {
  int64_t images, height, width, channels, outHeight, outWidth, outputs, groups;
  SmallVector<int64_t, 2> kernel, strides, low, high, dilations;
  bool channelsLast;

  static ConvShape get(ConvOp op);

  /// Whether one product of matrices for each group is faster than lanes that read their own channels; one group is.
  bool hasLargeGroups() const;
};

/// [images, H, W, C] of the input, whatever its layout.
Value toChannelsLast(LoopBuilder &loops, Value input, const ConvShape &shape);
Value fromChannelsLast(LoopBuilder &loops, Value result, const ConvShape &shape, ArrayRef<int64_t> resultShape);

/// Whether the kernels read this element type: they take f32 and non-negative integers.
bool isKernelElement(Type element);

/// Values of a constant weight.
FailureOr<SmallVector<float>> readConstant(Value weight);

/// What a synapse's kernel computes beyond currents.
struct Epilogue {
  NeuronOp neuron;
  Attribute model;
  IntegerAttr steps;
  Type element;

  /// With the neuron that alone reads the currents, if the kernel `fires`.
  static Epilogue get(OpBuilder &builder, Operation *synapse, bool fires);

  /// Puts the kernel's result in the place of the synapse, or of the neuron; then the synapse has no value of its own.
  void replace(LoopBuilder &loops, ConversionPatternRewriter &rewriter, Operation *synapse, Value result,
               FusedNeurons &fused) const;
};

} // namespace mlir::spike

#endif // SPIKE_LIB_CONVERSION_SPIKETOLINALG_SYNAPSES_H
