// SPDX-License-Identifier: Apache-2.0
// Messages sorted by position.
#include "Messages.h"

namespace spike::chip {

void ViewedMessages::sort(const View &view, const Messages &messages) {
  offsets.assign(view.positions + 1, 0);
  if (view.position.empty() && view.positions == 1) {
    offsets[1] = static_cast<uint32_t>(messages.size());
    channels = messages.neurons;
    payloads = messages.payloads;
    return;
  }
  // Positions first, counted one place ahead; then each message to the next free place of its position.
  places.resize(messages.size());
  for (size_t i = 0; i < messages.size(); ++i) {
    uint32_t neuron = messages.neurons[i];
    places[i] = view.positionOf(neuron);
    if (places[i] != nowhere)
      ++offsets[places[i] + 1];
  }
  for (int64_t p = 0; p < view.positions; ++p)
    offsets[p + 1] += offsets[p];
  channels.resize(offsets.back());
  payloads.resize(offsets.back());
  for (size_t i = 0; i < messages.size(); ++i) {
    uint32_t neuron = messages.neurons[i];
    if (places[i] == nowhere)
      continue;
    uint32_t at = offsets[places[i]]++;
    channels[at] = view.channelOf(neuron, places[i]);
    payloads[at] = messages.payloads[i];
  }
  // Every offset has moved to the end of its position, which is where the next one begins.
  for (int64_t p = view.positions; p > 0; --p)
    offsets[p] = offsets[p - 1];
  offsets[0] = 0;
}

} // namespace spike::chip
