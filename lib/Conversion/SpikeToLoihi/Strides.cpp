// SPDX-License-Identifier: Apache-2.0
// Strides through reshapes, transposes and slices.
#include "Strides.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir::spike::onchip;
using llvm::ArrayRef;
using llvm::SmallVector;

Axis Axes::axis(int64_t size, int64_t place, int64_t row) {
  return size == 1 ? Axis() : Axis{Atom{size, place, row, false}};
}

int64_t Axes::size(const Axis &axis) {
  int64_t size = 1;
  for (const Atom &atom : axis)
    size *= atom.size;
  return size;
}

Axes Axes::rowMajor(ArrayRef<int64_t> shape) {
  Axes axes;
  int64_t stride = 1;
  for (int64_t size : llvm::reverse(shape)) {
    axes.list.push_back(axis(size, stride));
    stride *= size;
  }
  std::reverse(axes.list.begin(), axes.list.end());
  return axes;
}

Axes Axes::still() const {
  Axes axes = *this;
  axes.place = axes.row = 0;
  for (Axis &axis : axes.list)
    for (Atom &atom : axis)
      atom.place = atom.row = 0;
  return axes;
}

SmallVector<int64_t> Axes::shape() const { return llvm::to_vector(llvm::map_range(list, size)); }

bool Axes::hasTime() const {
  return llvm::any_of(list, [](const Axis &axis) { return llvm::any_of(axis, [](const Atom &a) { return a.time; }); });
}

bool Axes::isTimeFirst() const { return !hasTime() || (list.front().size() == 1 && list.front().front().time); }

SmallVector<Atom> Axes::atoms() const {
  SmallVector<Atom> atoms;
  for (const Axis &axis : list)
    llvm::copy_if(axis, std::back_inserter(atoms), [](const Atom &atom) { return !atom.time; });
  return atoms;
}

void mlir::spike::onchip::joinAtoms(llvm::SmallVectorImpl<Atom> &atoms) {
  SmallVector<Atom> joined;
  for (const Atom &atom : atoms) {
    if (atom.size == 1 && !atom.time)
      continue;
    if (!joined.empty()) {
      Atom &last = joined.back();
      if (!last.time && !atom.time && last.place == atom.size * atom.place && last.row == atom.size * atom.row) {
        last = Atom{last.size * atom.size, atom.place, atom.row, false};
        continue;
      }
    }
    joined.push_back(atom);
  }
  atoms.assign(joined.begin(), joined.end());
}

/// Cuts `atom` into an outer loop of `size` steps, which is returned, and the inner rest.
static Atom takeOuter(Atom &atom, int64_t size) {
  int64_t inner = atom.size / size;
  Atom outer{size, atom.place * inner, atom.row * inner, false};
  atom.size = inner;
  return outer;
}

bool Axes::reshape(ArrayRef<int64_t> shape) {
  SmallVector<Atom> atoms;
  for (const Axis &axis : list)
    atoms.append(axis.begin(), axis.end());
  joinAtoms(atoms);
  SmallVector<Axis, 4> result;
  size_t next = 0;
  for (int64_t size : shape) {
    Axis &axis = result.emplace_back();
    // One time step is an axis of one element, which leads as any time axis does.
    if (next < atoms.size() && atoms[next].time && atoms[next].size == 1)
      axis.push_back(atoms[next++]);
    while (size > 1) {
      if (next == atoms.size())
        return false;
      Atom &atom = atoms[next];
      if (size % atom.size == 0) {
        size /= atom.size;
        axis.push_back(atom);
        ++next;
      } else if (atom.size % size == 0 && !atom.time) {
        axis.push_back(takeOuter(atom, size));
        size = 1;
      } else {
        return false;
      }
    }
  }
  list = std::move(result);
  return true;
}

bool Axes::slice(int64_t axis, int64_t offset, int64_t size) {
  Axis atoms = list[axis];
  joinAtoms(atoms);
  if (Axes::size(atoms) == size)
    return true;
  int64_t movedPlace = 0, movedRow = 0;
  size_t depth = 0;
  int64_t inner = Axes::size(atoms);
  // Outer loops in which the slice takes one step only are left out.
  for (; depth < atoms.size(); ++depth) {
    const Atom &atom = atoms[depth];
    if (atom.time)
      return false;
    inner /= atom.size;
    int64_t first = offset / inner, last = (offset + size - 1) / inner;
    movedPlace += first * atom.place;
    movedRow += first * atom.row;
    offset -= first * inner;
    if (first == last)
      continue;
    if (offset != 0 || size % inner != 0)
      return false;
    atoms[depth].size = size / inner;
    break;
  }
  atoms.erase(atoms.begin(), atoms.begin() + depth);
  list[axis] = atoms;
  place += movedPlace;
  row += movedRow;
  return true;
}

void Axes::transpose(ArrayRef<int64_t> permutation) {
  SmallVector<Axis, 4> result;
  for (int64_t axis : permutation)
    result.push_back(list[axis]);
  list = std::move(result);
}

void Axes::broadcast(ArrayRef<int64_t> shape) {
  list.insert(list.begin(), shape.size() - list.size(), Axis());
  for (auto [axis, size] : llvm::zip_equal(list, shape))
    if (Axes::size(axis) == 1 && size != 1)
      axis = {Atom{size, 0, 0, false}};
}

std::optional<SmallVector<AtomPair>> mlir::spike::onchip::alignAtoms(const Axis &first, const Axis &second) {
  SmallVector<Atom> a, b;
  auto moves = [](const Atom &atom) { return !atom.time; };
  llvm::copy_if(first, std::back_inserter(a), moves);
  llvm::copy_if(second, std::back_inserter(b), moves);
  joinAtoms(a);
  joinAtoms(b);
  SmallVector<AtomPair> pairs;
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    int64_t size = std::min(a[i].size, b[j].size);
    if (a[i].size % size || b[j].size % size)
      return std::nullopt;
    pairs.push_back({takeOuter(a[i], size), takeOuter(b[j], size)});
    i += a[i].size == 1;
    j += b[j].size == 1;
  }
  if (i < a.size() || j < b.size())
    return std::nullopt;
  return pairs;
}

std::optional<SmallVector<AtomPair>> mlir::spike::onchip::alignAxes(const Axes &first, const Axes &second) {
  SmallVector<AtomPair> pairs;
  for (auto [a, b] : llvm::zip_equal(first.list, second.list)) {
    std::optional<SmallVector<AtomPair>> aligned = alignAtoms(a, b);
    if (!aligned)
      return std::nullopt;
    pairs.append(*aligned);
  }
  return pairs;
}
