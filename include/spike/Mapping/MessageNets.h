// SPDX-License-Identifier: Apache-2.0
// Who sends to whom, slice by slice. Neurons of a slice whose messages go to the same slices are one net, so a
// mapping's traffic follows exactly from the nets, whichever slices share a core.
#ifndef SPIKE_MAPPING_MESSAGENETS_H
#define SPIKE_MAPPING_MESSAGENETS_H

#include "spike/Mapping/Connections.h"
#include "spike/Mapping/Load.h"

namespace spike::chip {

class MessageNets {
public:
  struct Net {
    int32_t source = -1; ///< slice; -1: the host
    double messages = 0; ///< per inference, to each core that holds a pin
    size_t firstPin = 0, endPin = 0;
  };

  MessageNets(const Connections &connections, const std::vector<Slice> &slices, const LoadModel &load);

  const std::vector<Net> &getNets() const { return nets; }
  /// Target slices of nets, one net after the other.
  const std::vector<int32_t> &getPins() const { return pins; }
  const std::vector<Slice> &getSlices() const { return slices; }

private:
  void addPopulation(const Connections &connections, int32_t population, const std::vector<int32_t> &sources,
                     const std::vector<int32_t> &targets, double messages);

  std::vector<Slice> slices;
  std::vector<Net> nets;
  std::vector<int32_t> pins;
};

/// Messages per inference from one core to another; both differ.
struct Flow {
  int32_t source = 0, target = 0;
  double messages = 0;
};

struct CoreTraffic {
  std::vector<Flow> flows;         ///< by source, then target
  std::vector<double> inputs;      ///< per core: messages from the host
  std::vector<double> messagesIn;  ///< per core, those of the host and of the core itself among them
  std::vector<double> messagesOut; ///< per core, those to itself among them
};

/// Traffic between cores, where `coreOf[slice]` says which core a slice lies on.
CoreTraffic getCoreTraffic(const MessageNets &nets, const std::vector<int32_t> &coreOf, int64_t cores);

/// All slices of a partitioned network, core by core, and the core of each.
void listSlices(const std::vector<Core> &cores, std::vector<Slice> &slices, std::vector<int32_t> &coreOf);

} // namespace spike::chip

#endif // SPIKE_MAPPING_MESSAGENETS_H
