// SPDX-License-Identifier: Apache-2.0
#include "spike/Mapping/Fit.h"

#include "spike/Mapping/CoreUse.h"

using namespace spike::chip;

std::optional<Fault> spike::chip::findOverfullCore(const Network &network, const Limits &limits) {
  Connections connections(network);
  UseModel model(connections, limits);
  std::vector<int64_t> outputAxons = countOutputAxons(connections, network.cores, limits);
  for (size_t i = 0; i < network.cores.size(); ++i) {
    Use use = model.ofCore(network.cores[i].slices);
    use.outputAxons = outputAxons[i];
    if (std::optional<Excess> excess = findExcess(use, limits))
      return Fault{Fault::Part::core, i,
                   "core " + std::to_string(i) + " needs " + std::to_string(excess->used) + " " + excess->resource +
                       ", " + limits.name + " allows " + std::to_string(excess->limit) + " (" + excess->limitName +
                       "): cut it, or run loihi-partition again"};
  }
  return std::nullopt;
}

llvm::Error spike::chip::verifyFit(const Network &network, const Limits &limits) {
  if (llvm::Error error = verifyNetwork(network, Phase::placed, &limits))
    return error;
  std::optional<Fault> fault = findOverfullCore(network, limits);
  return fault ? llvm::createStringError(fault->message) : llvm::Error::success();
}
