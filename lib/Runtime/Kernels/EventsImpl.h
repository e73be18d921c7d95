// SPDX-License-Identifier: Apache-2.0
// Event kernels, compiled once for each instruction set.
#ifndef SPIKE_LIB_RUNTIME_KERNELS_EVENTSIMPL_H
#define SPIKE_LIB_RUNTIME_KERNELS_EVENTSIMPL_H

#include "Events.h"

namespace {

/// The sums of sixteen outputs, in as many registers as that takes.
typedef uint32_t OutputSums __attribute__((vector_size(64)));

struct EventWeights {
  OutputSums outputs[spike_rt::eventOutputs];
};

/// Integers of some blocks of inputs, as rows of some blocks of outputs.
__attribute__((always_inline)) inline void decodeEvents(const int8_t *weights, int64_t planes, int64_t blocks,
                                                        int64_t output, EventWeights *rows) {
  using namespace spike_rt;
  typedef int32_t Digits __attribute__((vector_size(64)));
  for (int64_t block = 0; block < blocks; ++block, weights += planes * planeTile)
    for (int64_t group = 0; group < planeDepth / planeGroup; ++group)
      for (int64_t input = 0; input < planeGroup; ++input) {
        OutputSums sum = {};
        for (int64_t plane = planes - 1; plane >= 0; --plane) {
          OutputSums digits; // of four inputs, for each output
          __builtin_memcpy(&digits, weights + plane * planeTile + group * planeLine, sizeof(digits));
          auto digit = reinterpret_cast<Digits>(digits << static_cast<uint32_t>(24 - 8 * input)) >> 24;
          sum = (sum << 8) + reinterpret_cast<OutputSums>(digit);
        }
        rows[block * planeDepth + group * planeGroup + input].outputs[output] = sum;
      }
}

/// So many events at most; their weights add up to less than 2^31.
constexpr int64_t fewEvents = 254;

template <int64_t outputs>
__attribute__((always_inline)) inline void sumEvents(const uint16_t *event, const uint16_t *end,
                                                     const EventWeights *weights, OutputSums *sums) {
  // An addition waits for the one before, so few sums are split.
  constexpr int64_t ways = outputs < 3 ? 2 : 1;
  OutputSums split[ways][outputs] = {};
  for (; event + ways <= end; event += ways)
    for (int64_t way = 0; way < ways; ++way)
      for (int64_t n = 0; n < outputs; ++n)
        split[way][n] += weights[event[way]].outputs[n];
  if (event < end)
    for (int64_t n = 0; n < outputs; ++n)
      split[0][n] += weights[*event].outputs[n];
  for (int64_t n = 0; n < outputs; ++n)
    sums[n] = ways == 1 ? split[0][n] : split[0][n] + split[ways - 1][n];
}

__attribute__((always_inline)) inline void addTo(int32_t *sums, const OutputSums &more) {
  OutputSums sum;
  __builtin_memcpy(&sum, sums, sizeof(sum));
  sum += more;
  __builtin_memcpy(sums, &sum, sizeof(sum));
}

/// To the sums of a row, or to their two halves, the second of which begins a tile behind.
template <bool narrow>
__attribute__((always_inline)) inline void addSums(int32_t *sums, const OutputSums &more) {
  if (narrow)
    return addTo(sums, more);
  typedef int32_t Signed __attribute__((vector_size(64)));
  addTo(sums, more & 0xffff);
  addTo(sums + spike_rt::tileSums, reinterpret_cast<OutputSums>(reinterpret_cast<Signed>(more) >> 16));
}

template <int64_t outputs, bool narrow>
void multiplyEvents(const spike_rt::EventProduct &a) {
  using namespace spike_rt;
  constexpr int64_t pitch = narrow ? tileSums : 2 * tileSums;
  static_assert(sizeof(EventWeights) * eventBlocks * planeDepth == eventScratchBytes);
  auto *weights = reinterpret_cast<EventWeights *>(a.scratch);
  int64_t tiles = a.rows / planeStep, blockBytes = a.planes * planeTile;
  __builtin_memset(a.sums, 0, outputs * tiles * pitch * sizeof(int32_t));
  constexpr int64_t most = eventRowsAtOnce;
  for (int64_t first = 0; first < a.rows; first += most) {
    int64_t last = first + most < a.rows ? first + most : a.rows;
    const uint32_t *begin = a.begin;
    for (int64_t block = 0; block < a.blocks; block += eventBlocks, begin += a.rows + 1) {
      int64_t blocks = a.blocks - block < eventBlocks ? a.blocks - block : eventBlocks;
      for (int64_t n = 0; n < outputs; ++n)
        decodeEvents(a.weights + (n * a.blocks + block) * blockBytes, a.planes, blocks, n, weights);
      for (int64_t r = first; r < last; ++r) {
        const uint16_t *event = a.events + begin[r], *end = a.events + begin[r + 1];
        int32_t *to = a.sums + r / planeStep * pitch + r % planeStep * planeOutputs;
        while (event < end) {
          const uint16_t *stop = narrow || end - event < fewEvents ? end : event + fewEvents;
          OutputSums sums[outputs];
          sumEvents<outputs>(event, stop, weights, sums);
          for (int64_t n = 0; n < outputs; ++n)
            addSums<narrow>(to + n * tiles * pitch, sums[n]);
          event = stop;
        }
      }
    }
  }
}

inline void multiplyEvents(const spike_rt::EventProduct &a) {
  constexpr void (*versions[spike_rt::eventOutputs][2])(const spike_rt::EventProduct &) = {
      {multiplyEvents<1, false>, multiplyEvents<1, true>},
      {multiplyEvents<2, false>, multiplyEvents<2, true>},
      {multiplyEvents<3, false>, multiplyEvents<3, true>},
      {multiplyEvents<4, false>, multiplyEvents<4, true>}};
  versions[a.outputBlocks - 1][a.narrow](a);
}

/// The set bits of each byte in ascending order.
struct SetBits {
  constexpr SetBits() {
    for (int byte = 0; byte < 256; ++byte)
      for (int bit = 0; bit < 8; ++bit)
        if (byte >> bit & 1)
          positions[byte][count[byte]++] = static_cast<uint16_t>(bit);
  }
  uint16_t positions[256][8] = {};
  uint8_t count[256] = {};
};
constexpr SetBits setBits;

/// Appends the set bits of `mask`, counted from `first`; writes eight numbers for each eight bits.
inline uint16_t *appendBits(uint64_t mask, uint16_t first, uint16_t *to) {
  typedef uint16_t Eight __attribute__((vector_size(16)));
  for (int byte = 0; byte < 8; ++byte, mask >>= 8, first = static_cast<uint16_t>(first + 8)) {
    Eight events;
    __builtin_memcpy(&events, setBits.positions[mask & 255], sizeof(events));
    events += first;
    __builtin_memcpy(to, &events, sizeof(events));
    to += setBits.count[mask & 255];
  }
  return to;
}

/// `Mask::reach(inputs, level)` has a bit for each input that is at least `level`, and `Mask::append` is as appendBits.
template <typename Mask>
uint16_t *listEvents(const spike_rt::RowChunk &chunk, uint16_t *to) {
  for (int64_t block = 0; block < chunk.blocks; ++block) {
    const uint8_t *inputs = chunk.row + chunk.offsets[block];
    auto first = static_cast<uint16_t>(block * spike_rt::planeDepth);
    if (chunk.binary) {
      to = Mask::append(Mask::reach(inputs, 1), first, to);
      continue;
    }
    constexpr int levels = spike_rt::eventLevels;
    uint64_t mask = ~uint64_t(0);
    for (int level = 1; level <= levels && mask; ++level) {
      mask = Mask::reach(inputs, level);
      to = Mask::append(mask, first, to);
    }
    for (mask = mask ? Mask::reach(inputs, levels + 1) : 0; mask; mask &= mask - 1) {
      int input = __builtin_ctzll(mask);
      for (int more = inputs[input] - levels; more > 0; --more)
        *to++ = static_cast<uint16_t>(first + input);
    }
  }
  return to;
}

/// Eight bytes at a time in integers.
struct PortableMask {
  static constexpr auto append = appendBits;
  static uint64_t reach(const uint8_t *inputs, int level) {
    constexpr uint64_t ones = 0x0101010101010101, low = 0x7f * ones;
    uint64_t result = 0;
    for (int i = 0; i < 8; ++i) {
      uint64_t x;
      __builtin_memcpy(&x, inputs + 8 * i, sizeof(x));
      // Bit 7 of each byte: its lower bits plus 128 - level carry, or it was set; for a level above 128, both.
      uint64_t carry = (x & low) + static_cast<uint64_t>(level > 128 ? 256 - level : 128 - level) * ones;
      uint64_t reached = (level > 128 ? carry & x : carry | x) >> 7 & ones;
      result |= (reached * 0x0102040810204080) >> 56 << 8 * i;
    }
    return result;
  }
};

constexpr spike_rt::EventKernels eventsPortable = {listEvents<PortableMask>, multiplyEvents};

} // namespace

#endif // SPIKE_LIB_RUNTIME_KERNELS_EVENTSIMPL_H
