// SPDX-License-Identifier: Apache-2.0
// The function's operations as plain data, for whoever writes a module down in another format.
#include "Job.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

namespace spike_python {

template <typename T>
static std::string toText(T printable) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printable.print(os);
  return text;
}

Operations Module::operations() {
  Operations result;
  auto functions = op().getOps<func::FuncOp>();
  if (functions.empty() || !(*functions.begin()).getBody().hasOneBlock())
    return result;
  Block &block = (*functions.begin()).getBody().front();
  llvm::DenseMap<Value, size_t> numbers;
  auto add = [&](Value value) {
    numbers[value] = result.types.size();
    result.types.push_back(toText(value.getType()));
  };
  for (BlockArgument argument : block.getArguments())
    add(argument);
  result.inputs = block.getNumArguments();
  for (Operation &operation : block) {
    OperationInfo info;
    info.name = operation.getName().getStringRef().str();
    if (auto named = dyn_cast<NameLoc>(operation.getLoc()))
      info.layer = named.getName().str();
    for (Value operand : operation.getOperands())
      info.operands.push_back(numbers.lookup(operand));
    for (NamedAttribute attribute : operation.getAttrDictionary())
      info.attributes.emplace_back(attribute.getName().str(), toText(attribute.getValue()));
    for (Value value : operation.getResults()) {
      info.results.push_back(result.types.size());
      add(value);
    }
    result.operations.push_back(std::move(info));
  }
  return result;
}

} // namespace spike_python
