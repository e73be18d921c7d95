// SPDX-License-Identifier: Apache-2.0
// Runs of one or many inferences.
#include "spike/ChipSim/Simulator.h"

#include "Inference.h"
#include "spike/Chip/Passes.h"
#include "spike/Runtime/ParallelFor.h"
#include <algorithm>
#include <mutex>

namespace spike::chip {

class Simulator::Impl {
public:
  Plan plan;
  int64_t threads = 1;
  std::vector<EncodedInput> inputs;
  std::vector<PayloadRecorder> outputs;
  std::vector<Probe> probes;

  bool prepare(std::shared_ptr<const Network> network, const SimulatorOptions &options, std::string &error);
  bool run(std::vector<const float *> &arrays, int64_t batch, RunResult &result, std::string &error,
           const Host &host) const;

private:
  /// Elements of an output, or of a probe, of one inference.
  int64_t outputSize(size_t output) const {
    return outputs[output].size() * (plan.network->outputs[output].lastStep ? 1 : plan.network->timeSteps);
  }
  int64_t probeSize(size_t probe) const { return probes[probe].size() * plan.network->timeSteps; }
  void decode(const std::vector<std::vector<int32_t>> &payloads, RunResult &result) const;
};

/// Sets the number of threads of loops that this thread starts, for a while.
class ThreadCount {
public:
  explicit ThreadCount(int64_t threads) : before(spike_rt_get_num_threads()) { spike_rt_set_num_threads(threads); }
  ~ThreadCount() { spike_rt_set_num_threads(before); }
  ThreadCount(const ThreadCount &) = delete;
  ThreadCount &operator=(const ThreadCount &) = delete;

private:
  int64_t before;
};

bool Simulator::Impl::prepare(std::shared_ptr<const Network> network, const SimulatorOptions &options,
                              std::string &error) {
  threads = std::max<int64_t>(1, options.threads);
  if (!plan.build(std::move(network), error))
    return false;
  for (const Input &input : plan.network->inputs)
    inputs.emplace_back(*plan.network, input);
  for (const Output &output : plan.network->outputs)
    outputs.emplace_back(plan.network->populations[output.population]);
  for (const std::string &name : options.probes)
    if (!Probe::find(name, plan, probes, error))
      return false;
  return true;
}

void Simulator::Impl::decode(const std::vector<std::vector<int32_t>> &payloads, RunResult &result) const {
  result.outputs.resize(outputs.size());
  for (size_t o = 0; o < outputs.size(); ++o) {
    const Output &output = plan.network->outputs[o];
    size_t elements = outputs[o].size();
    std::vector<float> offsets(elements);
    for (size_t i = 0; i < elements && !output.offset.empty(); ++i)
      offsets[i] = output.offset[output.offset.size() == 1 ? 0 : i];
    result.outputs[o].resize(payloads[o].size());
    // The product is rounded to f32 before the offset is added, as in a program.
    for (size_t first = 0; first < payloads[o].size(); first += elements)
      for (size_t i = 0; i < elements; ++i)
        result.outputs[o][first + i] = static_cast<float>(payloads[o][first + i] * output.scale) + offsets[i];
  }
}

bool Simulator::Impl::run(std::vector<const float *> &arrays, int64_t batch, RunResult &result, std::string &error,
                          const Host &host) const {
  const Network &network = *plan.network;
  if (!network.host.empty() && !host) {
    error = "the network needs the host, which computes layer '" + network.host.front() + "'" +
            (network.host.size() > 1 ? " and " + std::to_string(network.host.size() - 1) + " more" : "") +
            "; run the compiled model, or the image beside the file that was saved with it";
    return false;
  }
  int32_t pass = 0, passes = countPasses(network);
  // Messages of every inference and input of the pass, by row.
  std::vector<std::vector<std::vector<Messages>>> messages(batch);
  std::vector<std::vector<int32_t>> payloads(outputs.size());
  for (size_t o = 0; o < outputs.size(); ++o)
    payloads[o].assign(batch * outputSize(o), 0);
  result = {};
  result.probes.resize(probes.size());
  for (size_t p = 0; p < probes.size(); ++p)
    result.probes[p].assign(batch * probeSize(p), 0);

  std::mutex mutex;
  std::vector<std::unique_ptr<Inference>> idle; // each has memory of its own; as many as ran at once
  int64_t failed = batch;
  auto infer = [&](int64_t b) {
    std::unique_ptr<Inference> inference;
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (failed < b)
        return;
      if (!idle.empty()) {
        inference = std::move(idle.back());
        idle.pop_back();
      }
    }
    if (!inference)
      inference = std::make_unique<Inference>(plan, probes, outputs);
    Recording recording;
    for (size_t o = 0; o < outputs.size(); ++o)
      recording.outputs.push_back(payloads[o].data() + b * outputSize(o));
    for (size_t p = 0; p < probes.size(); ++p)
      recording.probes.push_back(result.probes[p].data() + b * probeSize(p));
    std::string failure;
    bool succeeded = inference->run(pass, messages[b], recording, failure);
    if (pass + 1 == passes)
      inference->getTally().finishInference();
    std::lock_guard<std::mutex> lock(mutex);
    if (!succeeded && b < failed) {
      failed = b;
      error = failure;
    }
    idle.push_back(std::move(inference));
  };

  for (; pass < passes; ++pass) {
    if (pass > 0) {
      decode(payloads, result);
      if (!host(pass, result.outputs, arrays, error))
        return false;
    }
    for (int64_t b = 0; b < batch; ++b) {
      messages[b].assign(inputs.size(), {});
      for (size_t i = 0; i < inputs.size(); ++i)
        if (network.inputs[i].pass == pass)
          messages[b][i] = inputs[i].encode(arrays[i] + b * inputs[i].size());
    }
    if (batch > 1) {
      ThreadCount all(threads);
      spike_rt::parallelFor(batch, 1, [&](int64_t begin, int64_t end) {
        ThreadCount alone(1);
        for (int64_t b = begin; b < end; ++b)
          infer(b);
      });
    } else if (batch == 1) {
      ThreadCount all(threads);
      infer(0);
    }
    if (failed < batch)
      return false;
  }
  Tally total(plan);
  for (const std::unique_ptr<Inference> &inference : idle)
    total.add(inference->getTally());
  result.counters = total.finish();
  decode(payloads, result);
  return true;
}

Simulator::Simulator(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Simulator::~Simulator() = default;

std::unique_ptr<Simulator> Simulator::create(std::shared_ptr<const Network> network, const SimulatorOptions &options,
                                             std::string &error) {
  auto impl = std::make_unique<Impl>();
  if (!impl->prepare(std::move(network), options, error))
    return nullptr;
  return std::unique_ptr<Simulator>(new Simulator(std::move(impl)));
}

bool Simulator::run(std::vector<const float *> inputs, int64_t batch, RunResult &result, std::string &error,
                    const Host &host) const {
  return impl->run(inputs, batch, result, error, host);
}

const Network &Simulator::getNetwork() const { return *impl->plan.network; }

std::vector<int64_t> Simulator::getProbeShape(size_t probe) const { return impl->probes[probe].getShape(); }

const char *getKernelName() { return getKernels().name; }

} // namespace spike::chip
