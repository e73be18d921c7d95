// SPDX-License-Identifier: Apache-2.0
// The arena planner never lets two buffers that live together overlap, and shares memory where it can.
#include "spike/Support/ArenaPlanner.h"

#include "gtest/gtest.h"
#include <random>
#include <vector>

using namespace mlir::spike;

TEST(ArenaPlanner, SharesMemoryOfBuffersThatNeverMeet) {
  std::vector<ArenaBuffer> buffers = {{100, 0, 1}, {100, 2, 3}, {64, 1, 2}};
  EXPECT_EQ(planArena(buffers), 128 + 64);
  EXPECT_EQ(buffers[0].offset, buffers[1].offset);
}

TEST(ArenaPlanner, KeepsTouchingLivesApart) {
  std::vector<ArenaBuffer> buffers = {{64, 0, 2}, {64, 2, 4}};
  EXPECT_EQ(planArena(buffers), 128);
}

TEST(ArenaPlanner, TakesNoBuffersAndEmptyBuffers) {
  std::vector<ArenaBuffer> none, empty = {{0, 0, 1}, {0, 0, 1}};
  EXPECT_EQ(planArena(none), 0);
  EXPECT_EQ(planArena(empty), 0);
}

TEST(ArenaPlanner, NeverOverlapsOnRandomLives) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<ArenaBuffer> buffers(1 + random() % 40);
    int64_t sum = 0;
    for (ArenaBuffer &buffer : buffers) {
      buffer.bytes = 1 + random() % 1000;
      buffer.first = random() % 50;
      buffer.last = buffer.first + random() % 20;
      sum += (buffer.bytes + 63) / 64 * 64;
    }
    int64_t size = planArena(buffers);
    EXPECT_LE(size, sum);
    for (size_t i = 0; i < buffers.size(); ++i) {
      const ArenaBuffer &a = buffers[i];
      EXPECT_EQ(a.offset % 64, 0);
      EXPECT_LE(a.offset + a.bytes, size);
      for (size_t j = 0; j < i; ++j) {
        const ArenaBuffer &b = buffers[j];
        bool together = a.first <= b.last && b.first <= a.last;
        bool overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        EXPECT_FALSE(together && overlap) << "buffers " << i << " and " << j;
      }
    }
  }
}
