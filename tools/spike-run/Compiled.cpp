// SPDX-License-Identifier: Apache-2.0
// Running the stages, and compiled code on tensors.
#include "Compiled.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Dialect/Torch/IR/Torch.h"
#include "spike/Pipelines/Pipelines.h"
#include <cstring>

using namespace mlir;
using namespace mlir::spike;

bool mlir::spike::isTorchProgram(ModuleOp module) {
  return module
      .walk([](Operation *op) {
        return isa_and_present<torch::TorchDialect>(op->getDialect()) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

LogicalResult mlir::spike::runStages(ModuleOp module, StringRef last, int level) {
  bool begun = isTorchProgram(module);
  for (const Stage &stage : getStages()) {
    if (begun && !stage.isAside) {
      PassManager pm(module->getContext(), ModuleOp::getOperationName());
      if (failed(parsePassPipeline(stage.pipelines[level], pm)) || failed(pm.run(module)))
        return failure();
    }
    if (stage.name == last)
      return success();
    begun = true;
  }
  return module.emitError() << "no stage '" << last << "'";
}

/// Counts are i32 in a tensor's buffer and the narrowest unsigned integer in compiled code; everything else agrees.
static std::vector<char> convertCounts(ArrayRef<char> from, size_t count, size_t toWidth) {
  size_t fromWidth = from.size() / count, width = std::min(fromWidth, toWidth);
  std::vector<char> to(count * toWidth, 0);
  for (size_t i = 0; i < count; ++i)
    std::memcpy(to.data() + i * toWidth, from.data() + i * fromWidth, width);
  return to;
}

LogicalResult mlir::spike::checkResults(func::FuncOp function) {
  for (Type type : function.getResultTypes())
    if (!isSpikeTensor(type))
      return function.emitError() << "expected tensors of the spike dialect as results, got " << type;
  return success();
}

FailureOr<SmallVector<Tensor>> mlir::spike::runCompiled(Executable &executable, FunctionType type,
                                                        ArrayRef<Tensor> inputs, Location loc) {
  std::vector<std::vector<char>> in, out;
  for (auto [tensor, spec] : llvm::zip_equal(inputs, executable.getInputs())) {
    std::vector<char> bytes(Tensor::getBufferBytes(tensor.getType()));
    tensor.toBuffer(bytes);
    in.push_back(convertCounts(bytes, tensor.size(), spec.getNumBytes() / tensor.size()));
  }
  for (const TensorSpec &spec : executable.getOutputs())
    out.emplace_back(spec.getNumBytes());
  auto begin = [](std::vector<char> &bytes) { return bytes.data(); };
  SmallVector<const void *> inPointers(llvm::map_range(in, begin));
  SmallVector<void *> outPointers(llvm::map_range(out, begin));
  if (!executable.run(inPointers, outPointers))
    return emitError(loc) << "no memory for " << executable.getMemory().arenaBytes << " bytes of intermediate values";

  SmallVector<Tensor> results;
  for (auto [resultType, bytes] : llvm::zip_equal(type.getResults(), out)) {
    auto shaped = cast<RankedTensorType>(resultType);
    size_t count = shaped.getNumElements(), width = Tensor::getBufferBytes(shaped) / count;
    llvm::Expected<Tensor> tensor = Tensor::fromBuffer(shaped, convertCounts(bytes, count, width));
    if (!tensor)
      return emitError(loc) << llvm::toString(tensor.takeError());
    results.push_back(*tensor);
  }
  return results;
}
