// SPDX-License-Identifier: Apache-2.0
// Numbering the neurons that read a signal.
#include "Numbering.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir::spike;
using namespace mlir::spike::onchip;
using llvm::SmallVector;

int64_t Numbering::size() const {
  int64_t size = 1;
  for (int64_t length : shape)
    size *= length;
  return size;
}

std::vector<chip::Dim> Numbering::tensor() const {
  SmallVector<Atom> atoms = axes.atoms();
  joinAtoms(atoms);
  std::vector<chip::Dim> dims;
  for (const Atom &atom : atoms)
    dims.push_back({atom.size, atom.place});
  if (dims.empty())
    dims.push_back({1, 0});
  return dims;
}

namespace {

/// Gives each atom of `axes` a stride in a new population whose loops, outermost first, are `order`.
Numbering numberAtoms(const Axes &axes, llvm::ArrayRef<const Atom *> positions, llvm::ArrayRef<const Atom *> channels) {
  Numbering numbering;
  numbering.axes = axes;
  numbering.axes.place = numbering.axes.row = 0;
  llvm::SmallVector<std::pair<const Atom *, int64_t>> strides;
  int64_t stride = 1;
  for (const Atom *atom : llvm::reverse(channels)) {
    strides.push_back({atom, stride});
    stride *= atom->size;
  }
  numbering.shape.push_back(stride);
  for (const Atom *atom : llvm::reverse(positions)) {
    strides.push_back({atom, stride});
    stride *= atom->size;
    numbering.shape.push_back(atom->size);
  }
  std::reverse(numbering.shape.begin(), numbering.shape.end());
  for (auto [axis, newAxis] : llvm::zip_equal(axes.list, numbering.axes.list))
    for (auto [atom, newAtom] : llvm::zip_equal(axis, newAxis)) {
      newAtom.row = newAtom.place = 0;
      for (auto [known, place] : strides)
        if (known == &atom)
          newAtom.place = place;
    }
  return numbering;
}

llvm::SmallVector<const Atom *> pointersToAtoms(const Axes &axes) {
  llvm::SmallVector<const Atom *> atoms;
  for (const Axis &axis : axes.list)
    for (const Atom &atom : axis)
      if (!atom.time)
        atoms.push_back(&atom);
  return atoms;
}

/// The atoms with the largest `key` first, equal ones in their order.
void sortAtoms(SmallVector<const Atom *> &atoms, llvm::function_ref<int64_t(const Atom &)> key) {
  SmallVector<std::pair<int64_t, size_t>> order;
  for (auto [i, atom] : llvm::enumerate(atoms))
    order.push_back({-key(*atom), i});
  llvm::sort(order);
  SmallVector<const Atom *> sorted;
  for (auto [negative, i] : order)
    sorted.push_back(atoms[i]);
  atoms = std::move(sorted);
}

/// Whether loops of these sizes and strides visit 0 .. count - 1, each once.
bool isPermutation(llvm::ArrayRef<std::pair<int64_t, int64_t>> loops, int64_t count) {
  llvm::SmallVector<std::pair<int64_t, int64_t>> sorted(loops);
  llvm::sort(sorted, [](auto a, auto b) { return a.second < b.second; });
  int64_t covered = 1;
  for (auto [size, stride] : sorted) {
    if (stride != covered)
      return false;
    covered *= size;
  }
  return covered == count;
}

} // namespace

Numbering Numbering::rowMajor(const Axes &like, int64_t channelAxis) {
  Axes axes = like;
  for (Axis &axis : axes.list) {
    bool time = llvm::any_of(axis, [](const Atom &atom) { return atom.time; });
    if (!time)
      axis = Axes::axis(Axes::size(axis), 0);
  }
  SmallVector<const Atom *> positions, channels;
  for (auto [i, axis] : llvm::enumerate(axes.list))
    for (const Atom &atom : axis)
      if (!atom.time)
        (static_cast<int64_t>(i) == channelAxis ? channels : positions).push_back(&atom);
  return numberAtoms(axes, positions, channels);
}

std::optional<Numbering> Numbering::of(const Part &part, const chip::Network &network) {
  SmallVector<const Atom *> positions, channels;
  SmallVector<std::pair<int64_t, int64_t>> pixels;
  for (const Atom *atom : pointersToAtoms(part.axes)) {
    bool isChannel = part.kind == PartKind::copy
                         ? atom->place != 0 && atom->place < network.populations[part.source].channels()
                         : atom->row != 0;
    (isChannel ? channels : positions).push_back(atom);
    if (part.kind == PartKind::conv && !isChannel)
      pixels.push_back({atom->size, atom->place});
  }
  if (part.kind == PartKind::conv && !isPermutation(pixels, part.synapses->window.outH * part.synapses->window.outW))
    return std::nullopt;
  auto byPlace = [](const Atom &atom) { return atom.place; };
  if (part.kind != PartKind::dense)
    sortAtoms(positions, byPlace);
  if (part.kind == PartKind::copy) {
    sortAtoms(channels, byPlace);
    if (channels.empty() && !positions.empty())
      channels.push_back(positions.pop_back_val());
  } else {
    sortAtoms(channels, [](const Atom &atom) { return atom.row; });
  }
  return numberAtoms(part.axes, positions, channels);
}

std::optional<SmallVector<int64_t>> mlir::spike::onchip::getRowOfChannel(const Axes &axes, const Numbering &numbering) {
  std::optional<SmallVector<AtomPair>> pairs = alignAxes(axes, numbering.axes);
  if (!pairs)
    return std::nullopt;
  SmallVector<int64_t> rows(numbering.channels(), axes.row);
  int64_t covered = 1;
  for (const AtomPair &pair : *pairs) {
    bool isChannel = pair.second.place < numbering.channels();
    if (!isChannel && pair.first.row != 0)
      return std::nullopt;
    if (!isChannel)
      continue;
    for (int64_t c = 0; c < numbering.channels(); ++c)
      rows[c] += c / pair.second.place % pair.second.size * pair.first.row;
    covered *= pair.second.size;
  }
  // An atom that runs from channels into positions would need a finer cut.
  return covered == numbering.channels() ? std::optional(rows) : std::nullopt;
}
