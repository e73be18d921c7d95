// SPDX-License-Identifier: Apache-2.0
// spike-expose-activity: return what every layer does.
#include "NeuronSignature.h"
#include "spike/Analysis/ModelStatistics.h"
#include "spike/Analysis/RangeAnalysis.h"
#include "spike/Dialect/Spike/Transforms/Passes.h"
#include "spike/Support/Window.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::spike {

#define GEN_PASS_DEF_EXPOSEACTIVITYPASS
#include "spike/Dialect/Spike/Transforms/Passes.h.inc"

namespace {

constexpr StringLiteral kLayersAttr = "spike.layers", kActivityAttr = "spike.activity";
constexpr int64_t kMaxCount = std::numeric_limits<int32_t>::max();

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }
int64_t sizeOf(Value value) { return cast<RankedTensorType>(value.getType()).getNumElements(); }

/// What range analysis knows of a value's elements. Counts are `units` of 2^-fractionBits at most.
struct Flow {
  StringRef kind = "real";
  uint64_t units = 0;
  int fractionBits = 0;

  explicit Flow(const GridRange &range) {
    if (!range.isGrid())
      return;
    if (range.getLow() < 0) {
      if (range.getLow() == -1 && range.getHigh() <= 1)
        kind = "ternary";
      return;
    }
    kind = range.getHigh() <= 1 ? "spike" : "count";
    units = range.getHigh();
    fractionBits = range.getFractionBits();
  }
  bool isReal() const { return kind == "real"; }
  bool isCount() const { return kind == "count"; }
};

/// For each position of an axis, how many windows read it.
SmallVector<int64_t> countReaders(const WindowAxis &axis, int64_t positions) {
  SmallVector<int64_t> readers(axis.length, 0);
  for (int64_t o = 0; o < positions; ++o)
    for (int64_t k = axis.first(o); k < axis.end(o); ++k)
      ++readers[axis.position(o, k)];
  return readers;
}

/// How many time steps each value stands for, and which values differ between steps.
class TimeAxes {
public:
  explicit TimeAxes(func::FuncOp function) {
    for (BlockArgument argument : function.getArguments())
      if (function.getArgAttr(argument.getArgNumber(), "spike.time_axis")) {
        varying.insert(argument);
        steps[argument] = shapeOf(argument).front();
      }
    for (Operation &op : function.front())
      visit(&op);
  }

  int64_t getSteps(Operation *op) const { return std::max<int64_t>(1, steps.lookup(op->getResult(0))); }
  /// How often `op` repeats its work; one if its work differs between steps.
  int64_t getRepeats(Operation *op) const { return varying.contains(op->getResult(0)) ? 1 : getSteps(op); }

private:
  void visit(Operation *op) {
    auto encode = dyn_cast<EncodeOp>(op);
    bool varies = isa<NeuronOp>(op) || (encode && !isa<DirectAttr>(encode.getEncoding()));
    int64_t own = 0;
    for (Value operand : op->getOperands()) {
      varies |= varying.contains(operand);
      own = std::max(own, steps.lookup(operand));
    }
    // A mean over time stands for one step again.
    auto reduce = dyn_cast<ReduceOp>(op);
    auto slice = dyn_cast<SliceOp>(op);
    if (isa<DecodeOp>(op) || (reduce && reduce.getDims().front() == 0) || (slice && slice.getAxis() == 0))
      own = 0;
    if (isa<RepeatTimeOp, EncodeOp, NeuronOp>(op))
      own = shapeOf(op->getResult(0)).front();
    for (Value result : op->getResults()) {
      steps[result] = own;
      if (varies)
        varying.insert(result);
    }
  }

  DenseSet<Value> varying;
  DenseMap<Value, int64_t> steps;
};

class Exposure {
public:
  Exposure(func::FuncOp function, func::ReturnOp terminator, const RangeAnalysis &ranges)
      : function(function), terminator(terminator), ranges(ranges), time(function), builder(terminator) {}

  LogicalResult run() {
    makePathsUnique(getNeurons(function));
    for (Operation &op : llvm::make_early_inc_range(function.front().without_terminator())) {
      LogicalResult done = llvm::TypeSwitch<Operation *, LogicalResult>(&op)
                               .Case<LinearOp, ConvOp, MatmulOp, MaskOp>([&](auto layer) {
                                 begin(layer, layer.getOperation()->getName().stripDialect());
                                 return expose(layer);
                               })
                               .Case([&](NeuronOp neuron) { return expose(neuron); })
                               .Default(success());
      if (failed(done))
        return failure();
    }
    function->setAttr(kLayersAttr, builder.getArrayAttr(layers));
    return success();
  }

private:
  //===--------------------------------------------------------------------===//
  // Layers
  //===--------------------------------------------------------------------===//

  LogicalResult expose(LinearOp op) {
    int64_t depth = shapeOf(op.getWeight())[1], outputs = shapeOf(op.getWeight())[0];
    int64_t dense = sizeOf(op.getResult()) * depth;
    end(op, {op.getInput()}, {op.getWeight(), op.getBias()}, dense, dense, {outputs});
    return failure(failed(addTotals(op, op.getInput(), {})));
  }

  LogicalResult expose(ConvOp op) {
    ArrayRef<int64_t> weight = shapeOf(op.getWeight());
    unsigned first = op.getFirstSpatialAxis();
    SmallVector<SmallVector<int64_t>> readers;
    int64_t dense = sizeOf(op.getResult()) * weight[1], positions = 1, inside = 1;
    bool uniform = true;
    for (int64_t i = 0; i < op.getSpatialRank(); ++i) {
      int64_t outputs = shapeOf(op.getResult())[first + i];
      WindowAxis axis{shapeOf(op.getInput())[first + i], weight[2 + i], op.getStrides()[i], op.getPadding()[2 * i],
                      op.getDilation(i)};
      dense *= weight[2 + i];
      positions *= outputs;
      readers.push_back(countReaders(axis, outputs));
      inside *= std::accumulate(readers.back().begin(), readers.back().end(), int64_t(0));
      uniform &= llvm::all_of(readers.back(), [](int64_t count) { return count == 1; });
    }
    inside *= sizeOf(op.getResult()) / positions * weight[1];
    // Where every tap lies in the padding, no input reaches an output.
    int64_t fanOut = inside ? weight[0] / static_cast<int64_t>(op.getGroups()) : 0;
    end(op, {op.getInput()}, {op.getWeight(), op.getBias()}, dense, inside, {fanOut});
    // The image keeps its spatial axes, so that each position can be weighed by its readers.
    SmallVector<int64_t> spatial;
    if (!uniform)
      for (int64_t i = 0; i < op.getSpatialRank(); ++i)
        spatial.push_back(first + i);
    FailureOr<SmallVector<Value>> images = addTotals(op, op.getInput(), spatial);
    if (failed(images))
      return failure();
    const StringRef quantities[] = {"taps", "tap_sum"};
    for (auto [image, quantity] : llvm::zip(*images, quantities))
      if (!uniform && failed(addWeighed(op, image, readers, quantity)))
        return failure();
    return success();
  }

  LogicalResult expose(MatmulOp op) {
    int64_t rank = shapeOf(op.getLhs()).size();
    int64_t rows = op.getTransposeLhs() ? rank - 1 : rank - 2, columns = op.getTransposeRhs() ? rank - 2 : rank - 1;
    int64_t depth = shapeOf(op.getLhs())[op.getTransposeLhs() ? rank - 2 : rank - 1];
    int64_t dense = sizeOf(op.getResult()) * depth;
    end(op, {op.getLhs(), op.getRhs()}, {}, dense, dense,
        {shapeOf(op.getResult())[rank - 1], shapeOf(op.getResult())[rank - 2]});
    FailureOr<Value> left = reduce(op, ReduceKind::nonzero, op.getLhs(), {rows}, 1);
    FailureOr<Value> right = reduce(op, ReduceKind::nonzero, op.getRhs(), {columns}, 1);
    if (failed(left) || failed(right) || failed(addSum(op, *left, "nonzero0")) ||
        failed(addSum(op, *right, "nonzero1")))
      return failure();
    // An element of the inner axis pairs every nonzero row with every nonzero column.
    FailureOr<Value> pairs = multiply(op, *left, *right);
    return failure(failed(pairs) || failed(addSum(op, *pairs, "pairs")));
  }

  LogicalResult expose(MaskOp op) {
    int64_t dense = sizeOf(op.getResult());
    end(op, {op.getLhs(), op.getRhs()}, {}, dense, dense, {dense / sizeOf(op.getLhs()), dense / sizeOf(op.getRhs())});
    for (auto [operand, quantity] :
         {std::pair<Value, StringRef>(op.getLhs(), "nonzero0"), {op.getRhs(), "nonzero1"}, {op.getResult(), "pairs"}})
      if (failed(addReduced(op, ReduceKind::nonzero, operand, 1, quantity)))
        return failure();
    return success();
  }

  LogicalResult expose(NeuronOp op) {
    if (op.getSingleStep())
      return op.emitError() << "a neuron with single_step is left; run spike-lift-time";
    Flow flow = getFlow(op.getOutput());
    if (flow.isReal())
      return success(); // a readout does not fire
    begin(op, cast<Attribute>(op.getModel()).getAbstractAttribute().getName().split('.').second);
    add("neurons", sizeOf(op.getInput()) / op.getTimeSteps());
    add("steps", op.getTimeSteps());
    add("states", static_cast<int64_t>(op.getModel().getStateNames().size()));
    end(op, {op.getInput()}, {}, 0, 0, {}, {op.getOutput()});
    return failure(failed(addTotals(op, op.getOutput(), {})));
  }

  /// Starts the description of a layer, under a name that no other has.
  void begin(Operation *op, StringRef kind) {
    std::string stem = getModulePath(op).str();
    if (isa<MatmulOp, MaskOp>(op))
      stem += (stem.empty() ? "" : ".") + kind.str();
    if (stem.empty())
      stem = getWeightOwner(op->getOperand(1), kind);
    std::string name = stem;
    for (int64_t number = 1; !taken.insert(name).second; ++number)
      name = stem + "#" + std::to_string(number);
    facts.clear();
    facts.append("name", builder.getStringAttr(name));
    facts.append("kind", builder.getStringAttr(kind));
    names[op] = name;
  }

  void add(StringRef name, int64_t value) { facts.append(name, builder.getI64IntegerAttr(value)); }

  /// Ends the description. What flows is described for `values`, by default the operands.
  void end(Operation *op, ArrayRef<Value> operands, ArrayRef<Value> weights, int64_t dense, int64_t inside,
           ArrayRef<int64_t> fanOut, ArrayRef<Value> values = {}) {
    SmallVector<Attribute> kinds, sources;
    SmallVector<int64_t> elements;
    for (Value value : values.empty() ? operands : values) {
      kinds.push_back(builder.getStringAttr(getFlow(value).kind));
      elements.push_back(sizeOf(value));
    }
    for (Value operand : operands)
      sources.push_back(getSources(operand));
    facts.append("values", builder.getArrayAttr(kinds));
    facts.append("elements", builder.getDenseI64ArrayAttr(elements));
    facts.append("sources", builder.getArrayAttr(sources));
    if (!isa<NeuronOp>(op)) {
      add("outputs", sizeOf(op->getResult(0)));
      int64_t parameters = 0;
      for (Value weight : weights)
        parameters += weight ? sizeOf(weight) : 0;
      add("parameters", parameters);
      add("biases", weights.size() > 1 && weights[1] ? sizeOf(op->getResult(0)) : 0);
      add("dense", dense);
      add("inside", inside);
      add("steps", time.getSteps(op));
      add("repeated", time.getRepeats(op));
      facts.append("fan_out", builder.getDenseI64ArrayAttr(fanOut));
    }
    layers.push_back(facts.getDictionary(builder.getContext()));
    // What is counted stands right behind the layer, so that nothing is kept for longer than it lives anyway.
    builder.setInsertionPointAfter(op);
  }

  /// Visits the ops that a value comes from up to the next layers and arguments, which are passed to `end`.
  void walkBack(Value value, function_ref<void(Operation *)> visit, function_ref<void(StringRef)> end) {
    llvm::SetVector<Value> seen;
    SmallVector<Value> work = {value};
    while (!work.empty()) {
      Value next = work.pop_back_val();
      if (!seen.insert(next))
        continue;
      Operation *op = next.getDefiningOp();
      if (!op) {
        unsigned number = cast<BlockArgument>(next).getArgNumber();
        auto name = function.getArgAttrOfType<StringAttr>(number, kNameAttr);
        end(name ? name.getValue() : "input");
      } else if (auto known = names.find(op); known != names.end()) {
        end(known->second);
      } else {
        visit(op);
        llvm::append_range(work, llvm::reverse(op->getOperands()));
      }
    }
  }

  ArrayAttr getSources(Value value) {
    llvm::SetVector<StringRef> found;
    walkBack(value, [](Operation *) {}, [&](StringRef name) { found.insert(name); });
    return builder.getStrArrayAttr(found.getArrayRef());
  }

  /// What range analysis knows, but a mean of spikes is a real number, whether its divisor is a power of two or not.
  Flow getFlow(Value value) {
    Flow flow(ranges.getRange(value));
    bool averaged = false;
    if (flow.fractionBits > 0)
      walkBack(
          value,
          [&](Operation *op) {
            auto reduce = dyn_cast<ReduceOp>(op);
            auto pool = dyn_cast<PoolOp>(op);
            auto decode = dyn_cast<DecodeOp>(op);
            averaged |= (reduce && reduce.getKind() == ReduceKind::mean) || (pool && pool.getKind() == PoolKind::avg) ||
                        (decode && decode.getKind() == DecodeKind::mean);
          },
          [](StringRef) {});
    return averaged ? Flow(GridRange::real()) : flow;
  }

  //===--------------------------------------------------------------------===//
  // Quantities
  //===--------------------------------------------------------------------===//

  /// Nonzero elements and, of counts, the sum, both as quantities and with the axes `keep`, the first one included.
  FailureOr<SmallVector<Value>> addTotals(Operation *op, Value x, ArrayRef<int64_t> keep) {
    SmallVector<Value> totals;
    Flow flow = getFlow(x);
    SmallVector<int64_t> dims = getOtherAxes(x, keep);
    FailureOr<Value> nonzero = reduce(op, ReduceKind::nonzero, x, dims, 1);
    if (failed(nonzero) || failed(addSum(op, *nonzero, "nonzero0")))
      return failure();
    totals.push_back(*nonzero);
    if (!flow.isCount())
      return totals;
    auto type = cast<RankedTensorType>(x.getType());
    if (flow.fractionBits) {
      type = type.clone(builder.getF32Type());
      x = ScaleOp::create(builder, op->getLoc(), type, x, builder.getF32FloatAttr(std::ldexp(1.0f, flow.fractionBits)),
                          /*divide=*/UnitAttr());
    }
    if (type.getElementType().isF32())
      x = CastOp::create(builder, op->getLoc(), type.clone(getCountElementType(builder.getContext(), flow.units)), x);
    FailureOr<Value> sum = reduce(op, ReduceKind::sum, x, dims, flow.units);
    if (failed(sum) || failed(addSum(op, *sum, "sum0")))
      return failure();
    totals.push_back(*sum);
    return totals;
  }

  LogicalResult addReduced(Operation *op, ReduceKind kind, Value x, uint64_t units, StringRef quantity) {
    FailureOr<Value> reduced = reduce(op, kind, x, getOtherAxes(x, {}), units);
    return failed(reduced) ? failure() : addSum(op, *reduced, quantity);
  }

  /// The image of counts times the readers of each position.
  LogicalResult addWeighed(Operation *op, Value image, ArrayRef<SmallVector<int64_t>> readers, StringRef quantity) {
    SmallVector<int32_t> weights = {1};
    SmallVector<int64_t> shape;
    for (ArrayRef<int64_t> axis : readers) {
      SmallVector<int32_t> products;
      for (int32_t outer : weights)
        for (int64_t inner : axis)
          products.push_back(static_cast<int32_t>(outer * inner));
      weights = std::move(products);
      shape.push_back(axis.size());
    }
    uint64_t most = *llvm::max_element(weights);
    if (most == 0)
      return success();
    auto storage = RankedTensorType::get(shape, builder.getI32Type());
    auto element = getCountElementType(builder.getContext(), std::max<uint64_t>(2, most));
    Value factor =
        ConstantOp::create(builder, op->getLoc(), storage.clone(element), DenseIntElementsAttr::get(storage, weights));
    FailureOr<Value> product = multiply(op, image, factor);
    return failed(product) ? failure() : addSum(op, *product, quantity);
  }

  FailureOr<Value> multiply(Operation *op, Value x, Value y) {
    auto type = cast<RankedTensorType>(x.getType());
    FailureOr<Type> element = getCountType(op, getMax(x), getMax(y));
    if (failed(element))
      return failure();
    return Value(MaskOp::create(builder, op->getLoc(), type.clone(*element), x, y));
  }

  /// `units` is the largest element of `x`, one for `nonzero`.
  FailureOr<Value> reduce(Operation *op, ReduceKind kind, Value x, ArrayRef<int64_t> dims, uint64_t units) {
    int64_t count = 1;
    SmallVector<int64_t> shape;
    for (auto [axis, size] : llvm::enumerate(shapeOf(x))) {
      if (llvm::is_contained(dims, static_cast<int64_t>(axis)))
        count *= size;
      else
        shape.push_back(size);
    }
    FailureOr<Type> element = getCountType(op, count, units);
    if (failed(element))
      return failure();
    if (dims.empty() && kind == ReduceKind::sum)
      return x;
    return Value(ReduceOp::create(builder, op->getLoc(), RankedTensorType::get(shape, *element),
                                  ReduceKindAttr::get(builder.getContext(), kind), x,
                                  builder.getDenseI64ArrayAttr(dims),
                                  /*keep_dims=*/UnitAttr()));
  }

  /// Sums counts over every axis but the first and returns them as a quantity of the latest layer.
  LogicalResult addSum(Operation *op, Value counts, StringRef quantity) {
    SmallVector<int64_t> dims;
    for (int64_t axis = 1; axis < static_cast<int64_t>(shapeOf(counts).size()); ++axis)
      dims.push_back(axis);
    FailureOr<Value> sum = reduce(op, ReduceKind::sum, counts, dims, getMax(counts));
    if (failed(sum))
      return failure();
    auto attrs = builder.getDictionaryAttr(builder.getNamedAttr(
        kActivityAttr,
        builder.getDictionaryAttr({builder.getNamedAttr("layer", builder.getI64IntegerAttr(layers.size() - 1)),
                                   builder.getNamedAttr("quantity", builder.getStringAttr(quantity))})));
    if (failed(function.insertResult(function.getNumResults(), sum->getType(), attrs)))
      return failure();
    terminator.getOperandsMutable().append(*sum);
    return success();
  }

  /// All axes but the first and `keep`; the first as well where no other is left.
  static SmallVector<int64_t> getOtherAxes(Value x, ArrayRef<int64_t> keep) {
    SmallVector<int64_t> axes;
    for (int64_t axis = 1; axis < static_cast<int64_t>(shapeOf(x).size()); ++axis)
      if (!llvm::is_contained(keep, axis))
        axes.push_back(axis);
    if (axes.empty())
      axes.push_back(0);
    return axes;
  }

  static uint64_t getMax(Value counts) {
    return *getMaxCount(cast<RankedTensorType>(counts.getType()).getElementType());
  }

  /// The element type of numbers up to `a * b`.
  FailureOr<Type> getCountType(Operation *op, uint64_t a, uint64_t b) {
    if (a > kMaxCount || b > kMaxCount || a * b > kMaxCount)
      return op->emitError() << "counts up to " << a << " times " << b
                             << " events in one step, more than 32 bits hold; use a smaller batch";
    return getCountElementType(builder.getContext(), a * b);
  }

  func::FuncOp function;
  func::ReturnOp terminator;
  const RangeAnalysis &ranges;
  TimeAxes time;
  OpBuilder builder;
  NamedAttrList facts;
  SmallVector<Attribute> layers;
  DenseMap<Operation *, std::string> names;
  llvm::StringSet<> taken;
};

struct ExposeActivityPass : impl::ExposeActivityPassBase<ExposeActivityPass> {
  using ExposeActivityPassBase::ExposeActivityPassBase;

  void runOnOperation() override {
    RangeAnalysis ranges(getOperation());
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
      if (function.isDeclaration())
        continue;
      FailureOr<func::ReturnOp> terminator = getExtensibleReturn(function, "activity");
      if (failed(terminator) || failed(Exposure(function, *terminator, ranges).run()))
        return signalPassFailure();
    }
  }
};

} // namespace
} // namespace mlir::spike
