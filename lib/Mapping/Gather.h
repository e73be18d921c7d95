// SPDX-License-Identifier: Apache-2.0
// Slices onto cores.
#ifndef SPIKE_LIB_MAPPING_GATHER_H
#define SPIKE_LIB_MAPPING_GATHER_H

#include "Cut.h"
#include "spike/Mapping/MessageNets.h"

namespace spike::chip {

/// Puts slices that leave room onto common cores, such that few messages are sent between cores: METIS groups them,
/// moves of single slices keep every limit and improve on it.
class Gatherer {
public:
  /// `outputAxons[slice]` is what a slice needs if no two others share a core.
  Gatherer(const MessageNets &nets, Cutter &cutter, const UseModel &model, const std::vector<int64_t> &outputAxons,
           double maxLoad, uint32_t seed);

  /// Groups, then improves, then, as long as there are more than `maxCores`, empties cores into others. Returns the
  /// slices of each core.
  std::vector<std::vector<int32_t>> run(int64_t maxCores);

private:
  struct Group {
    std::vector<int32_t> slices;
    Use use; ///< but for output axons
    int64_t outputAxons = 0;
    double load = 0;
  };

  const Slice &sliceAt(int32_t slice) const { return nets.getSlices()[slice]; }
  Use getUseWith(const Group &group, int32_t slice) const;
  bool fits(const Group &group, int32_t slice) const;
  void put(int32_t slice, int32_t group);
  void take(int32_t slice);
  void groupSmall(const std::vector<int32_t> &small);
  std::vector<std::pair<int32_t, double>> getGains(int32_t slice) const;
  bool improve(const std::vector<int32_t> &small);
  bool emptyOne();

  const MessageNets &nets;
  const UseModel &model;
  double maxLoad;
  uint32_t seed;
  std::vector<BoxCost> costs;
  std::vector<int64_t> outputAxons;
  std::vector<std::vector<int32_t>> netsInto, netsFrom; ///< of each slice
  std::vector<int32_t> groupOf;
  std::vector<Group> groups;
};

} // namespace spike::chip

#endif // SPIKE_LIB_MAPPING_GATHER_H
