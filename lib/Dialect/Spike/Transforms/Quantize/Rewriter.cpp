// SPDX-License-Identifier: Apache-2.0
// The rewrite to integers. The graph and the plan know the old ops; each is replaced when its turn comes.
#include "Rewriter.h"

#include "../NeuronSignature.h"
#include "spike/Dialect/Spike/IR/HostAttrs.h"
#include "spike/Support/Weights.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::quantize;

namespace {

constexpr StringLiteral kReportAttr = "spike.quantization";

class Rewriter {
public:
  Rewriter(const ScaleGraph &graph, const Plan &plan)
      : graph(graph), plan(plan), builder(func::FuncOp(graph.function).getContext()) {}

  void run() {
    func::FuncOp function = graph.function;
    Operation *terminator = function.front().getTerminator();
    // Facts of results are looked up under their old values, so outputs come first.
    for (OpOperand &output : terminator->getOpOperands())
      if (graph.values.count(output.get()))
        output.set(toReal(output.get(), terminator));
    for (auto &[op, reason] : graph.hosts)
      giveToHost(op, reason);
    for (auto &[argument, format] : graph.inputs)
      quantizeInput(cast<BlockArgument>(argument), format);
    SmallVector<Operation *> ops;
    for (Operation &op : function.front().without_terminator())
      if (op.getNumResults() != 1 || !isConstant(op.getResult(0)))
        ops.push_back(&op);
    for (Operation *op : ops)
      if (!restored.contains(op) && !graph.hosts.contains(op))
        rewrite(op);
    SmallVector<ReshapeOp> shapes(function.front().getOps<ReshapeOp>());
    for (ReshapeOp shape : llvm::reverse(shapes))
      if (shape->use_empty() && isConstant(shape))
        shape.erase();
    // Weights that are no longer read are memory.
    for (ConstantOp constant : llvm::make_early_inc_range(function.front().getOps<ConstantOp>()))
      if (constant->use_empty())
        constant.erase();
    function->setAttr(kReportAttr, builder.getArrayAttr(report));
  }

private:
  //===--------------------------------------------------------------------===//
  // Ends
  //===--------------------------------------------------------------------===//

  /// The real numbers that the integers stand for which an output, or an op of the host, reads.
  Value toReal(Value value, Operation *before) {
    builder.setInsertionPoint(before);
    Location loc = value.getLoc();
    auto type = cast<RankedTensorType>(value.getType());
    ValueFacts facts = graph.lookup(value);
    double scale = plan.getScale(graph, value).front();
    auto keep = [&](Operation *op) {
      restored.insert(op);
      if (graph.hosts.contains(before))
        op->setAttr(kHostAttr, builder.getStringAttr(""));
    };
    if (scale != 1) {
      value = ScaleOp::create(builder, loc, type, value, builder.getF32FloatAttr(static_cast<float>(scale)),
                              builder.getUnitAttr());
      keep(value.getDefiningOp());
    }
    if (facts.bias) {
      SmallVector<int64_t> shape(facts.bias->isUniform() ? 1 : type.getRank() - facts.bias->axis, 1);
      shape.front() = static_cast<int64_t>(facts.bias->size());
      value = AddOp::create(builder, loc, type, value, makeConstant(loc, shape, facts.bias->values, "bias"));
      keep(value.getDefiningOp());
    }
    return value;
  }

  /// The op computes real numbers, and what of its results the chip reads are integers.
  void giveToHost(Operation *op, StringRef reason) {
    op->setAttr(kHostAttr, builder.getStringAttr(reason));
    for (OpOperand &operand : op->getOpOperands())
      if (graph.values.contains(operand.get()) && !isa<BlockArgument>(operand.get()))
        operand.set(toReal(operand.get(), op));
    for (Value result : op->getResults())
      if (graph.values.contains(result))
        quantizeTrain(result);
  }

  /// Spikes and counts of the host are integers already: the op says where they enter the chip, and how large they are.
  void quantizeTrain(Value train) {
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : train.getUses())
      if (!graph.hosts.contains(use.getOwner()) && !isa<func::ReturnOp>(use.getOwner()))
        uses.push_back(&use);
    if (uses.empty())
      return;
    builder.setInsertionPointAfter(train.getDefiningOp());
    auto type = cast<RankedTensorType>(train.getType());
    const Interval range = graph.lookup(train).interval;
    Value real = train;
    if (!type.getElementType().isF32()) {
      real = CastOp::create(builder, train.getLoc(), type.clone(builder.getF32Type()), train);
      real.getDefiningOp()->setAttr(kHostAttr, train.getDefiningOp()->getAttr(kHostAttr));
      restored.insert(real.getDefiningOp());
    }
    auto entered = QuantizeOp::create(builder, train.getLoc(), type, real, builder.getF32FloatAttr(1),
                                      builder.getI64IntegerAttr(static_cast<int64_t>(range.low[0])),
                                      builder.getI64IntegerAttr(static_cast<int64_t>(range.high[0])));
    restored.insert(entered);
    for (OpOperand *use : uses)
      use->set(entered);
  }

  void quantizeInput(BlockArgument argument, const InputFormat &format) {
    if (llvm::all_of(argument.getUsers(), [&](Operation *user) { return graph.hosts.contains(user); }))
      return;
    builder.setInsertionPointToStart(argument.getOwner());
    auto type = cast<RankedTensorType>(argument.getType());
    auto rounded = QuantizeOp::create(builder, argument.getLoc(), type, argument,
                                      builder.getF32FloatAttr(static_cast<float>(format.scale)),
                                      builder.getI64IntegerAttr(format.low), builder.getI64IntegerAttr(format.high));
    restored.insert(rounded);
    argument.replaceUsesWithIf(
        rounded, [&](OpOperand &use) { return use.getOwner() != rounded && !graph.hosts.contains(use.getOwner()); });
  }

  Value makeConstant(Location loc, ArrayRef<int64_t> shape, const std::vector<double> &values, StringRef name) {
    auto type = RankedTensorType::get(shape, builder.getF32Type());
    std::vector<float> reals(values.begin(), values.end());
    return ConstantOp::create(builder, loc, type, makeWeights(type, reals, name));
  }

  //===--------------------------------------------------------------------===//
  // Ops
  //===--------------------------------------------------------------------===//

  void rewrite(Operation *op) {
    builder.setInsertionPoint(op);
    for (OpOperand &operand : op->getOpOperands())
      operand.set(multiply(op->getLoc(), operand.get(), plan.getGain(operand)));
    llvm::TypeSwitch<Operation *>(op)
        .Case<LinearOp, ConvOp>([&](auto synapse) { rewriteSynapse(synapse); })
        .Case([&](NeuronOp neuron) { rewriteNeuron(neuron); })
        .Case([&](ScaleOp scale) { replace(scale, scale.getInput()); })
        .Case([&](ReduceOp reduce) {
          if (reduce.getKind() == ReduceKind::mean)
            reduce.setKind(ReduceKind::sum);
        })
        .Case([&](DecodeOp decode) {
          replace(decode, ReduceOp::create(builder, decode.getLoc(), decode.getType(), ReduceKind::sum,
                                           decode.getInput(), ArrayRef<int64_t>{0}));
        })
        .Case([&](PoolOp pool) {
          if (pool.getKind() == PoolKind::avg)
            rewritePool(pool);
        })
        .Case([&](EncodeOp encode) {
          replace(encode, RepeatTimeOp::create(builder, encode.getLoc(), encode.getType(), encode.getInput()));
        })
        .Case<AddOp, MaskOp>([&](Operation *op) {
          // A constant has become a bias, or part of thresholds.
          for (int side : {0, 1})
            if (isConstant(op->getOperand(side))) {
              replace(op, op->getOperand(1 - side));
              return;
            }
        });
  }

  Value multiply(Location loc, Value value, double gain) {
    if (gain == 1)
      return value;
    return ScaleOp::create(builder, loc, cast<RankedTensorType>(value.getType()), value,
                           builder.getF32FloatAttr(static_cast<float>(gain)), UnitAttr());
  }

  static void replace(Operation *op, Value value) {
    op->getResult(0).replaceAllUsesWith(value);
    op->erase();
  }

  template <typename OpTy>
  void rewriteSynapse(OpTy op) {
    const SynapsePlan &numbers = plan.synapses.find(op)->second;
    std::optional<Weights> old = Weights::get(op.getWeight());
    std::string stem = !old || old->key().empty() ? "weight" : old->key().str();
    auto shape = cast<RankedTensorType>(op.getWeight().getType()).getShape();
    op.getWeightMutable().assign(makeConstant(op.getWeight().getLoc(), shape, numbers.numbers.weights, stem + ".int"));
    op.getBiasMutable().clear();
    if (!numbers.numbers.bias.empty())
      op.getBiasMutable().assign(makeConstant(op.getLoc(), {static_cast<int64_t>(numbers.numbers.bias.size())},
                                              numbers.numbers.bias, stem + ".bias"));
    begin(op);
    add("exponent", static_cast<int64_t>(numbers.exponent));
    add("scale", plan.getScale(graph, op.getResult()));
    end();
  }

  /// Sums over windows are a convolution of ones that keeps channels apart.
  void rewritePool(PoolOp op) {
    int64_t channels = op.getType().getDimSize(op.getChannelAxis());
    SmallVector<int64_t> shape = {channels, 1, op.getKernel()[0], op.getKernel()[1]};
    std::vector<double> ones(channels * shape[2] * shape[3], 1.0);
    Value weight = makeConstant(op.getLoc(), shape, ones, "ones");
    auto conv = ConvOp::create(builder, op.getLoc(), op.getType(), op.getInput(), weight, Value(), op.getStrides(),
                               op.getPadding(), op.getDilations(), channels, op.getLayout());
    replace(op, conv);
  }

  void rewriteNeuron(NeuronOp op) {
    const NeuronPlan &numbers = plan.neurons.find(op)->second;
    const SourceNeuron &source = graph.neurons.find(op)->second;
    Value current = multiply(op.getLoc(), op.getInput(), std::ldexp(1.0, numbers.gain));
    SmallVector<Value> params;
    SmallVector<StringRef> names;
    int64_t axis = -1;
    auto set = [&](StringRef name, const Channels &channels) -> double {
      if (channels.least() == channels.most())
        return channels[0];
      params.push_back(makeConstant(op.getLoc(), {static_cast<int64_t>(channels.size())}, channels.values, name));
      names.push_back(name);
      axis = channels.axis;
      return 0;
    };
    auto threshold = static_cast<uint64_t>(set("threshold", numbers.threshold));
    auto bias = static_cast<int64_t>(set("bias", numbers.bias));
    constexpr uint64_t keepNothing = 4095;
    auto model = FixedLIFAttr::get(op.getContext(), keepNothing, source.getDecay(), threshold, bias, source.reset,
                                   numbers.fire, numbers.align, source.levels);
    auto neuron = NeuronOp::create(builder, op.getLoc(), op.getResultTypes(), current, ValueRange(), params, model,
                                   names.empty() ? ArrayAttr() : builder.getStrArrayAttr(names),
                                   names.empty() ? IntegerAttr() : builder.getI64IntegerAttr(axis), op.getPathAttr(),
                                   UnitAttr(), UnitAttr());
    begin(op);
    add("scale", numbers.scale.values);
    add("threshold", numbers.threshold.values);
    add("gain", static_cast<int64_t>(numbers.gain));
    facts.append("exact", builder.getBoolAttr(numbers.exact));
    add("worst_current", static_cast<int64_t>(std::ldexp(numbers.worstCurrent, numbers.align)));
    add("worst_membrane", static_cast<int64_t>(std::ldexp(numbers.worstMembrane, numbers.align)));
    end();
    replace(op, neuron.getOutput());
  }

  //===--------------------------------------------------------------------===//
  // Report
  //===--------------------------------------------------------------------===//

  void begin(Operation *op) {
    facts.clear();
    facts.append("kind", builder.getStringAttr(op->getName().stripDialect()));
    facts.append("name", builder.getStringAttr(getModulePath(op)));
  }
  void add(StringRef name, int64_t value) { facts.append(name, builder.getI64IntegerAttr(value)); }
  /// The least and the largest of some numbers.
  void add(StringRef name, const std::vector<double> &values) {
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    facts.append(name, builder.getF64ArrayAttr({*low, *high}));
  }
  void end() { report.push_back(facts.getDictionary(builder.getContext())); }

  const ScaleGraph &graph;
  const Plan &plan;
  OpBuilder builder;
  /// Ops that this made, which stay.
  llvm::SmallDenseSet<Operation *> restored;
  NamedAttrList facts;
  SmallVector<Attribute> report;
};

} // namespace

void mlir::spike::quantize::rewrite(const ScaleGraph &graph, const Plan &plan) { Rewriter(graph, plan).run(); }
