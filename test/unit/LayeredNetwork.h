// SPDX-License-Identifier: Apache-2.0
// Networks with the layers of spiking transformers, at any size: convolutions, pools, attention through pairs of
// neurons, token-wise linear layers, residual sums. Weights are all alike: only the structure counts here.
#ifndef SPIKE_TEST_UNIT_LAYEREDNETWORK_H
#define SPIKE_TEST_UNIT_LAYEREDNETWORK_H

#include "spike/Chip/Limits.h"

namespace spike::chip {

/// Whether a message says something.
inline bool contains(const std::string &message, const std::string &part) {
  return message.find(part) != std::string::npos;
}

/// Limits of the size of a Loihi 2 core.
Limits makeLimits(int64_t chips);

class LayeredNetwork {
public:
  LayeredNetwork();

  int32_t addInput(std::vector<int64_t> shape);
  int32_t addLif(const std::string &name, std::vector<int64_t> shape, double rate);
  int32_t addProgram(const std::string &name, std::vector<int64_t> shape, int32_t ports, double rate);

  /// The same linear layer at every position.
  void connectDense(int32_t source, int32_t target);
  /// A convolution over images [height, width, channels]; odd square kernels, padded to keep the size.
  void connectConv(int32_t source, int32_t target, int64_t kernel, int64_t groups = 1);
  /// Windows of 2 x 2 positions onto one, channel by channel.
  void connectPool(int32_t source, int32_t target);
  /// Neuron to neuron.
  void connectEach(int32_t source, int32_t target);
  void connectPairs(int32_t source, int32_t target, std::vector<PairDim> loops, int32_t port = 0);

  /// q (k^T v) of heads, all [tokens, heads * width], through pairs of neurons; returns the neurons behind it.
  int32_t addAttention(const std::string &name, int32_t q, int32_t k, int32_t v, int64_t tokens, int64_t heads,
                       int64_t width);
  /// Attention and two linear layers behind residual sums; returns the sum.
  int32_t addBlock(const std::string &name, int32_t input, int64_t tokens, int64_t heads, int64_t width);

  /// With a balanced schedule.
  Network take();

private:
  Projection &addProjection(int32_t source, int32_t target, Encoding encoding);
  int32_t add(Population population);
  const Population &at(int32_t population) const { return network.populations[population]; }

  Network network;
};

/// Three convolutions and two pools.
Network makeConvStack(int64_t size, int64_t channels);
/// Linear layers on tokens.
Network makeTokenMlp(int64_t tokens, int64_t channels, int64_t depth);
/// Spikformer for images of `size` x `size`, with size / 4 x size / 4 tokens.
Network makeSpikformer(int64_t size, int64_t heads, int64_t width, int64_t blocks);

} // namespace spike::chip

#endif // SPIKE_TEST_UNIT_LAYEREDNETWORK_H
