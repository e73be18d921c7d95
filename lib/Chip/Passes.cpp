// SPDX-License-Identifier: Apache-2.0
// What projections connect is one part of a network, and runs in one pass.
#include "spike/Chip/Passes.h"

#include <algorithm>
#include <numeric>

namespace spike::chip {

int32_t countPasses(const Network &network) {
  int32_t last = 0;
  for (const Input &input : network.inputs)
    last = std::max(last, input.pass);
  for (const Output &output : network.outputs)
    last = std::max(last, output.pass);
  return last + 1;
}

std::vector<int32_t> getPasses(const Network &network) {
  std::vector<int32_t> parts(network.populations.size()), passes(parts.size());
  if (countPasses(network) == 1)
    return passes;
  std::iota(parts.begin(), parts.end(), 0);
  auto find = [&](int32_t population) {
    while (parts[population] != population)
      population = parts[population] = parts[parts[population]];
    return population;
  };
  for (const Projection &projection : network.projections)
    parts[find(projection.source)] = find(projection.target);
  for (const Input &input : network.inputs)
    passes[find(input.population)] = input.pass;
  for (const Output &output : network.outputs)
    passes[find(output.population)] = output.pass;
  for (size_t p = 0; p < parts.size(); ++p)
    passes[p] = passes[find(static_cast<int32_t>(p))];
  return passes;
}

} // namespace spike::chip
