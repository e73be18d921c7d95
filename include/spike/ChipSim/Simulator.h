// SPDX-License-Identifier: Apache-2.0
// Executes a mapped network as the chip would, bit by bit (docs/loihi.md). Event-driven: what neither receives nor
// holds anything costs nothing. Results depend neither on the number of threads nor on the machine.
#ifndef SPIKE_CHIPSIM_SIMULATOR_H
#define SPIKE_CHIPSIM_SIMULATOR_H

#include "spike/Chip/Network.h"
#include "spike/ChipSim/Counters.h"
#include <functional>
#include <memory>
#include <string>

namespace spike::chip {

struct SimulatorOptions {
  int64_t threads = 1;
  /// What to record: `population` for the payloads of its messages (1 for a spike), `population.v` and `population.u`
  /// for a LIF neuron's state, `population.s0`, `population.s1` ... for a program's.
  std::vector<std::string> probes;
};

struct RunResult {
  /// Of each output: [batch][time step, unless only the last is read][elements].
  std::vector<std::vector<float>> outputs;
  /// Of each probe: [batch][time step][elements], in the order of the population's tensor, or of its neurons if it has
  /// none.
  std::vector<std::vector<int32_t>> probes;
  Counters counters;
};

class Simulator {
public:
  /// Null, and an error, if the network cannot be executed. The network must have its cores.
  static std::unique_ptr<Simulator> create(std::shared_ptr<const Network> network, const SimulatorOptions &options,
                                           std::string &error);
  ~Simulator();

  /// What the host does before each pass but the first: of the outputs of the passes before, it makes the inputs of the
  /// pass, whose memory must outlive the pass. False, and an error, if it cannot.
  using Host = std::function<bool(int32_t pass, const std::vector<std::vector<float>> &outputs,
                                  std::vector<const float *> &inputs, std::string &error)>;

  /// Independent inferences, each from states of zero. Input i holds [batch][time step, unless one array serves all]
  /// [elements]; those of later passes are the host's. Says whether it succeeded; several runs may go on at once.
  bool run(std::vector<const float *> inputs, int64_t batch, RunResult &result, std::string &error,
           const Host &host = {}) const;

  const Network &getNetwork() const;
  /// Shape of what a probe records at one time step.
  std::vector<int64_t> getProbeShape(size_t probe) const;

private:
  class Impl;
  explicit Simulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// Name of the instruction set whose kernels this machine uses.
const char *getKernelName();

} // namespace spike::chip

#endif // SPIKE_CHIPSIM_SIMULATOR_H
