// SPDX-License-Identifier: Apache-2.0
// Where the elements of a tensor stand among the neurons of a population: strides through reshapes, transposes, slices.
#ifndef SPIKE_CONVERSION_SPIKETOLOIHI_STRIDES_H
#define SPIKE_CONVERSION_SPIKETOLOIHI_STRIDES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace mlir::spike::onchip {

/// One loop of an axis: `size` steps that move by `place` neurons (of a convolution: pixels) and by `row` rows of a
/// weight. Two numbers, because what a synapse computes has a place from its source and a row from its weight.
struct Atom {
  int64_t size = 1, place = 0, row = 0;
  bool time = false; ///< the time axis, which moves nothing

  bool moves() const { return place != 0 || row != 0; }
};

/// Nested loops, the outermost first; an axis of one element has none.
using Axis = llvm::SmallVector<Atom, 2>;

/// Two atoms of one size.
struct AtomPair {
  Atom first, second;
};

/// The axes of a tensor, time included.
struct Axes {
  llvm::SmallVector<Axis, 4> list;
  int64_t place = 0, row = 0; ///< of element 0

  /// Row-major over neurons; `time` adds a leading time axis of so many steps.
  static Axes rowMajor(llvm::ArrayRef<int64_t> shape);
  static Axis axis(int64_t size, int64_t place, int64_t row = 0);
  static int64_t size(const Axis &axis);

  /// The same axes, of which none moves: of a number that all elements share.
  Axes still() const;

  llvm::SmallVector<int64_t> shape() const;
  bool hasTime() const;
  /// Whether time, if there is one, is an axis of its own, the first.
  bool isTimeFirst() const;
  /// All atoms but time in order.
  llvm::SmallVector<Atom> atoms() const;

  // Each is false, and changes nothing, where strides cannot express it.
  bool reshape(llvm::ArrayRef<int64_t> shape);
  bool slice(int64_t axis, int64_t offset, int64_t size);
  void transpose(llvm::ArrayRef<int64_t> permutation);
  /// Stretches axes of one element, and adds axes in front, up to `shape`.
  void broadcast(llvm::ArrayRef<int64_t> shape);
};

/// Joins neighbouring atoms that are one loop.
void joinAtoms(llvm::SmallVectorImpl<Atom> &atoms);

/// The atoms of two axes of one length, cut so that they correspond, time left out; nothing if the cuts do not meet.
std::optional<llvm::SmallVector<AtomPair>> alignAtoms(const Axis &first, const Axis &second);

/// Of all axes of two tensors of one shape.
std::optional<llvm::SmallVector<AtomPair>> alignAxes(const Axes &first, const Axes &second);

} // namespace mlir::spike::onchip

#endif // SPIKE_CONVERSION_SPIKETOLOIHI_STRIDES_H
