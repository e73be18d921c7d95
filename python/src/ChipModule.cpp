// SPDX-License-Identifier: Apache-2.0
// From a module to the network that it holds.
#include "ChipModule.h"

#include "spike/Translation/LoihiNetwork.h"

using namespace mlir;
using namespace mlir::spike;

namespace spike_python {

Result<std::shared_ptr<::spike::chip::Network>> readChipNetwork(Module &module) {
  Result<std::shared_ptr<::spike::chip::Network>> result;
  SmallVector<loihi::NetworkOp> networks(module.op().getOps<loihi::NetworkOp>());
  if (networks.size() != 1) {
    result.diagnostics.push_back(
        {"error",
         "",
         "expected one network in the module, got " + std::to_string(networks.size()) + "; run convert-spike-to-loihi",
         {}});
    return result;
  }
  result.ok = collect(*module.job(), result.diagnostics, [&] {
    FailureOr<::spike::chip::Network> network = loihi::toNetwork(networks.front());
    if (failed(network))
      return false;
    result.value = std::make_shared<::spike::chip::Network>(std::move(*network));
    return true;
  });
  return result;
}

} // namespace spike_python
