// SPDX-License-Identifier: Apache-2.0
// The plain partition that others are compared with.
#include "Cut.h"
#include "spike/Mapping/Partition.h"

#include <algorithm>
#include <cmath>

using namespace spike::chip;

llvm::Error spike::chip::partitionFirstFit(Network &network, const Limits &limits) {
  Connections connections(network);
  UseModel model(connections, limits);
  LoadModel load;
  Cutter cutter(connections, model, load);
  std::vector<Core> cores;
  for (int32_t index = 0; index < int32_t(network.populations.size()); ++index) {
    const Population &population = network.populations[index];
    if (population.kind == NeuronKind::input)
      continue;
    // As many channels as a core takes of one position, then as many positions.
    Cut cut;
    cut.positions = 1;
    cut.channels = population.channels();
    while (std::optional<Slice> misfit = cutter.findMisfit(index, cut, HUGE_VAL)) {
      if (cut.channels == 1)
        return cutter.explain(*misfit);
      cut.channels = (cut.channels + 1) / 2;
    }
    for (int64_t high = population.positions() + 1; cut.positions + 1 < high;) {
      int64_t tried = cut.positions + (high - cut.positions) / 2;
      (cutter.findSampleMisfit(index, tried, cut.channels, HUGE_VAL) ? high : cut.positions) = tried;
    }
    while (cutter.findMisfit(index, cut, HUGE_VAL)) // other pieces than the samples; single positions do fit
      --cut.positions;
    for (const Slice &box : cutter.getBoxes(index, cut)) {
      if (!cores.empty()) {
        std::vector<Slice> together = cores.back().slices;
        together.push_back(box);
        if (!findExcess(model.ofCore(together), limits)) {
          cores.back().slices = std::move(together);
          continue;
        }
      }
      cores.emplace_back();
      cores.back().slices = {box};
    }
  }
  network.cores = std::move(cores);
  network.chips.clear();
  return llvm::Error::success();
}
