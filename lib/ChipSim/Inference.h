// SPDX-License-Identifier: Apache-2.0
// One inference. A balanced schedule lets every time step travel through the network as a wave: a population needs the
// same time step of its sources and no other, so delays need no lines, and time steps follow each other.
#ifndef SPIKE_LIB_CHIPSIM_INFERENCE_H
#define SPIKE_LIB_CHIPSIM_INFERENCE_H

#include "Host.h"
#include "Tally.h"

namespace spike::chip {

/// Where the results of an inference go.
struct Recording {
  std::vector<int32_t *> outputs; ///< [time step, unless only the last is read][elements], zero
  std::vector<int32_t *> probes;  ///< [time step][elements], zero
};

class Inference {
public:
  Inference(const Plan &plan, const std::vector<Probe> &probes, const std::vector<PayloadRecorder> &outputs)
      : plan(plan), probes(probes), outputs(outputs), populations(plan.populations.size()), tally(plan) {}

  /// Runs all time steps of a pass from states of zero. `inputs` holds the rows of each input of that pass.
  bool run(int32_t pass, const std::vector<std::vector<Messages>> &inputs, const Recording &recording,
           std::string &error);
  Tally &getTally() { return tally; }

private:
  void step(const PopulationPlan &population, int32_t substep);
  void record(int32_t pass, int64_t time, const Recording &recording);
  bool checkPayloads(const PopulationPlan &population, std::string &error) const;
  bool checkMoment(const PopulationPlan &population, int32_t substep, std::string &error) const;

  const Plan &plan;
  const std::vector<Probe> &probes;
  const std::vector<PayloadRecorder> &outputs;
  std::vector<PopulationState> populations;
  Tally tally;
};

} // namespace spike::chip

#endif // SPIKE_LIB_CHIPSIM_INFERENCE_H
