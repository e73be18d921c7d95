// SPDX-License-Identifier: Apache-2.0
// What spike-expose-activity and spike-quantize left in a module, for Python.
#include "Job.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;

namespace spike_python {

static llvm::json::Value toJson(Attribute attr) {
  if (auto truth = dyn_cast<BoolAttr>(attr))
    return truth.getValue();
  if (auto number = dyn_cast<IntegerAttr>(attr))
    return number.getInt();
  if (auto number = dyn_cast<FloatAttr>(attr))
    return number.getValueAsDouble();
  if (auto text = dyn_cast<StringAttr>(attr))
    return text.getValue();
  llvm::json::Array array;
  if (auto numbers = dyn_cast<DenseI64ArrayAttr>(attr)) {
    llvm::append_range(array, numbers.asArrayRef());
  } else if (auto elements = dyn_cast<ArrayAttr>(attr)) {
    for (Attribute element : elements)
      array.push_back(toJson(element));
  } else if (auto dictionary = dyn_cast<DictionaryAttr>(attr)) {
    llvm::json::Object object;
    for (NamedAttribute entry : dictionary)
      object[entry.getName().getValue()] = toJson(entry.getValue());
    return object;
  }
  return array;
}

Result<Activity> Module::activity() {
  Result<Activity> result;
  func::FuncOp function = getFunction(op());
  auto layers = function ? function->getAttrOfType<ArrayAttr>("spike.layers") : ArrayAttr();
  if (!layers) {
    result.diagnostics.push_back({"error", "", "no function has exposed activity; run spike-expose-activity", {}});
    return result;
  }
  result.value.layers = llvm::formatv("{0}", toJson(layers)).str();
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    auto entry = function.getResultAttrOfType<DictionaryAttr>(i, "spike.activity");
    auto layer = entry ? entry.getAs<IntegerAttr>("layer") : IntegerAttr();
    auto quantity = entry ? entry.getAs<StringAttr>("quantity") : StringAttr();
    result.value.results.emplace_back(layer ? layer.getInt() : -1, quantity ? quantity.str() : "");
  }
  result.ok = true;
  return result;
}

Result<std::string> Module::quantization() {
  Result<std::string> result;
  func::FuncOp function = getFunction(op());
  auto layers = function ? function->getAttrOfType<ArrayAttr>("spike.quantization") : ArrayAttr();
  if (!layers) {
    result.diagnostics.push_back({"error", "", "no function is quantized; run spike-quantize", {}});
    return result;
  }
  result.value = llvm::formatv("{0}", toJson(layers)).str();
  result.ok = true;
  return result;
}

} // namespace spike_python
