// SPDX-License-Identifier: Apache-2.0
// Every synapse of a projection, by the definitions of docs/loihi.md and nothing else: it shares no code with Geometry,
// which is compared with it.
#include "spike/Chip/Geometry.h"

using namespace spike::chip;

namespace {

/// Every neuron of a nest, in row-major order.
std::vector<int64_t> walk(const std::vector<Dim> &dims) {
  std::vector<int64_t> neurons = {0};
  for (const Dim &dim : dims) {
    std::vector<int64_t> next;
    for (int64_t neuron : neurons)
      for (int64_t i = 0; i < dim.size; ++i)
        next.push_back(neuron + i * dim.stride);
    neurons = std::move(next);
  }
  return neurons;
}

/// The source neuron at every position and channel of the view.
struct View {
  explicit View(const Projection &p)
      : offset(p.viewOffset), positions(walk(p.viewPositions)), channels(walk(p.viewChannels)) {}
  int64_t at(int64_t position, int64_t channel) const { return offset + positions[position] + channels[channel]; }
  int64_t offset;
  std::vector<int64_t> positions, channels;
};

void expandDense(const Projection &p, int64_t outputs, std::vector<Synapse> &synapses) {
  View view(p);
  int64_t positions = view.positions.size(), inputs = view.channels.size();
  for (int64_t position = 0; position < positions; ++position)
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t i = 0; i < inputs; ++i)
        synapses.push_back({view.at(position, i), position * outputs + o, p.weights[o * inputs + i]});
}

void expandConv(const Projection &p, int64_t outputs, std::vector<Synapse> &synapses) {
  View view(p);
  const Window &w = p.window;
  int64_t inputs = int64_t(view.channels.size()) / w.groups;
  for (int64_t oy = 0; oy < w.outH; ++oy)
    for (int64_t ox = 0; ox < w.outW; ++ox)
      for (int64_t ky = 0; ky < w.kH; ++ky)
        for (int64_t kx = 0; kx < w.kW; ++kx) {
          int64_t y = oy * w.strideH - w.padH + ky * w.dilH, x = ox * w.strideW - w.padW + kx * w.dilW;
          if (y < 0 || y >= w.inH || x < 0 || x >= w.inW)
            continue;
          for (int64_t o = 0; o < outputs; ++o)
            for (int64_t i = 0; i < inputs; ++i) {
              int64_t channel = o / (outputs / w.groups) * inputs + i;
              synapses.push_back({view.at(y * w.inW + x, channel), (oy * w.outW + ox) * outputs + o,
                                  p.weights[((o * inputs + i) * w.kH + ky) * w.kW + kx]});
            }
        }
}

void expandStrided(const Projection &p, std::vector<Synapse> &synapses) {
  std::vector<Dim> sources, targets;
  for (const PairDim &loop : p.loops) {
    sources.push_back({loop.size, loop.source});
    targets.push_back({loop.size, loop.target});
  }
  std::vector<int64_t> from = walk(sources), to = walk(targets);
  for (size_t i = 0; i < from.size(); ++i)
    synapses.push_back({p.sourceOffset + from[i], p.targetOffset + to[i], p.weights[0]});
}

void expandSparse(const Projection &p, int64_t outputs, std::vector<Synapse> &synapses) {
  View view(p);
  for (const Entry &entry : p.entries)
    for (int64_t c = 0; c < outputs; ++c)
      synapses.push_back({view.at(entry.source, c), entry.target * outputs + c, entry.weight});
}

} // namespace

std::vector<Synapse> spike::chip::expandSynapses(const Network &network, const Projection &projection) {
  std::vector<Synapse> synapses;
  int64_t outputs = network.populations[projection.target].channels();
  switch (projection.encoding) {
  case Encoding::dense:
    expandDense(projection, outputs, synapses);
    break;
  case Encoding::conv:
    expandConv(projection, outputs, synapses);
    break;
  case Encoding::strided:
    expandStrided(projection, synapses);
    break;
  case Encoding::sparse:
    expandSparse(projection, outputs, synapses);
    break;
  }
  return synapses;
}
