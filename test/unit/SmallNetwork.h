// SPDX-License-Identifier: Apache-2.0
// A network by hand with one projection of each encoding, on two cores: what tests break on purpose.
#ifndef SPIKE_TEST_UNIT_SMALLNETWORK_H
#define SPIKE_TEST_UNIT_SMALLNETWORK_H

#include "spike/Chip/Network.h"

namespace spike::chip {

/// Populations: 0 `in` 2x2 positions of 2 channels, 1 `conv` 2x2x2, 2 `fc` 4x3, 3 `sum` of 3, 4 `pool` 2x3.
/// Projections: 0 `k` conv, 1 `w` dense, 2 `add` strided, 3 `tree` sparse.
inline Network makeSmallNetwork() {
  Network network;
  network.name = "small";
  network.target = "test";
  network.timeSteps = 4;
  network.programs = {{"relay", 1, 0, 0, {{Opcode::rdc, 0, 0, 0, 0}, {Opcode::spike, 0, 0, 0, 0}}},
                      {"scaled",
                       2,
                       1,
                       1,
                       {{Opcode::rdc, 0, 0, 0, 1},
                        {Opcode::par, 1, 0, 0, 0},
                        {Opcode::lt, 0, 0, 1, 0},
                        {Opcode::jmp_c, 0, 0, 0, 6},
                        {Opcode::mul_shr, 0, 0, 1, 5},
                        {Opcode::st, 0, 0, 0, 0},
                        {Opcode::spike, 0, 0, 0, 0}}}};
  auto add = [&](const char *name, std::vector<int64_t> shape, NeuronKind kind, int32_t start) -> Population & {
    Population &population = network.populations.emplace_back();
    population.name = name;
    population.kind = kind;
    population.start = start;
    population.shape = shape;
    population.tensor = {{population.size(), 1}};
    return population;
  };
  add("in", {2, 2, 2}, NeuronKind::input, 0).payloadBits = 4;
  add("conv", {2, 2, 2}, NeuronKind::lif, 1).lif.threshold = {3, 4};
  add("fc", {4, 3}, NeuronKind::lif, 2).lif.biasMantissa = {1, 2, 3};
  Population &sum = add("sum", {3}, NeuronKind::program, 3);
  sum.program = 0;
  sum.payloadBits = 8;
  Population &pool = add("pool", {2, 3}, NeuronKind::program, 5);
  pool.program = 1;
  pool.payloadBits = 16;
  pool.params = {{7}};

  auto connect = [&](const char *name, Encoding encoding, int32_t source, int32_t target) -> Projection & {
    Projection &projection = network.projections.emplace_back();
    projection.name = name;
    projection.encoding = encoding;
    projection.source = source;
    projection.target = target;
    return projection;
  };
  Projection &k = connect("k", Encoding::conv, 0, 1);
  k.viewPositions = {{2, 4}, {2, 2}};
  k.viewChannels = {{2, 1}};
  k.window = {2, 2, 2, 2, 3, 3, 1, 1, 1, 1, 1, 1, 2};
  k.weights.assign(2 * 1 * 9, -5);
  k.graded = true;
  Projection &w = connect("w", Encoding::dense, 1, 2);
  w.viewPositions = {{4, 2}};
  w.viewChannels = {{2, 1}};
  w.weights = {1, -2, 3, -4, 5, -6};
  Projection &sums = connect("add", Encoding::strided, 2, 3);
  sums.loops = {{4, 3, 0}, {3, 1, 1}};
  sums.weights = {1};
  sums.sign = SignMode::excitatory;
  sums.weightBits = 1;
  Projection &tree = connect("tree", Encoding::sparse, 2, 4);
  tree.viewPositions = {{4, 3}};
  tree.viewChannels = {{3, 1}};
  tree.entries = {{0, 0, 1}, {1, 0, 2}, {2, 1, 3}};
  tree.port = 1;
  tree.delay = 2;

  network.inputs = {{"image", 0, 1.0, -8, 7, true, {2, 2, 2}}};
  network.outputs = {{"y", 3, false, 0.5, {}, {3}}};
  network.chips = {{0, 0}, {1, 0}};
  network.cores = {{0, 0, 0, {{1, 0, 4, 0, 2}, {2, 0, 2, 0, 3}}},
                   {1, 2, 1, {{2, 2, 4, 0, 2}, {2, 2, 4, 2, 3}, {3, 0, 1, 0, 3}, {4, 0, 2, 0, 3}}}};
  return network;
}

} // namespace spike::chip

#endif // SPIKE_TEST_UNIT_SMALLNETWORK_H
