// SPDX-License-Identifier: Apache-2.0
// Random networks pass; each rule that is broken is refused by its own words.
#include "RandomNetwork.h"
#include "spike/Chip/Verify.h"
#include "gtest/gtest.h"

using namespace spike::chip;

namespace {

TEST(ChipVerify, NetworksThatKeepTheRulesPass) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    Network network = RandomNetwork(seed).make();
    std::optional<Fault> fault = findFault(network);
    ASSERT_FALSE(fault) << "seed " << seed << ": " << fault->message;
  }
}

} // namespace
