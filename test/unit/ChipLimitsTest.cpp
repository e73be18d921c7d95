// SPDX-License-Identifier: Apache-2.0
// Every limit of a target, just kept and just broken.
#include "SmallNetwork.h"
#include "spike/Chip/Verify.h"
#include "gtest/gtest.h"

#include <functional>

using namespace spike::chip;

namespace {

Limits makeLimits() {
  Limits limits;
  limits.name = "test";
  limits.chips = 2;
  limits.chipColumns = 2;
  limits.coresPerChip = 1;
  limits.meshWidth = 3;
  limits.meshHeight = 2;
  limits.neuronsPerCore = 15;
  limits.weightBits = {1, 8};
  return limits;
}

std::string faultOf(const Network &network, const Limits &limits, Phase phase = Phase::placed) {
  std::optional<Fault> fault = findFault(network, phase, &limits);
  return fault ? fault->message : "";
}

TEST(ChipLimits, EachIsNamedWithBothNumbers) {
  struct Case {
    std::function<void(Network &, Limits &)> change;
    const char *message;
  };
  const Case cases[] = {
      {[](Network &, Limits &l) { l.neuronsPerCore = 14; },
       "core 1 (chip 1, x 2, y 1): the number of its neurons is 15, test allows 14 (neuronsPerCore); cut populations "
       "into smaller slices"},
      {[](Network &, Limits &l) { l.meshWidth = 2; }, "it lies outside the mesh of 2 x 2 cores of test"},
      {[](Network &, Limits &l) { l.meshHeight = 1; }, "it lies outside the mesh of 3 x 1 cores of test"},
      {[](Network &n, Limits &) { n.cores[1].chip = 0; },
       "chip 0: the number of its cores is 2, test allows 1 (coresPerChip); use more chips"},
      {[](Network &, Limits &l) { l.chips = 1; },
       "network 'small': the number of chips is 2, test allows 1 (chips); use a larger board"},
      {[](Network &, Limits &l) { l.chipColumns = 1; }, "chip 1: it lies at 1, 0, on test it does at 0, 1"},
      {[](Network &, Limits &l) { l.stateBits = 16; }, "test has states of 16 bits (stateBits)"},
      {[](Network &n, Limits &) { n.conventions.wrapInput = true; }, "its conventions are not those of test"},
      {[](Network &, Limits &l) { l.payloadBits = 15; },
       "population 'pool': the number of bits of its payloads is 16, test allows 15 (payloadBits)"},
      {[](Network &, Limits &l) { l.payloadBits = 1; }, "the target has no graded spikes"},
      {[](Network &, Limits &l) { l.programs = false; }, "population 'sum': it needs neuron programs"},
      {[](Network &, Limits &l) { l.programPorts = 1; }, "the number of ports is 2, test allows 1 (programPorts)"},
      {[](Network &n, Limits &l) { n.programs[1].states = 9; }, "the number of state words is 9, test allows 8"},
      {[](Network &n, Limits &l) { n.programs[1].params = 9, n.populations[4].params.assign(9, {1}); },
       "the number of parameters is 9, test allows 8 (programParams)"},
      {[](Network &, Limits &l) { l.programLength = 6; }, "the length of its program is 7, test allows 6"},
      {[](Network &, Limits &l) { l.perChannelParams = false; }, "population 'conv': it has thresholds or biases for"},
      {[](Network &n, Limits &l) {
         l.perChannelParams = false;
         n.populations[1].lif.threshold = {1};
         n.populations[2].lif.biasMantissa = {1};
         n.populations[4].params = {{1, 2, 3}};
       },
       "population 'pool': it has parameters for each channel, test has one for all (perChannelParams)"},
      {[](Network &, Limits &l) { l.decayBits = 11; }, "du is 4095, test allows 2047 (decayBits)"},
      {[](Network &n, Limits &l) { n.populations[1].lif.refractory = 8, l.refractory = 7; },
       "the number of refractory steps is 8, test allows 7 (refractory)"},
      {[](Network &n, Limits &) { n.populations[1].lif.threshold = {1 << 17}; },
       "its largest threshold is 131072, test allows 131071 (thresholdBits)"},
      {[](Network &n, Limits &) { n.populations[1].lif.threshold = {-1}; },
       "must not be negative on test, got -1 and 0"},
      {[](Network &n, Limits &) { n.populations[2].lif.biasMantissa = {-4096}; },
       "its largest bias mantissa is 4096, test allows 4095 (biasMantissaBits)"},
      {[](Network &n, Limits &) { n.populations[2].lif.biasExponent = {8}; },
       "its largest bias exponent is 8, test allows 7 (biasExponentBits)"},
      {[](Network &, Limits &l) { l.delay = 1; },
       "projection 'tree': its delay is 2, test allows 1 (delay); let loihi-schedule insert relays"},
      {[](Network &, Limits &l) { l.delay = 0; }, "projection 'tree': its delay is 2, test allows 0 (delay)"},
      {[](Network &, Limits &l) { l.programLength = 0; }, "test allows 0 (programLength)"},
      {[](Network &n, Limits &l) { n.programs[1].states = 1, l.programStates = 0; }, "is 1, test allows 0"},
      {[](Network &n, Limits &l) { n.populations[1].lif.refractory = 1, l.refractory = 0; },
       "the number of refractory steps is 1, test allows 0 (refractory)"},
      {[](Network &n, Limits &l) { n.populations[2].lif.biasMantissa = {1}, l.biasMantissaBits = 1; },
       "its largest bias mantissa is 1, test allows 0 (biasMantissaBits)"},
      {[](Network &n, Limits &) { n.projections[1].exponent = 8; }, "its exponent is 8, test allows -7 to 7"},
      {[](Network &n, Limits &) { n.projections[1].exponent = -8; }, "its exponent is -8, test allows -7 to 7"},
      {[](Network &, Limits &l) { l.weightBits = {8}; },
       "projection 'add': its weights have 1 bits, test allows 8 (weightBits); quantise"},
  };
  ASSERT_EQ(faultOf(makeSmallNetwork(), makeLimits()), "");
  for (const Case &broken : cases) {
    Network network = makeSmallNetwork();
    Limits limits = makeLimits();
    broken.change(network, limits);
    std::string message = faultOf(network, limits);
    EXPECT_NE(message.find(broken.message), std::string::npos)
        << "expected: " << broken.message << "\ngot: " << message;
  }
}

TEST(ChipLimits, ZeroIsNoLimit) {
  Limits limits = makeLimits();
  limits.coresPerChip = limits.meshWidth = limits.meshHeight = limits.neuronsPerCore = 0;
  EXPECT_EQ(faultOf(makeSmallNetwork(), limits), "");
}

TEST(ChipLimits, BeforePlacesOnlyTheNumberOfCoresCounts) {
  Network network = makeSmallNetwork();
  for (Core &core : network.cores)
    core.chip = core.x = core.y = 0;
  Limits limits = makeLimits();
  EXPECT_EQ(faultOf(network, limits, Phase::partitioned), "");
  limits.chips = 1;
  EXPECT_NE(
      faultOf(network, limits, Phase::partitioned).find("the number of cores is 2, test allows 1 (coresPerChip x"),
      std::string::npos);
  EXPECT_EQ(faultOf(network, limits, Phase::scheduled), "");
}

} // namespace
