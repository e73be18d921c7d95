// SPDX-License-Identifier: Apache-2.0
// Products whose pairs come one after the other. Delays bring the elements of a row, or of a column, to one neuron in
// as many steps; it sends them on as they come, and a neuron for each row and column multiplies and adds up.
#include "SerialProducts.h"
#include "Converter.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

/// Elements `first`, `first + step`, ... of an axis; false where strides cannot say which.
static bool takeEvery(Axes &axes, int64_t axis, int64_t step, int64_t first) {
  Axes one;
  one.list.push_back(axes.list[axis]);
  joinAtoms(one.list.front());
  int64_t size = Axes::size(one.list.front());
  if (one.list.front().size() == 1) {
    Atom &atom = one.list.front().front();
    one.place = first * atom.place;
    one.row = first * atom.row;
    int64_t count = countChunks(size - first, step);
    one.list.front() = Axes::axis(count, step * atom.place, step * atom.row);
  } else if (size % step != 0 || !one.reshape({size / step, step}) || !one.slice(1, first, 1)) {
    return false;
  }
  axes.list[axis] = one.list.front();
  axes.place += one.place;
  axes.row += one.row;
  return true;
}

/// How many neurons share a sum over these axes, in at most `most` steps: the fewest for which strides exist.
static int64_t chooseChunks(const Part &lhs, int64_t lhsAxis, const Part &rhs, int64_t rhsAxis, int64_t most) {
  int64_t size = Axes::size(lhs.axes.list[lhsAxis]);
  auto canTake = [&](const Part &part, int64_t axis, int64_t step) {
    Axes axes = part.axes;
    return takeEvery(axes, axis, step, 0);
  };
  for (int64_t chunks = countChunks(size, most); chunks < size; ++chunks) {
    int64_t substeps = countSubsteps(size, chunks);
    if (countChunks(size, substeps) == chunks && canTake(lhs, lhsAxis, substeps) && canTake(rhs, rhsAxis, substeps))
      return chunks;
  }
  return size;
}

FailureOr<Part> Converter::sendSerially(Operation *op, const Part &part, int64_t axis, int64_t channelAxis,
                                        int64_t chunks, const Twine &name) {
  int64_t size = Axes::size(part.axes.list[axis]), substeps = countSubsteps(size, chunks);
  Axes axes = part.axes;
  axes.list[axis] = Axes::axis(chunks, 0);
  Numbering numbering = Numbering::rowMajor(axes, channelAxis);
  bool spikes = part.range.isSpike();
  double rate = builder.rateOf(part);
  rate = rate < 0 ? rate : rate * size / chunks;
  FailureOr<int32_t> stream = spikes ? addGate(op, Gate::any, name, numbering, part.range, rate)
                                     : addProgramPopulation(op, makeRelay(false), name, numbering, part.range, rate);
  if (failed(stream))
    return failure();
  builder.get().populations[*stream].substeps = static_cast<int32_t>(substeps);
  for (int64_t substep = 0; substep < substeps; ++substep) {
    Part taken = part;
    Numbering piece = numbering;
    if (!takeEvery(taken.axes, axis, substeps, substep) ||
        !piece.axes.slice(axis, 0, Axes::size(taken.axes.list[axis])) ||
        !builder.connect(taken, piece, *stream, 0, spikes ? kAnyWeight : 1))
      return refuse(op) << "reads a factor in an order that no synapses can follow", failure();
    builder.get().projections.back().substep = static_cast<int32_t>(substep);
  }
  return builder.read(*stream, numbering);
}

FailureOr<Part> Converter::accumulate(Operation *op, const Part &lhs, const Part &rhs, const Twine &name) {
  chip::Network &network = builder.get();
  int32_t substeps = network.populations[lhs.source].substeps;
  double rates[] = {builder.rateOf(lhs), builder.rateOf(rhs)};
  double rate = rates[0] < 0 || rates[1] < 0 ? -1 : std::min(1.0, rates[0] * rates[1] / substeps);
  Numbering numbering = Numbering::rowMajor(lhs.axes, lhs.axes.list.size() - 1);
  FailureOr<int32_t> sum =
      addProgramPopulation(op, makeAccumulate(), name, numbering, (lhs.range * rhs.range).times(substeps), rate);
  if (failed(sum))
    return failure();
  network.populations[*sum].substeps = substeps;
  network.populations[*sum].params = {{substeps}};
  const Part *factors[] = {&lhs, &rhs};
  for (auto [port, factor] : llvm::enumerate(factors)) {
    if (!builder.connect(*factor, numbering, *sum, static_cast<int32_t>(port)))
      return refuse(op) << "multiplies factors in an order that no synapses can follow", failure();
    // Step by step: what comes last is read last.
    network.projections.back().substep = substeps - 1;
  }
  return builder.read(*sum, numbering);
}

FailureOr<bool> Converter::makeSerial(Operation *op, Part &lhs, Part &rhs) {
  int64_t rank = lhs.axes.list.size();
  int64_t size = Axes::size(lhs.axes.list[rank - 1]);
  int64_t chunks = chooseChunks(lhs, rank - 1, rhs, rank - 2, mostSubsteps);
  if (chunks == size)
    return false;
  FailureOr<Part> rows = sendSerially(op, lhs, rank - 1, rank - 2, chunks, layerOf(op) + "_rows");
  FailureOr<Part> columns =
      failed(rows) ? rows : sendSerially(op, rhs, rank - 2, rank - 1, chunks, layerOf(op) + "_columns");
  if (failed(columns))
    return failure();
  lhs = *rows;
  rhs = *columns;
  return true;
}
