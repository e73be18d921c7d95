// SPDX-License-Identifier: Apache-2.0
// Random networks pass; each rule that is broken is refused by its own words, at the part that breaks it.
#include "RandomNetwork.h"
#include "SmallNetwork.h"
#include "spike/Chip/ProgramPaths.h"
#include "spike/Chip/Verify.h"
#include "gtest/gtest.h"

#include <cmath>
#include <functional>
#include <limits>

using namespace spike::chip;

namespace {

struct Broken {
  std::function<void(Network &)> change;
  const char *message; ///< a part of it
};

void expectRefused(const std::vector<Broken> &cases) {
  ASSERT_FALSE(findFault(makeSmallNetwork())) << findFault(makeSmallNetwork())->message;
  for (const Broken &broken : cases) {
    Network network = makeSmallNetwork();
    broken.change(network);
    std::optional<Fault> fault = findFault(network);
    if (!fault)
      ADD_FAILURE() << "not refused: " << broken.message;
    else
      EXPECT_NE(fault->message.find(broken.message), std::string::npos)
          << "expected: " << broken.message << "\ngot: " << fault->message;
  }
}

TEST(ChipVerify, NetworksThatKeepTheRulesPass) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    Network network = RandomNetwork(seed).make();
    std::optional<Fault> fault = findFault(network);
    ASSERT_FALSE(fault) << "seed " << seed << ": " << fault->message;
  }
}

TEST(ChipVerify, FaultsNameThePart) {
  Network network = makeSmallNetwork();
  network.projections[2].port = 1;
  std::optional<Fault> fault = findFault(network);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->part, Fault::Part::projection);
  EXPECT_EQ(fault->index, 2u);
  EXPECT_EQ(fault->message, "projection 'add': port 1 does not exist, there are 1");
  llvm::Error error = verifyNetwork(network);
  ASSERT_TRUE(bool(error));
  EXPECT_EQ(llvm::toString(std::move(error)), fault->message);
}

TEST(ChipVerify, APhaseAsksForWhatIsThereByThen) {
  Network network = makeSmallNetwork();
  network.cores[1].x = network.cores[0].x, network.cores[1].y = network.cores[0].y, network.cores[1].chip = 0;
  EXPECT_EQ(findFault(network)->message, "core 1 (chip 0, x 0, y 0): it lies where core 0 does; run loihi-place");
  EXPECT_FALSE(findFault(network, Phase::partitioned));
  network.cores.clear();
  EXPECT_TRUE(findFault(network, Phase::partitioned));
  EXPECT_FALSE(findFault(network, Phase::scheduled));
  network.populations[2].start = 9;
  EXPECT_TRUE(findFault(network, Phase::scheduled));
  EXPECT_FALSE(findFault(network, Phase::unmapped));
}

TEST(ChipVerify, Whole) {
  expectRefused({
      {[](Network &n) { n.timeSteps = 0; }, "network 'small': time steps must be 1 to 1073741824, got 0"},
      {[](Network &n) { n.target = "\xff"; }, "name and target must be text in UTF-8"},
      {[](Network &n) { n.populations[1].path = "\xc3"; }, "population 'conv': its path must be text in UTF-8"},
      {[](Network &n) { n.populations[1].name = "a b"; }, "its name must be an identifier"},
      {[](Network &n) { n.programs[0].name = ""; }, "program 0: its name must be an identifier"},
      {[](Network &n) { n.projections[0].name = "fc"; }, "projection 'fc': its name is given twice"},
      {[](Network &n) { n.populations[1].start = -1; }, "population 'conv': start must be 0 to"},
  });
}

TEST(ChipVerify, Programs) {
  auto code = [](size_t at, Instruction instruction) {
    return [=](Network &n) { n.programs[1].code[at] = instruction; };
  };
  expectRefused({
      {[](Network &n) { n.programs[0].ports = 0; }, "program 'relay': number of ports must be 1 to 256, got 0"},
      {[](Network &n) { n.programs[0].states = 257; }, "number of state words must be 0 to 256, got 257"},
      {[](Network &n) { n.programs[0].params = -1; }, "number of parameters must be 0 to 256, got -1"},
      {[](Network &n) { n.programs[0].code.resize(1 << 17); }, "number of instructions must be 0 to 65536"},
      {code(0, {static_cast<Opcode>(99), 0, 0, 0, 0}), "instruction 0: there is no opcode 99"},
      {code(0, {Opcode::mov, 16, 0, 0, 0}), "instruction 0: a register must be 0 to 15, got 16"},
      {code(0, {Opcode::rdc, 0, 0, 0, 2}), "instruction 0: port 2 does not exist, the program has 2"},
      {code(0, {Opcode::ld, 0, 0, 0, -1}), "state word -1 does not exist"},
      {code(5, {Opcode::st, 0, 0, 0, 1}), "instruction 5: state word 1 does not exist, the program has 1"},
      {code(1, {Opcode::par, 0, 0, 0, 1}), "parameter 1 does not exist"},
      {code(0, {Opcode::movi, 0, 0, 0, 1 << 23}), "the number must be -8388608 to 8388607, got 8388608"},
      {code(0, {Opcode::shl, 0, 0, 0, 24}), "the shift must be 0 to 23, got 24"},
      {code(0, {Opcode::mul_shr, 0, 0, 0, 32}), "the shift must be 0 to 31, got 32"},
      {code(3, {Opcode::jmp_c, 0, 0, 0, 3}), "instruction 3: the jump must be 4 to 7, got 3"},
      {code(3, {Opcode::jmp_c, 0, 0, 0, 8}), "the jump must be 4 to 7, got 8"},
      {code(6, {Opcode::skp_c, 0, 0, 0, 0}), "instruction 6: there is nothing behind it to skip"},
      {code(5, {Opcode::spike, 0, 0, 0, 0}), "a way through the program passes 2 spikes"},
  });
}

TEST(ChipVerify, WaysThroughAProgram) {
  // Either of two spikes: jump over the first, or skip the second.
  Program program{"either", 2, 0, 0, {}};
  program.code = {{Opcode::rdc, 0, 0, 0, 0},   {Opcode::jmp_c, 0, 0, 0, 4}, {Opcode::rdc, 1, 0, 0, 1},
                  {Opcode::spike, 0, 0, 0, 0}, {Opcode::skp_c, 0, 0, 0, 0}, {Opcode::spike, 1, 0, 0, 0}};
  EXPECT_EQ(countSpikes(program), 2);
  program.code[4] = {Opcode::mov, 0, 0, 0, 0};
  program.code[3] = {Opcode::mov, 0, 0, 0, 0};
  EXPECT_EQ(countSpikes(program), 1);
  EXPECT_TRUE(alwaysReads(program, 0));
  EXPECT_FALSE(alwaysReads(program, 1)); // the jump leads past it
  EXPECT_EQ(countSpikes(Program()), 0);
  EXPECT_FALSE(alwaysReads(Program(), 0));
}

TEST(ChipVerify, Populations) {
  auto lif = [](auto change) { return [=](Network &n) { change(n.populations[1].lif); }; };
  expectRefused({
      {[](Network &n) { n.populations[1].shape = {2, 0, 2}; }, "each axis must have a size of at least 1, got 0"},
      {[](Network &n) { n.populations[1].shape = {1 << 30, 4}; }, "more than the 2147483648 neurons"},
      {[](Network &n) { n.populations[1].shape = {INT64_MAX, INT64_MAX}; }, "more than the 2147483648 neurons"},
      {[](Network &n) { n.populations[1].shape.assign(33, 1); }, "number of axes must be 0 to 32, got 33"},
      {[](Network &n) { n.populations[0].payloadBits = 25; }, "payloadBits must be 1 to 24, got 25"},
      {[](Network &n) { n.populations[1].payloadBits = 2; }, "a lif neuron sends spikes: payloadBits must be 1, got 2"},
      {[](Network &n) { n.populations[1].rate = std::nan(""); }, "rate must be a finite number"},
      {[](Network &n) { n.populations[1].kind = static_cast<NeuronKind>(3); }, "there is no kind of neuron 3"},
      {[](Network &n) { n.populations[1].tensor = {{9, 1}}; }, "tensor reaches neurons 0 to 8, the population has 8"},
      {[](Network &n) { n.populations[1].tensor = {{2, -1}}; }, "tensor reaches neurons -1 to 0"},
      {[](Network &n) { n.populations[1].tensor = {{3, 1}, {2, 2}}; }, "tensor can meet a neuron twice"},
      {[](Network &n) { n.populations[1].tensor = {{2, 0}}; }, "tensor can meet a neuron twice"},
      {[](Network &n) { n.populations[1].tensor = {{2, INT64_MAX}}; }, "tensor has a stride of 9223372036854775807"},
      {[](Network &n) { n.populations[1].tensor = {{0, 1}}; }, "tensor has a loop of size 0"},
      {[](Network &n) { n.populations[1].tensor = {{INT64_MAX, 0}}; }, "tensor has a loop of size 9223372036854775807"},
      {[](Network &n) { n.populations[1].tensor.assign(33, {1, 1}); }, "tensor has 33 loops, at most 32"},
      {[](Network &n) { n.populations[1].tensor = {{1 << 30, 0}}; }, "tensor has more elements than the 8 neurons"},
      {lif([](Lif &l) { l.du = 4096; }), "population 'conv': du must be 0 to 4095, got 4096"},
      {lif([](Lif &l) { l.dv = -1; }), "dv must be 0 to 4095, got -1"},
      {lif([](Lif &l) { l.duOffset = INT32_MAX; }), "duOffset must be"},
      {lif([](Lif &l) { l.duOffset = 2; }), "du + duOffset must be 0 to 4096, got 4097"},
      {lif([](Lif &l) { l.dvOffset = -1; }), "dv + dvOffset must be 0 to 4096, got -1"},
      {lif([](Lif &l) { l.align = 24; }), "align must be 0 to 23, got 24"},
      {lif([](Lif &l) { l.refractory = 64; }), "refractory must be 0 to 63, got 64"},
      {lif([](Lif &l) { l.threshold = {}; }), "threshold must be one number, or one for each of 2 channels, got 0"},
      {lif([](Lif &l) { l.threshold = {1, 2, 3}; }), "for each of 2 channels, got 3"},
      {lif([](Lif &l) { l.threshold = {1 << 23}; }), "threshold must be -8388608 to 8388607, got 8388608"},
      {lif([](Lif &l) { l.biasMantissa = {1, 2, 3}; }), "biasMantissa must be one number"},
      {lif([](Lif &l) { l.biasExponent = {25}; }), "biasExponent must be -24 to 24, got 25"},
      {[](Network &n) { n.populations[3].program = 2; }, "population 'sum': program 2 does not exist, there are 2"},
      {[](Network &n) { n.populations[4].params = {}; }, "its program has 1 parameters, got 0"},
      {[](Network &n) { n.populations[4].params = {{1, 2}}; }, "a parameter must be one number, or one for each of 3"},
      {[](Network &n) { n.populations[4].params = {{1 << 24}}; }, "a parameter must be -8388608 to 8388607"},
  });
}

TEST(ChipVerify, Projections) {
  expectRefused({
      {[](Network &n) { n.projections[0].source = 5; }, "projection 'k': source population 5 does not exist"},
      {[](Network &n) { n.projections[0].target = -1; }, "target population -1 does not exist, there are 5"},
      {[](Network &n) { n.projections[1].target = 0; }, "it leads to the input 'in', which only the host feeds"},
      {[](Network &n) { n.projections[3].port = 2; }, "port 2 does not exist, there are 2"},
      {[](Network &n) { n.projections[3].delay = 64; }, "delay must be 0 to 63, got 64"},
      {[](Network &n) { n.projections[3].delay = 1; }, "needs a delay of 2, got 1; run loihi-schedule"},
      {[](Network &n) { n.projections[0].weightBits = 9; }, "weightBits must be 1 to 8, got 9"},
      {[](Network &n) { n.projections[0].exponent = 17; }, "exponent must be -16 to 16, got 17"},
      {[](Network &n) { n.projections[0].sign = static_cast<SignMode>(7); }, "there is no sign mode 7"},
      {[](Network &n) { n.projections[0].encoding = static_cast<Encoding>(9); }, "there is no encoding 9"},
      {[](Network &n) { n.projections[1].loops = {{1, 0, 0}}; },
       "view, loops or entries that its encoding does not use"},
      {[](Network &n) { n.projections[1].entries = {{0, 0, 0}}; }, "that its encoding does not use"},
      {[](Network &n) { n.projections[2].viewOffset = 1; }, "that its encoding does not use"},
      {[](Network &n) { n.projections[1].weights[0] = 128; }, "in this sign mode must be -128 to 127, got 128"},
      {[](Network &n) { n.projections[2].weights[0] = 2; },
       "weights of 1 bits in this sign mode must be 0 to 1, got 2"},
      {[](Network &n) { n.projections[2].sign = SignMode::inhibitory; }, "must be -1 to 0, got 1"},
      {[](Network &n) { n.projections[3].entries[1].weight = -129; }, "must be -128 to 127, got -129"},
      // Views.
      {[](Network &n) { n.projections[1].viewOffset = 1; }, "view reaches neurons 1 to 8, the population has 8"},
      {[](Network &n) { n.projections[1].viewOffset = INT64_MIN; }, "view starts at neuron -9223372036854775808 of 8"},
      {[](Network &n) { n.projections[1].viewChannels = {{2, 2}}; }, "view reaches neurons 0 to 8"},
      {[](Network &n) { n.projections[1].viewPositions = {{4, 1}}; }, "view can meet a neuron twice"},
      {[](Network &n) { n.projections[1].viewPositions = {{2, 2}}; }, "its view must have 4 positions, got 2"},
      {[](Network &n) { n.projections[1].weights.pop_back(); }, "expected 6 weights, channels of the target by"},
      // Windows.
      {[](Network &n) { n.projections[0].window.strideH = 0; }, "window's strideH must be 1 to 16777216, got 0"},
      {[](Network &n) { n.projections[0].window.padW = -1; }, "window's padW must be 0 to 16777216, got -1"},
      {[](Network &n) { n.projections[0].window.kH = INT64_MAX; }, "window's kH must be 1 to"},
      {[](Network &n) { n.projections[0].window.outW = 3; }, "its window makes 2 x 3 positions, the target has 4"},
      {[](Network &n) { n.projections[0].window.inH = 3; }, "its view must have 6 positions, got 4"},
      {[](Network &n) { n.projections[0].window.groups = 3; }, "its groups must divide 2 channels of the view"},
      {[](Network &n) { n.projections[0].window.groups = 0; }, "and 2 of the target, got 0"},
      {[](Network &n) { n.projections[0].window.kW = 1 << 24; },
       "expected 100663296 weights, channels of the target by"},
      // Loops.
      {[](Network &n) { n.projections[2].loops[0].size = 5; }, "walk through the source reaches neurons 0 to 12"},
      {[](Network &n) { n.projections[2].targetOffset = 1; }, "walk through the target reaches neurons 1 to 3"},
      {[](Network &n) { n.projections[2].loops.push_back({0, 0, 0}); }, "walk through the source has a loop of size 0"},
      {[](Network &n) { n.projections[2].loops.assign(2, {1 << 30, 0, 0}); }, "more than 281474976710656 synapses"},
      {[](Network &n) { n.projections[2].weights = {1, 1}; }, "expected 1 weights, common to all synapses, got 2"},
      // Entries.
      {[](Network &n) { n.projections[3].entries[2].source = 4; }, "source position 4 does not exist, there are 4"},
      {[](Network &n) { n.projections[3].entries[2].target = -1; }, "target position -1 does not exist"},
      {[](Network &n) { std::swap(n.projections[3].entries[0], n.projections[3].entries[1]); },
       "1 to 0 stands before 0 to 0"},
      {[](Network &n) { n.projections[3].entries[1] = {0, 0, 2}; },
       "sorted by source, then target position, each pair"},
      {[](Network &n) { n.projections[3].viewChannels = {{2, 1}}; }, "its view has 2 channels, the target 3"},
      {[](Network &n) { n.projections[3].weights = {1}; }, "expected 0 weights, as those of a sparse projection"},
      {[](Network &n) { n.projections[3].viewPositions = {{-4, 3}}; }, "view has a loop of size -4"},
  });
}

TEST(ChipVerify, SumsStayIn32Bits) {
  // Channel 0 of `conv`: nine synapses of -5 * 2 * 2^exponent, payloads of -8 to 7.
  auto scaled = [](int32_t exponent, int32_t low) {
    Network network = makeSmallNetwork();
    network.projections[0].exponent = exponent;
    network.inputs[0].low = low;
    network.inputs[0].high = 7;
    std::optional<Fault> fault = findFault(network);
    return fault ? fault->message : "";
  };
  EXPECT_EQ(scaled(16, -8), ""); // 9 * 10 * 8 * 2^16
  Network network = makeSmallNetwork();
  network.populations[0].payloadBits = 16;
  network.inputs[0].low = -32768;
  network.projections[0].exponent = 9;
  EXPECT_FALSE(findFault(network)); // 9 * 10 * 2^15 * 2^9
  network.projections[0].exponent = 10;
  EXPECT_EQ(findFault(network)->message,
            "population 'conv': what arrives at port 0 can add up to 3019898880, an accumulator holds 2147483647; use "
            "fewer payload bits, smaller exponents or fewer synapses");
  network.projections[0].graded = false;
  EXPECT_FALSE(findFault(network));
  // A second projection into the same port counts, too.
  network.projections[0].graded = true;
  network.projections[0].exponent = 9;
  network.projections.push_back(network.projections[0]);
  network.projections.back().name = "again";
  EXPECT_TRUE(findFault(network));

  // Port 1 of `pool` is read in every step, port 0 never: what arrives there adds up over time.
  network = makeSmallNetwork();
  network.projections[3].exponent = 16;
  network.timeSteps = 1 << 20;
  EXPECT_FALSE(findFault(network));
  network.projections[3].port = 0;
  EXPECT_NE(findFault(network)->message.find("at port 0, which is not read in every step, can add up to"),
            std::string::npos);
  // Loops that sum: four synapses of 2^7 * 2^16 into each neuron, then 2^8 times as many.
  network = makeSmallNetwork();
  network.projections[2].exponent = 16;
  EXPECT_FALSE(findFault(network));
  network.projections[2].loops.push_back({256, 0, 0});
  EXPECT_NE(findFault(network)->message.find("population 'sum': what arrives at port 0 can add up to 8589934592"),
            std::string::npos);
}

TEST(ChipVerify, Host) {
  expectRefused({
      {[](Network &n) { n.inputs[0].population = 9; }, "input 'image': population 9 does not exist"},
      {[](Network &n) { n.inputs[0].population = 1; }, "its population 'conv' is not of kind input"},
      {[](Network &n) { n.inputs[0].scale = 0; }, "its scale must be a positive number"},
      {[](Network &n) { n.inputs[0].scale = std::numeric_limits<double>::infinity(); }, "its scale must be a positive"},
      {[](Network &n) { n.inputs[0].low = 8; }, "its values 8 to 7 must rise, and lie in -8 to 7"},
      {[](Network &n) { n.inputs[0].high = 8; }, "its values -8 to 8 must rise, and lie in -8 to 7"},
      {[](Network &n) { n.inputs[0].shape = {3, 3}; }, "at most 8 elements, the neurons of its population"},
      {[](Network &n) { n.inputs[0].shape = {0}; }, "its shape must have sizes of at least 1"},
      {[](Network &n) { n.inputs[0].shape = {4}; }, "its shape has 4 elements, the tensor of its population 8"},
      {[](Network &n) { n.inputs[0].name = ""; }, "input 0: its name must be text in UTF-8 of 1 to 1024 bytes"},
      {[](Network &n) { n.inputs.push_back(n.inputs[0]); }, "input 'image': its name is given twice"},
      {[](Network &n) { n.inputs.push_back(n.inputs[0]), n.inputs[1].name = "b"; }, "two inputs feed it, one must"},
      {[](Network &n) { n.inputs.clear(); }, "population 'in': no input feeds it"},
      {[](Network &n) { n.outputs[0].population = 5; }, "output 'y': population 5 does not exist, there are 5"},
      {[](Network &n) { n.outputs[0].population = 0; }, "its population 'in' is an input; read a relay of it"},
      {[](Network &n) { n.outputs[0].scale = std::nan(""); }, "its scale and offsets must be finite numbers"},
      {[](Network &n) { n.outputs[0].offset = {NAN}; }, "its scale and offsets must be finite numbers"},
      {[](Network &n) { n.outputs[0].offset = {1, 2}; }, "one offset, or one for each of 3 elements, got 2"},
      {[](Network &n) { n.outputs[0].shape = {2}; }, "its shape has 2 elements, the tensor of its population 3"},
      {[](Network &n) { n.outputs.push_back(n.outputs[0]); }, "output 'y': its name is given twice"},
  });
}

TEST(ChipVerify, Passes) {
  expectRefused({
      {[](Network &n) { n.inputs[0].pass = -1; }, "input 'image': pass must be 0 to 1, got -1"},
      {[](Network &n) { n.outputs[0].pass = 2; }, "output 'y': pass must be 0 to 1, got 2"},
      {[](Network &n) { n.inputs[0].pass = n.outputs[0].pass = 1; },
       "network 'small': it has 2 passes, but names no layer that the host computes between them"},
      {[](Network &n) { n.outputs[0].pass = 1, n.host = {"a"}; },
       "input 'image': it is of pass 0, but projections connect its population 'in' with pass 1"},
      {[](Network &n) { n.host = {""}; }, "the name of a layer that the host computes must be text"},
  });
  Network network = makeSmallNetwork();
  network.inputs[0].pass = network.outputs[0].pass = 1, network.host = {"a"};
  EXPECT_FALSE(findFault(network));
}

TEST(ChipVerify, Cores) {
  expectRefused({
      {[](Network &n) { n.cores[0].slices[0].population = 7; }, "core 0 (chip 0, x 0, y 0): population 7 does not"},
      {[](Network &n) { n.cores[0].slices[0].population = 0; }, "it holds neurons of the input 'in', which has none"},
      {[](Network &n) { n.cores[0].slices[0].p1 = 5; },
       "its slice of 'conv', positions 0 to 5, channels 0 to 2, is empty "
       "or leaves the 4 positions and 2 channels"},
      {[](Network &n) { n.cores[0].slices[0].c1 = 0; }, "is empty or leaves"},
      {[](Network &n) { n.cores[0].slices[0].p0 = -1; }, "is empty or leaves"},
      {[](Network &n) { n.cores[1].slices.pop_back(); }, "population 'pool': cores hold 0 of its 6 neurons"},
      {[](Network &n) { n.cores[0].slices[1].p1 = 1; }, "population 'fc': cores hold 9 of its 12 neurons"},
      {[](Network &n) { n.cores[0].slices[1].p1 = 3; }, "population 'fc': two slices hold the same neurons"},
      {[](Network &n) { n.cores[1].slices[1].c0 = 1; }, "two slices hold the same neurons: positions 2 to 4, channels"},
      {[](Network &n) { n.cores[1].chip = 2; }, "chip 2 does not exist, there are 2"},
      {[](Network &n) { n.cores[1].x = -1; }, "core 1 (chip 1, x -1, y 1): its place must not be negative"},
      {[](Network &n) { n.cores[1].chip = n.cores[1].x = n.cores[1].y = 0; }, "it lies where core 0 does"},
      {[](Network &n) { n.chips[1].x = 0; }, "chip 1: it lies where chip 0 does, at 0, 0"},
      {[](Network &n) { n.chips[1].y = -1; }, "chip 1: its place must not be negative, got 1, -1"},
  });
}

} // namespace
