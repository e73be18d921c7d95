// SPDX-License-Identifier: Apache-2.0
// Projections: what the encoding says must stay inside both populations and agree with the weights.
#include "Checker.h"

#include "spike/Chip/Nest.h"
#include "spike/Chip/Weight.h"
#include "llvm/Support/MathExtras.h"

using namespace spike::chip;
using llvm::Twine;

namespace {

/// Synapses of a projection, and the size of whatever moves a window: far from overflow, even of sums over projections.
constexpr int64_t kMaxSynapses = int64_t(1) << 48, kMaxMove = 1 << 24;
constexpr int32_t kMaxDelay = 63, kMaxExponent = 16;

bool isEmpty(const Projection &projection, bool view, bool loops, bool entries) {
  return (view ||
          (projection.viewPositions.empty() && projection.viewChannels.empty() && projection.viewOffset == 0)) &&
         (loops || (projection.loops.empty() && projection.sourceOffset == 0 && projection.targetOffset == 0)) &&
         (entries || projection.entries.empty());
}

} // namespace

bool Checker::checkView(size_t index, int64_t positions) {
  const Projection &projection = network.projections[index];
  std::vector<Dim> dims = projection.viewPositions;
  dims.insert(dims.end(), projection.viewChannels.begin(), projection.viewChannels.end());
  if (!checkNest(Part::projection, index, "view", projection.viewOffset, dims,
                 network.populations[projection.source].size()))
    return false;
  int64_t found = countElements(projection.viewPositions);
  return found == positions ||
         fail(Part::projection, index, "its view must have " + Twine(positions) + " positions, got " + Twine(found));
}

bool Checker::checkWeightCount(size_t index, std::initializer_list<int64_t> sizes, const char *meaning) {
  uint64_t expected = 1, found = network.projections[index].weights.size();
  for (int64_t size : sizes)
    expected = llvm::SaturatingMultiply(expected, static_cast<uint64_t>(size));
  return expected == found || fail(Part::projection, index,
                                   "expected " + Twine(expected) + " weights, " + meaning + ", got " + Twine(found));
}

bool Checker::checkWeightRange(size_t index) {
  const Projection &projection = network.projections[index];
  WeightRange range(projection.weightBits, projection.sign);
  int32_t low = 0, high = 0;
  for (int16_t weight : projection.weights) {
    low = std::min<int32_t>(low, weight);
    high = std::max<int32_t>(high, weight);
  }
  for (const Entry &entry : projection.entries) {
    low = std::min<int32_t>(low, entry.weight);
    high = std::max<int32_t>(high, entry.weight);
  }
  if (low >= range.low && high <= range.high)
    return true;
  return fail(Part::projection, index,
              "weights of " + Twine(projection.weightBits) + " bits in this sign mode must be " + Twine(range.low) +
                  " to " + Twine(range.high) + ", got " + Twine(low < range.low ? low : high));
}

bool Checker::checkDense(size_t index) {
  const Projection &projection = network.projections[index];
  const Population &target = network.populations[projection.target];
  return checkView(index, target.positions()) &&
         checkWeightCount(index, {target.channels(), countElements(projection.viewChannels)},
                          "channels of the target by channels of the view");
}

bool Checker::checkConv(size_t index) {
  const Projection &projection = network.projections[index];
  const Population &target = network.populations[projection.target];
  const Window &w = projection.window;
  auto inRange = [&](const char *what, int64_t value, int64_t low, int64_t high) {
    return checkRange(Part::projection, index, what, value, low, high);
  };
  if (!inRange("window's inH", w.inH, 1, kMaxNeurons) || !inRange("window's inW", w.inW, 1, kMaxNeurons) ||
      !inRange("window's outH", w.outH, 1, kMaxNeurons) || !inRange("window's outW", w.outW, 1, kMaxNeurons) ||
      !inRange("window's kH", w.kH, 1, kMaxMove) || !inRange("window's kW", w.kW, 1, kMaxMove) ||
      !inRange("window's strideH", w.strideH, 1, kMaxMove) || !inRange("window's strideW", w.strideW, 1, kMaxMove) ||
      !inRange("window's padH", w.padH, 0, kMaxMove) || !inRange("window's padW", w.padW, 0, kMaxMove) ||
      !inRange("window's dilH", w.dilH, 1, kMaxMove) || !inRange("window's dilW", w.dilW, 1, kMaxMove))
    return false;
  if (w.outH * w.outW != target.positions())
    return fail(Part::projection, index,
                "its window makes " + Twine(w.outH) + " x " + Twine(w.outW) + " positions, the target has " +
                    Twine(target.positions()));
  if (!checkView(index, w.inH * w.inW))
    return false;
  int64_t inputs = countElements(projection.viewChannels), outputs = target.channels();
  if (w.groups < 1 || inputs % w.groups != 0 || outputs % w.groups != 0)
    return fail(Part::projection, index,
                "its groups must divide " + Twine(inputs) + " channels of the view and " + Twine(outputs) +
                    " of the target, got " + Twine(w.groups));
  return checkWeightCount(index, {outputs, inputs / w.groups, w.kH, w.kW},
                          "channels of the target by channels of a group by kernel");
}

bool Checker::checkStrided(size_t index) {
  const Projection &projection = network.projections[index];
  std::vector<Dim> sources, targets;
  for (const PairDim &loop : projection.loops) {
    sources.push_back({loop.size, loop.source});
    targets.push_back({loop.size, loop.target});
  }
  if (!checkReach(Part::projection, index, "walk through the source", projection.sourceOffset, sources,
                  network.populations[projection.source].size()) ||
      !checkReach(Part::projection, index, "walk through the target", projection.targetOffset, targets,
                  network.populations[projection.target].size()))
    return false;
  int64_t synapses = 1;
  for (const PairDim &loop : projection.loops) {
    if (loop.size > kMaxSynapses / synapses)
      return fail(Part::projection, index,
                  "its loops make more than " + Twine(kMaxSynapses) + " synapses; shorten them");
    synapses *= loop.size;
  }
  return checkWeightCount(index, {1}, "common to all synapses");
}

bool Checker::checkSparse(size_t index) {
  const Projection &projection = network.projections[index];
  const Population &target = network.populations[projection.target];
  int64_t sources = 1;
  for (const Dim &dim : projection.viewPositions) // in range if the view is, which is checked next
    sources = llvm::SaturatingMultiply<uint64_t>(sources, static_cast<uint64_t>(dim.size));
  if (!checkView(index, sources))
    return false;
  int64_t channels = countElements(projection.viewChannels);
  if (channels != target.channels())
    return fail(Part::projection, index,
                "it leads from channel to channel: its view has " + Twine(channels) + " channels, the target " +
                    Twine(target.channels()));
  if (!checkWeightCount(index, {0}, "as those of a sparse projection stand in its entries"))
    return false;
  const Entry *last = nullptr;
  for (const Entry &entry : projection.entries) {
    if (!checkIndex(Part::projection, index, "source position", entry.source, sources) ||
        !checkIndex(Part::projection, index, "target position", entry.target, target.positions()))
      return false;
    if (last && (last->source != entry.source ? last->source > entry.source : last->target >= entry.target))
      return fail(Part::projection, index,
                  "its entries must be sorted by source, then target position, each pair once; " + Twine(last->source) +
                      " to " + Twine(last->target) + " stands before " + Twine(entry.source) + " to " +
                      Twine(entry.target));
    last = &entry;
  }
  return true;
}

bool Checker::checkSchedule(size_t index) {
  const Projection &projection = network.projections[index];
  const Population &source = network.populations[projection.source], &target = network.populations[projection.target];
  int64_t sent = int64_t(source.start) + source.substeps - 1, read = int64_t(target.start) + projection.substep;
  if (read - sent - 1 == projection.delay)
    return true;
  return fail(Part::projection, index,
              "'" + Twine(source.name) + "' sends at step " + Twine(sent) + " and '" + target.name + "' reads it at " +
                  Twine(read) + ": a balanced schedule needs a delay of " + Twine(read - sent - 1) + ", got " +
                  Twine(projection.delay) + "; run loihi-schedule");
}

bool Checker::checkProjection(size_t index) {
  const Projection &projection = network.projections[index];
  if (!checkName(Part::projection, index, projection.name) ||
      !checkIndex(Part::projection, index, "source population", projection.source, network.populations.size()) ||
      !checkIndex(Part::projection, index, "target population", projection.target, network.populations.size()))
    return false;
  const Population &target = network.populations[projection.target];
  if (target.kind == NeuronKind::input)
    return fail(Part::projection, index,
                "it leads to the input '" + Twine(target.name) + "', which only the host feeds");
  int32_t ports = target.kind == NeuronKind::lif ? 1 : network.programs[target.program].ports;
  if (!checkIndex(Part::projection, index, "port", projection.port, ports) ||
      !checkRange(Part::projection, index, "delay", projection.delay, 0, kMaxDelay) ||
      !checkRange(Part::projection, index, "substep", projection.substep, 0, target.substeps - 1) ||
      !checkRange(Part::projection, index, "weightBits", projection.weightBits, 1, 8) ||
      !checkRange(Part::projection, index, "exponent", projection.exponent, -kMaxExponent, kMaxExponent))
    return false;
  if (projection.sign > SignMode::inhibitory)
    return fail(Part::projection, index, "there is no sign mode " + Twine(int(projection.sign)));
  if (projection.encoding > Encoding::sparse)
    return fail(Part::projection, index, "there is no encoding " + Twine(int(projection.encoding)));
  bool strided = projection.encoding == Encoding::strided, sparse = projection.encoding == Encoding::sparse;
  if (!isEmpty(projection, /*view=*/!strided, /*loops=*/strided, /*entries=*/sparse))
    return fail(Part::projection, index, "it holds a view, loops or entries that its encoding does not use");
  bool shaped = false;
  switch (projection.encoding) {
  case Encoding::dense:
    shaped = checkDense(index);
    break;
  case Encoding::conv:
    shaped = checkConv(index);
    break;
  case Encoding::strided:
    shaped = checkStrided(index);
    break;
  case Encoding::sparse:
    shaped = checkSparse(index);
    break;
  }
  return shaped && checkWeightRange(index) && (phase < Phase::scheduled || checkSchedule(index));
}
