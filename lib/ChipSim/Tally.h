// SPDX-License-Identifier: Apache-2.0
// Counting during a run. Each thread that runs inferences has its own tally; all of them are added up at the end.
#ifndef SPIKE_LIB_CHIPSIM_TALLY_H
#define SPIKE_LIB_CHIPSIM_TALLY_H

#include "State.h"
#include "spike/ChipSim/Counters.h"

namespace spike::chip {

class Tally {
public:
  explicit Tally(const Plan &plan);

  /// Counts what a population did in one of the steps of the chip that a time step takes.
  void count(const PopulationPlan &plan, const PopulationState &state, int64_t time, int32_t substep);
  void finishInference() { ++counters.inferences; }
  void add(const Tally &other);
  /// The counters, with the traffic worked out.
  Counters finish();

private:
  struct Routes {
    std::vector<uint32_t> now;     ///< messages of this step by route
    std::vector<uint32_t> touched; ///< routes whose number is not zero
    std::vector<int64_t>
        flows; ///< messages of all inferences: element step * flows + flow, of the steps in which it runs
  };
  int64_t cell(int32_t core, int64_t step) const { return core * counters.chipSteps + step; }
  int64_t stepOf(const Population &population, int64_t time, int32_t substep) const {
    return population.start + time * period + substep;
  }

  const Plan &plan;
  const int64_t period;
  Counters counters;
  std::vector<Routes> routes; ///< of each population
};

} // namespace spike::chip

#endif // SPIKE_LIB_CHIPSIM_TALLY_H
