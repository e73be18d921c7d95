// SPDX-License-Identifier: Apache-2.0
// Messages of one time step, as neurons send them and as projections see them.
#ifndef SPIKE_LIB_CHIPSIM_MESSAGES_H
#define SPIKE_LIB_CHIPSIM_MESSAGES_H

#include "Plan.h"

namespace spike::chip {

/// In no particular order.
struct Messages {
  std::vector<uint32_t> neurons;
  std::vector<int32_t> payloads;

  size_t size() const { return neurons.size(); }
  void clear() {
    neurons.clear();
    payloads.clear();
  }
  void add(uint32_t neuron, int32_t payload) {
    neurons.push_back(neuron);
    payloads.push_back(payload);
  }
  void append(const Messages &other) {
    neurons.insert(neurons.end(), other.neurons.begin(), other.neurons.end());
    payloads.insert(payloads.end(), other.payloads.begin(), other.payloads.end());
  }
};

/// Messages by position of a view: those of position p are [offsets[p], offsets[p + 1]).
class ViewedMessages {
public:
  std::vector<uint32_t> offsets, channels;
  std::vector<int32_t> payloads;

  void sort(const View &view, const Messages &messages);

private:
  std::vector<uint32_t> places;
};

} // namespace spike::chip

#endif // SPIKE_LIB_CHIPSIM_MESSAGES_H
