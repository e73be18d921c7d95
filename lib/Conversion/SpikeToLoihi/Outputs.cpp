// SPDX-License-Identifier: Apache-2.0
// What the host reads.
#include "Converter.h"
#include "spike/Dialect/Spike/IR/HostAttrs.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::onchip;

/// Whether the messages of a population, in the order of its tensor, are the elements of `part`.
static bool isWholeTensor(const Part &part, const chip::Population &population) {
  if (population.kind == chip::NeuronKind::input || part.axes.place != 0)
    return false;
  SmallVector<Atom> atoms = part.axes.atoms();
  joinAtoms(atoms);
  std::vector<chip::Dim> tensor = population.tensor;
  joinDims(tensor);
  if (atoms.empty())
    return tensor.size() == 1 && tensor.front().size == 1;
  return llvm::equal(atoms, tensor,
                     [](const Atom &a, const chip::Dim &d) { return a.size == d.size && a.place == d.stride; });
}

LogicalResult Converter::writeResult(OpOperand &result) {
  Operation *terminator = result.getOwner();
  unsigned number = result.getOperandNumber();
  Operation *op = result.get().getDefiningOp() ? result.get().getDefiningOp() : terminator;
  auto found = signals.find(result.get());
  if (found == signals.end())
    return function.emitOpError() << "returns a constant as result " << number << "; a chip has nothing to compute";
  Signal signal = found->second;
  if (signal.isRealInput())
    return function.emitOpError() << "returns an input as result " << number << "; a chip has nothing to compute";
  for (const Part &part : signal.parts) {
    if (!part.axes.isTimeFirst())
      return refuse(op) << "returns a tensor that mixes time with another axis; time must stay the leading axis";
  }
  bool timed = signal.parts.front().axes.hasTime();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(result.get().getType()).getShape().drop_front(timed);
  if (shape.empty())
    return refuse(op) << "returns a number without an axis; keep an axis of one element";
  std::string name = "output" + std::to_string(number);
  if (isPart())
    name = function.getResultAttrOfType<StringAttr>(number, kHostNameAttr).str();

  Part part = signal.parts.front();
  bool isWhole =
      signal.parts.size() == 1 && part.isMessage() && isWholeTensor(part, builder.get().populations[part.source]);
  if (!isWhole) {
    FailureOr<Part> sent = relay(op, signal, name);
    if (failed(sent))
      return failure();
    part = *sent;
    if (!isWholeTensor(part, builder.get().populations[part.source]))
      return refuse(op) << "returns a tensor in an order that no population has";
  }
  chip::Output &output = builder.get().outputs.emplace_back();
  output.name = name;
  output.population = part.source;
  output.lastStep = !timed;
  output.pass = getPass();
  output.scale = signal.factor.value_or(1);
  output.shape.assign(shape.begin(), shape.end());
  for (const Part &offset : signal.offsets) {
    Part once = offset;
    if (timed && !once.axes.list.front().empty()) {
      if (once.axes.list.front().front().row != 0)
        return refuse(op) << "adds a constant that differs between time steps to an output";
      once.axes.list.front().clear();
    }
    output.offset = evaluate(once);
    if (llvm::all_equal(output.offset))
      output.offset.resize(1);
  }
  return success();
}
