// SPDX-License-Identifier: Apache-2.0
// spike-outline-host: a program that the host computes in part becomes functions of the chip and of the host.
#include "NeuronSignature.h"
#include "mlir/IR/IRMapping.h"
#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/IR/HostAttrs.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include <map>

namespace mlir::spike {

#define GEN_PASS_DEF_OUTLINEHOSTPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

constexpr StringLiteral kTimeAxisAttr = "spike.time_axis";

RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

/// Where a value is computed. Host part `pass` runs before chip part `pass`.
struct Place {
  int64_t pass = 0;
  bool onChip = false;
  bool operator<(const Place &other) const { return std::pair(pass, onChip) < std::pair(other.pass, other.onChip); }
};

/// A function that is being made.
struct Part {
  Place place;
  func::FuncOp function;
  OpBuilder builder;
  IRMapping values;
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> resultAttrs;
  llvm::DenseMap<Value, size_t> exported; ///< number of the result
  llvm::StringMap<Value> arguments;

  Part(Place place, func::FuncOp function) : place(place), function(function), builder(function.getContext()) {
    builder.setInsertionPointToStart(function.addEntryBlock());
  }
};

/// Costs nothing on a chip, so whoever reads the result can have one of its own.
bool isFree(Operation *op) {
  return isa<QuantizeOp, RepeatTimeOp, ReshapeOp, TransposeOp, SliceOp, CastOp>(op) && !isOnHost(op);
}

class Outliner {
public:
  Outliner(func::FuncOp function, const RangeAnalysis &ranges)
      : function(function), ranges(ranges), builder(function.getContext()) {}

  LogicalResult run() {
    Block &body = function.front();
    findPlaces();
    if (llvm::none_of(places, [](auto &entry) { return entry.second.onChip; }))
      return function.emitError() << "'" << function.getSymName()
                                  << "' is left to the host as a whole, nothing of it is for the chip; compile it for "
                                     "the CPU (target 'simulation')";
    for (Operation &op : body.without_terminator()) {
      if (isa<ConstantOp>(op) || isFree(&op))
        continue;
      Part &part = getPart(places.lookup(op.getResult(0)));
      for (Value operand : op.getOperands())
        if (failed(read(operand, part)))
          return failure();
      part.builder.clone(op, part.values);
      if (auto neuron = dyn_cast<NeuronOp>(op); neuron && !part.place.onChip && neuron.getPath())
        addResult(part, part.values.lookup(neuron.getOutput()), {}, *neuron.getPath());
    }
    for (OpOperand &result : body.getTerminator()->getOpOperands()) {
      Part &part = getPart(places.lookup(result.get()));
      FailureOr<Value> value = read(result.get(), part);
      if (failed(value))
        return failure();
      addResult(part, *value, ("output" + Twine(result.getOperandNumber())).str(), {}, timed.contains(result.get()));
    }
    report();
    finish();
    return success();
  }

private:
  //===--------------------------------------------------------------------===//
  // Places and time
  //===--------------------------------------------------------------------===//

  void findPlaces() {
    // Those of the chip, whose neurons all run as many.
    for (bool onHost : {true, false})
      for (Operation &op : function.front().without_terminator()) {
        auto neuron = dyn_cast<NeuronOp>(op);
        if (isOnHost(&op) == onHost && ((neuron && !neuron.getSingleStep()) || isa<RepeatTimeOp, EncodeOp>(op)))
          timeSteps = typeOf(op.getResult(0)).getDimSize(0);
      }
    bool brought = !function.getOps<RepeatTimeOp>().empty() || !function.getOps<EncodeOp>().empty();
    for (BlockArgument argument : function.getArguments()) {
      ArrayRef<int64_t> shape = typeOf(argument).getShape();
      places[argument] = {};
      if (function.getArgAttr(argument.getArgNumber(), kTimeAxisAttr) ||
          (!brought && !shape.empty() && shape.front() == timeSteps))
        timed.insert(argument);
    }
    for (Operation &op : function.front().without_terminator()) {
      Place place;
      bool onHost = isOnHost(&op);
      for (Value operand : op.getOperands()) {
        Place from = places.lookup(operand);
        place.pass = std::max(place.pass, from.pass + (onHost && from.onChip));
        place.onChip |= from.onChip;
      }
      if (!isFree(&op))
        place.onChip = !onHost && !isa<ConstantOp>(op);
      for (Value result : op.getResults()) {
        places[result] = place;
        if (isTimed(&op, result))
          timed.insert(result);
      }
    }
  }

  /// Whether the leading axis of a result is time.
  bool isTimed(Operation *op, Value result) const {
    if (auto neuron = dyn_cast<NeuronOp>(op); neuron && !neuron.getSingleStep())
      return result == neuron.getOutput();
    if (isa<EncodeOp, RepeatTimeOp>(op))
      return true;
    auto reduce = dyn_cast<ReduceOp>(op);
    if (isa<DecodeOp>(op) || (reduce && llvm::is_contained(reduce.getDims(), 0)))
      return false;
    ArrayRef<int64_t> shape = typeOf(result).getShape();
    return !shape.empty() && shape.front() == timeSteps &&
           llvm::any_of(op->getOperands(), [&](Value operand) { return timed.contains(operand); });
  }

  //===--------------------------------------------------------------------===//
  // Parts
  //===--------------------------------------------------------------------===//

  Part &getPart(Place place) {
    std::unique_ptr<Part> &part = parts[place];
    if (!part) {
      std::string name = (function.getSymName() + (place.onChip ? "_chip" : "_host") + Twine(place.pass)).str();
      builder.setInsertionPoint(function);
      auto made = func::FuncOp::create(builder, function.getLoc(), name, builder.getFunctionType({}, {}));
      made.setPrivate();
      made->setAttr(kPartOfAttr, function.getSymNameAttr());
      made->setAttr(kPassAttr, builder.getI64IntegerAttr(place.pass));
      if (place.onChip)
        made->setAttr(kTimeStepsAttr, builder.getI64IntegerAttr(timeSteps));
      part = std::make_unique<Part>(place, made);
    }
    return *part;
  }

  /// The value in a part, which computes it, or is given it.
  FailureOr<Value> read(Value value, Part &part) {
    if (Value known = part.values.lookupOrNull(value))
      return known;
    Operation *op = value.getDefiningOp();
    if (op && (isa<ConstantOp>(op) || isFree(op))) {
      for (Value operand : op->getOperands())
        if (failed(read(operand, part)))
          return failure();
      return part.builder.clone(*op, part.values)->getResult(0);
    }
    FailureOr<Value> given = receive(value, part);
    if (succeeded(given))
      part.values.map(value, *given);
    return given;
  }

  /// A value of another part, or an argument. Only the first pass of the chip has the program's own arguments; else the
  /// host passes on what the chip is given.
  FailureOr<Value> receive(Value value, Part &part) {
    Place place = places.lookup(value);
    auto argument = dyn_cast<BlockArgument>(value);
    bool isTimed = timed.contains(value);
    if (argument && !(part.place.onChip && part.place.pass > 0))
      return addArgument(part, ("input" + Twine(argument.getArgNumber())).str(), value.getType(), isTimed);
    if (!part.place.onChip) {
      Part &owner = getPart(place);
      return addArgument(part, exportValue(owner, owner.values.lookup(value)), value.getType(), isTimed);
    }
    Part &host = getPart({part.place.pass, false});
    FailureOr<Value> passed = read(value, host);
    if (failed(passed))
      return failure();
    if (!place.onChip)
      return addArgument(part, exportValue(host, *passed), value.getType(), isTimed);
    // Integers of an earlier pass, which the chip is sent again.
    GridRange range = ranges.getRange(value);
    if (!range.isGrid() || range.getFractionBits() > 0)
      return emitError(value.getLoc())
                 << "'" << value.getDefiningOp()->getName()
                 << "' gives values that are read in a later pass, behind what the host computes, "
                    "and are not proved to be integers; run spike-quantize first",
             failure();
    RankedTensorType type = typeOf(value), real = type.clone(builder.getF32Type());
    if (type != real)
      passed = CastOp::create(host.builder, value.getLoc(), real, *passed).getResult();
    Value sent = addArgument(part, exportValue(host, *passed), real, isTimed);
    return QuantizeOp::create(part.builder, value.getLoc(), type, sent, builder.getF32FloatAttr(1),
                              builder.getI64IntegerAttr(std::min<int64_t>(0, range.getLowValue())),
                              builder.getI64IntegerAttr(std::max<int64_t>(1, range.getHighValue())))
        .getResult();
  }

  Value addArgument(Part &part, const std::string &name, Type type, bool isTimed) {
    Value &argument = part.arguments[name];
    if (!argument) {
      SmallVector<NamedAttribute> attrs = {builder.getNamedAttr(kHostNameAttr, builder.getStringAttr(name))};
      if (isTimed)
        attrs.push_back(builder.getNamedAttr(kTimeAxisAttr, builder.getUnitAttr()));
      unsigned index = part.function.getNumArguments();
      (void)part.function.insertArgument(index, type, builder.getDictionaryAttr(attrs), function.getLoc());
      argument = part.function.getArgument(index);
      if (part.place.onChip && !StringRef(name).starts_with("input"))
        toChip += typeOf(argument).getNumElements();
    }
    return argument;
  }

  /// The name under which a part gives a value to others.
  std::string exportValue(Part &part, Value value) {
    if (auto found = part.exported.find(value); found != part.exported.end())
      return part.resultAttrs[found->second].getAs<StringAttr>(kHostNameAttr).str();
    part.exported[value] = part.results.size();
    if (part.place.onChip)
      toHost += typeOf(value).getNumElements();
    std::string name = ("cut" + Twine(cuts++)).str();
    addResult(part, value, name);
    return name;
  }

  void addResult(Part &part, Value value, StringRef name, StringRef path = {}, bool isTimed = false) {
    SmallVector<NamedAttribute> attrs;
    if (!name.empty())
      attrs.push_back(builder.getNamedAttr(kHostNameAttr, builder.getStringAttr(name)));
    if (!path.empty())
      attrs.push_back(builder.getNamedAttr("spike.path", builder.getStringAttr(path)));
    if (isTimed)
      attrs.push_back(builder.getNamedAttr(kTimeAxisAttr, builder.getUnitAttr()));
    part.results.push_back(value);
    part.resultAttrs.push_back(builder.getDictionaryAttr(attrs));
  }

  //===--------------------------------------------------------------------===//
  // The end
  //===--------------------------------------------------------------------===//

  /// Says what the host computes and why.
  void report() {
    for (Operation &op : function.front().without_terminator()) {
      auto reason = op.getAttrOfType<StringAttr>(kHostAttr);
      if (!reason || reason.empty())
        continue;
      StringRef path = getModulePath(&op);
      std::string layer = path.empty() ? op.getName().stripDialect().str() : path.str();
      NamedAttrList &known = layers[places.lookup(op.getResult(0)).pass];
      if (!known.get(layer))
        known.set(layer, reason);
      op.emitRemark() << "'" << op.getName() << "' of layer '" << layer << "' runs on the host: " << reason.getValue();
    }
    int64_t passes = 0;
    for (auto &[place, part] : parts)
      passes = std::max(passes, place.onChip ? place.pass + 1 : 0);
    emitRemark(function.getLoc()) << "an inference has " << passes << (passes == 1 ? " pass; " : " passes; ") << toHost
                                  << " values go to the host, " << toChip << " to the chip";
  }

  void finish() {
    for (auto &[place, part] : parts) {
      func::ReturnOp::create(part->builder, function.getLoc(), part->results);
      part->function.setType(builder.getFunctionType(part->function.getArgumentTypes(), TypeRange(part->results)));
      for (auto [number, attrs] : llvm::enumerate(part->resultAttrs))
        part->function.setResultAttrs(number, attrs);
      if (!place.onChip)
        part->function->setAttr(kHostLayersAttr, layers[place.pass].getDictionary(builder.getContext()));
      part->function->moveBefore(function);
    }
    function.erase();
  }

  func::FuncOp function;
  const RangeAnalysis &ranges;
  OpBuilder builder;
  int64_t timeSteps = 1, cuts = 0, toHost = 0, toChip = 0;
  llvm::DenseMap<Value, Place> places;
  llvm::DenseSet<Value> timed;
  std::map<Place, std::unique_ptr<Part>> parts;
  std::map<int64_t, NamedAttrList> layers; ///< of the host in each pass, and why
};

struct OutlineHostPass : impl::OutlineHostPassBase<OutlineHostPass> {
  using OutlineHostPassBase::OutlineHostPassBase;

  void runOnOperation() override {
    std::optional<RangeAnalysis> ranges;
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      bool hasHost =
          function.walk([](Operation *op) { return isOnHost(op) ? WalkResult::interrupt() : WalkResult::advance(); })
              .wasInterrupted();
      if (!hasHost || function->hasAttr(kPartOfAttr))
        continue;
      if (!llvm::hasSingleElement(function.getBody())) {
        function.emitError() << "expected a function with one block, got " << function.getBody().getBlocks().size();
        return signalPassFailure();
      }
      if (!ranges)
        ranges.emplace(getOperation());
      if (failed(Outliner(function, *ranges).run()))
        return signalPassFailure();
    }
  }
};

} // namespace
} // namespace mlir::spike
