// SPDX-License-Identifier: Apache-2.0
// How messages reach accumulators. Targets of dense and conv projections pull whole rows of weights, position by
// position; messages of strided and sparse projections are pushed to their targets one by one.
#include "State.h"

#include <algorithm>

namespace spike::chip {

namespace {

void add(const RowSum<int8_t> &sum) { getKernels().addRows8(sum); }
void add(const RowSum<int16_t> &sum) { getKernels().addRows16(sum); }

/// Rows of weights that reach one position, with their payloads. Kept by each thread, so that memory is not asked for
/// again and again.
struct Rows {
  std::vector<uint32_t> rows;
  std::vector<int32_t> payloads, partial;
};

Rows &getRows() {
  static thread_local Rows rows;
  return rows;
}

/// Accumulators of the target's channels at one position of the slice, and note that they are no longer all zero.
int32_t *touch(const SynapsePlan &synapses, const PopulationPlan &plan, const SlicePlan &slice, PopulationState &target,
               int64_t position) {
  int64_t first = slice.base + (position - slice.box.p0) * slice.channels(), last = first + slice.channels() - 1;
  for (int64_t block = first / blockSize; block <= last / blockSize; ++block)
    target.awake[block] = 1;
  return target.accumulators.data() + synapses.projection->port * plan.storage + first;
}

template <typename Weight>
void pullDense(const SynapsePlan &synapses, const Weight *weights, const ViewedMessages &messages,
               const PopulationPlan &plan, const SlicePlan &slice, PopulationState &target) {
  for (int64_t position = slice.box.p0; position < slice.box.p1; ++position) {
    uint32_t first = messages.offsets[position], count = messages.offsets[position + 1] - first;
    if (count == 0)
      continue;
    add(RowSum<Weight>{weights + slice.box.c0, synapses.stride, messages.channels.data() + first,
                       synapses.valued ? messages.payloads.data() + first : nullptr, count, slice.channels(),
                       synapses.left, synapses.right, touch(synapses, plan, slice, target, position)});
  }
}

/// Gathers the rows that reach position (y, x) of the target.
void gatherRows(const SynapsePlan &synapses, const ViewedMessages &messages, int64_t y, int64_t x, Rows &found) {
  const Window &window = synapses.projection->window;
  found.rows.clear();
  found.payloads.clear();
  for (int64_t ky = 0; ky < window.kH; ++ky) {
    int64_t sy = y * window.strideH - window.padH + ky * window.dilH;
    if (sy < 0 || sy >= window.inH)
      continue;
    for (int64_t kx = 0; kx < window.kW; ++kx) {
      int64_t sx = x * window.strideW - window.padW + kx * window.dilW;
      if (sx < 0 || sx >= window.inW)
        continue;
      uint32_t first = messages.offsets[sy * window.inW + sx], last = messages.offsets[sy * window.inW + sx + 1];
      auto row = static_cast<uint32_t>((ky * window.kW + kx) * synapses.sourceChannels);
      for (uint32_t i = first; i < last; ++i)
        found.rows.push_back(row + messages.channels[i]);
      if (synapses.valued)
        found.payloads.insert(found.payloads.end(), messages.payloads.begin() + first,
                              messages.payloads.begin() + last);
    }
  }
}

/// Adds rows of convolutions with groups: a row reaches the channels of its group only.
template <typename Weight>
void addGroups(const SynapsePlan &synapses, const Weight *weights, const SlicePlan &slice, Rows &rows, int32_t *sums) {
  int64_t perGroup = synapses.sourceChannels / synapses.projection->window.groups;
  rows.partial.assign(slice.channels(), 0);
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    int64_t first = rows.rows[i] % synapses.sourceChannels / perGroup * synapses.stride;
    int64_t begin = std::max(first, slice.box.c0), end = std::min(first + synapses.stride, slice.box.c1);
    const Weight *row = weights + rows.rows[i] * synapses.stride;
    int32_t payload = synapses.valued ? rows.payloads[i] : 1;
    for (int64_t channel = begin; channel < end; ++channel)
      rows.partial[channel - slice.box.c0] += row[channel - first] * payload;
  }
  for (size_t i = 0; i < rows.partial.size(); ++i)
    sums[i] += (rows.partial[i] << synapses.left) >> synapses.right;
}

template <typename Weight>
void pullConv(const SynapsePlan &synapses, const Weight *weights, const ViewedMessages &messages,
              const PopulationPlan &plan, const SlicePlan &slice, PopulationState &target) {
  const Window &window = synapses.projection->window;
  Rows &rows = getRows();
  for (int64_t position = slice.box.p0; position < slice.box.p1; ++position) {
    gatherRows(synapses, messages, position / window.outW, position % window.outW, rows);
    if (rows.rows.empty())
      continue;
    int32_t *sums = touch(synapses, plan, slice, target, position);
    if (window.groups == 1)
      add(RowSum<Weight>{weights + slice.box.c0, synapses.stride, rows.rows.data(),
                         synapses.valued ? rows.payloads.data() : nullptr, static_cast<int64_t>(rows.rows.size()),
                         slice.channels(), synapses.left, synapses.right, sums});
    else
      addGroups(synapses, weights, slice, rows, sums);
  }
}

template <typename Weight>
void pullRows(const SynapsePlan &synapses, const Weight *weights, const Sent &source, const PopulationPlan &plan,
              const SlicePlan &slice, PopulationState &target) {
  const ViewedMessages &messages = source.viewed[synapses.view];
  if (synapses.projection->encoding == Encoding::dense)
    pullDense(synapses, weights, messages, plan, slice, target);
  else
    pullConv(synapses, weights, messages, plan, slice, target);
}

/// Calls fn(place, weight times payload) for every synapse of a strided projection that a message reaches.
template <typename Fn>
void forEachStrided(const SynapsePlan &synapses, const Messages &messages, const PopulationPlan &plan, Fn &&fn) {
  int32_t weight = synapses.weights16[0];
  for (size_t i = 0; i < messages.size(); ++i) {
    uint32_t neuron = messages.neurons[i];
    int32_t value = synapses.valued ? weight * messages.payloads[i] : weight;
    for (uint32_t b = synapses.offsets[neuron]; b < synapses.offsets[neuron + 1]; ++b)
      for (int32_t offset : synapses.pattern)
        fn(plan.places[synapses.bases[b] + offset], value);
  }
}

template <typename Fn>
void forEachSparse(const SynapsePlan &synapses, const ViewedMessages &messages, const PopulationPlan &plan, Fn &&fn) {
  int64_t channels = plan.population->channels();
  for (size_t p = 0; p + 1 < synapses.offsets.size(); ++p)
    for (uint32_t i = messages.offsets[p]; i < messages.offsets[p + 1]; ++i)
      for (uint32_t e = synapses.offsets[p]; e < synapses.offsets[p + 1]; ++e)
        fn(plan.places[synapses.projection->entries[e].target * channels + messages.channels[i]],
           synapses.weights16[e] * (synapses.valued ? messages.payloads[i] : 1));
}

template <typename Fn>
void forEachPushed(const SynapsePlan &synapses, const Sent &source, const PopulationPlan &plan, Fn &&fn) {
  if (synapses.projection->encoding == Encoding::strided)
    forEachStrided(synapses, source.messages, plan, fn);
  else
    forEachSparse(synapses, source.viewed[synapses.view], plan, fn);
}

} // namespace

void pull(const SynapsePlan &synapses, const Sent &source, const PopulationPlan &plan, const SlicePlan &slice,
          PopulationState &target) {
  if (synapses.weights16.empty())
    pullRows(synapses, synapses.weights8.data(), source, plan, slice, target);
  else
    pullRows(synapses, synapses.weights16.data(), source, plan, slice, target);
}

void push(const SynapsePlan &synapses, const Sent &source, const PopulationPlan &plan, PopulationState &target,
          PlaceRange range) {
  int32_t *sums = target.accumulators.data() + synapses.projection->port * plan.storage;
  auto inRange = [&](uint32_t place) { return place - range.begin < range.end - range.begin; };
  if (synapses.right == 0) {
    forEachPushed(synapses, source, plan, [&](uint32_t place, int32_t value) {
      if (!inRange(place))
        return;
      sums[place] += value << synapses.left;
      target.awake[place / blockSize] = 1;
    });
    return;
  }
  // Sums are shifted as a whole: collected apart first, then taken over, once for each target.
  forEachPushed(synapses, source, plan, [&](uint32_t place, int32_t value) {
    if (inRange(place))
      target.partial[place] += value;
  });
  forEachPushed(synapses, source, plan, [&](uint32_t place, int32_t) {
    if (!inRange(place) || target.partial[place] == 0)
      return;
    sums[place] += target.partial[place] >> synapses.right;
    target.partial[place] = 0;
    target.awake[place / blockSize] = 1;
  });
}

} // namespace spike::chip
