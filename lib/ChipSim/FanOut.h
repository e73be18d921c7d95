// SPDX-License-Identifier: Apache-2.0
// Where the messages of a population go, for counting. Neurons whose messages go the same way share a route, so
// counting a message is one increment; what it meant is worked out once per route and step.
#ifndef SPIKE_LIB_CHIPSIM_FANOUT_H
#define SPIKE_LIB_CHIPSIM_FANOUT_H

#include "spike/Chip/Network.h"

namespace spike::chip {

struct SynapsePlan;
struct View;

class FanOut {
public:
  /// A route is a list that ends at its source core: each stop reads synapses of a projection on a core. Stops of one
  /// core follow each other.
  struct Stop {
    int32_t before = -1;     ///< the next element of the list; negative at the source
    int32_t core = -1;       ///< at the source, the core that sends; negative: the host
    int32_t projection = -1; ///< negative at the source
    int64_t synops = 0;
    uint32_t flow = 0; ///< from the source's core to this one
  };
  /// The cores that some messages lead from and to.
  struct Ends {
    int32_t source, target;
  };

  /// `synapses` are those of all projections, `views` those of the population.
  void build(const Network &network, int32_t population, const std::vector<SynapsePlan> &synapses,
             const std::vector<View> &views);

  uint32_t routeOf(uint32_t neuron) const { return routes[neuron]; }
  size_t size() const { return stops.size(); }
  const std::vector<Ends> &getFlows() const { return flows; }

  /// Calls atStop(stop, first of its core) for every stop of a route, and returns the core that sends.
  template <typename Fn>
  int32_t forEachStop(uint32_t route, Fn &&atStop) const {
    const Stop *stop = &stops[route];
    int32_t core = -1;
    for (; stop->before >= 0; stop = &stops[stop->before]) {
      atStop(*stop, stop->core != core);
      core = stop->core;
    }
    return stop->core;
  }

private:
  void listFlows();

  std::vector<Stop> stops;
  std::vector<Ends> flows;
  std::vector<uint32_t> routes;
};

} // namespace spike::chip

#endif // SPIKE_LIB_CHIPSIM_FANOUT_H
