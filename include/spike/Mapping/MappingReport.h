// SPDX-License-Identifier: Apache-2.0
// What a mapping costs, in numbers that compare one mapping with another.
#ifndef SPIKE_MAPPING_MAPPINGREPORT_H
#define SPIKE_MAPPING_MAPPINGREPORT_H

#include "spike/Mapping/CoreUse.h"
#include "spike/Mapping/Load.h"
#include "spike/Mapping/Route.h"

namespace spike::chip {

struct CoreReport {
  Use use;
  Load load;       ///< per inference
  double fill = 0; ///< of the resource that is nearest to its limit
};

struct MappingReport {
  int64_t cores = 0, chips = 0, neurons = 0, slices = 0;
  double synops = 0;                      ///< per inference, all cores
  double maxSynops = 0, meanSynops = 0;   ///< per core and inference
  double maxUpdates = 0, meanUpdates = 0; ///< neuron updates per core and inference
  double maxLoad = 0, meanLoad = 0;       ///< weighed by the load model
  double maxLinkMessages = 0;
  double activityHops = 0; ///< messages times hops, a hop between chips counting `chipHop`
  double meanFill = 0, maxFill = 0;
  Routes routes;
  std::vector<CoreReport> perCore;
};

/// Of a placed network. `chipHop` as in PlaceOptions.
llvm::Expected<MappingReport> reportMapping(const Network &network, const Limits &limits, const LoadModel &load = {},
                                            double chipHop = 4);

} // namespace spike::chip

#endif // SPIKE_MAPPING_MAPPINGREPORT_H
