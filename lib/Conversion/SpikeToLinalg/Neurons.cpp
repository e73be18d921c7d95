// SPDX-License-Identifier: Apache-2.0
// Neurons and input codes. A neuron is a scan over time: one linalg.generic whose time loop is a reduction with the
// membrane as accumulator, and whose inner loop over the population is vectorised.
#include "Builders.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

/// The synapses before it have computed the neuron as well.
struct FusedNeuronPattern : OpConversionPattern<NeuronOp> {
  FusedNeuronPattern(TypeConverter &converter, MLIRContext *context, FusedNeurons &fused)
      : OpConversionPattern(converter, context, PatternBenefit(2)), fused(fused) {}
  LogicalResult matchAndRewrite(NeuronOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    Value output = fused.lookup(op);
    if (!output)
      return rewriter.notifyMatchFailure(op, "expected a neuron that is part of a kernel");
    LoopBuilder loops(rewriter, op.getLoc());
    rewriter.replaceOp(op, loops.reshape(output, shapeOf(op.getOutput())));
    return success();
  }

  FusedNeurons &fused;
};

struct NeuronPattern : OpConversionPattern<NeuronOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(NeuronOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    MLIRContext *context = op.getContext();
    NeuronModelAttrInterface model = op.getModel();
    Type in = elementOf(op.getInput()), out = elementOf(op.getOutput());
    size_t states = model.getStateNames().size(), params = op.getParams().size();

    // The population is one axis, or (before, channel, behind) if parameters run along a channel.
    SmallVector<int64_t> population = {product(op.getStateShape())};
    if (params) {
      int64_t axis = *op.getAxis() - (op.getSingleStep() ? 0 : 1);
      ArrayRef<int64_t> shape = op.getStateShape();
      population = {product(shape.take_front(axis)), shape[axis], product(shape.drop_front(axis + 1))};
    }
    SmallVector<int64_t> full = {op.getTimeSteps()};
    llvm::append_range(full, population);

    // A current that repeats over time is read where it stands once.
    auto repeat = op.getSingleStep() ? RepeatTimeOp() : op.getInput().getDefiningOp<RepeatTimeOp>();
    Value once = repeat ? rewriter.getRemappedValue(repeat.getInput()) : Value();
    SmallVector<Value> inputs = {once ? loops.reshape(once, population) : loops.reshape(adaptor.getInput(), full)};
    llvm::append_range(inputs, adaptor.getParams());
    SmallVector<Value> inits = {loops.empty(full, getStorageElement(out))};
    for (size_t i = 0; i < states; ++i)
      inits.push_back(getStart(loops, op, adaptor, i, population));
    // The states of all steps, besides those that are carried from step to step.
    size_t traces = op.getTrace() ? states : 0;
    for (size_t i = 0; i < traces; ++i)
      inits.push_back(loops.empty(full, rewriter.getF32Type()));

    unsigned rank = full.size();
    SmallVector<unsigned> stateLoops;
    for (unsigned i = 1; i < rank; ++i)
      stateLoops.push_back(i);
    AffineMap fullMap = AffineMap::getMultiDimIdentityMap(rank, context);
    SmallVector<AffineMap> maps = {once ? selectLoops(context, rank, stateLoops) : fullMap};
    maps.append(params, selectLoops(context, rank, {2}));
    maps.push_back(fullMap);
    maps.append(states, selectLoops(context, rank, stateLoops));
    maps.append(traces, fullMap);
    SmallVector<bool> reductions(rank, false);
    reductions[0] = states > 0;

    auto body = [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      SmallVector<Value> state(x.drop_back(traces).take_back(states));
      auto param = [&](StringRef name) -> Value {
        for (size_t i = 0; i < params; ++i)
          if (cast<StringAttr>(op.getParamNamesAttr()[i]).getValue() == name)
            return x[1 + i];
        return {};
      };
      Value output = model.buildStep(inner.b, inner.loc, state, inner.toF32(x[0], in), param);
      SmallVector<Value> results = {output.getType().isInteger(1) ? inner.fromBool(output, out)
                                                                  : inner.fromF32(output, out)};
      llvm::append_range(results, state);
      llvm::append_range(results, ArrayRef<Value>(state).take_front(traces));
      return results;
    };
    SmallVector<Value> results = loops.generic(inputs, inits, maps, reductions, body);

    SmallVector<Value> replacements = {loops.reshape(results[0], shapeOf(op.getOutput()))};
    for (size_t i = 0; i < op.getFinalState().size(); ++i)
      replacements.push_back(op.getTrace() ? loops.reshape(results[1 + states + i], shapeOf(op.getOutput()))
                                           : loops.reshape(results[1 + i], op.getStateShape()));
    rewriter.replaceOp(op, replacements);
    return success();
  }

private:
  /// State `index` before the first step, over the population.
  static Value getStart(LoopBuilder &loops, NeuronOp op, OpAdaptor adaptor, unsigned index,
                        ArrayRef<int64_t> population) {
    if (!op.getInit().empty())
      return loops.reshape(adaptor.getInit()[index], population);
    StringRef name = op.getModel().getStateResetParam(index);
    for (size_t i = 0; i < adaptor.getParams().size(); ++i)
      if (cast<StringAttr>(op.getParamNamesAttr()[i]).getValue() == name) {
        // Parameters run along the middle axis.
        Value channels = loops.reshape(adaptor.getParams()[i], {population[1], 1});
        return loops.elementwise(channels, population, loops.b.getF32Type(),
                                 [](LoopBuilder &, ValueRange x) -> SmallVector<Value> { return {x[0]}; });
      }
    return loops.filled(population, loops.constantF32(static_cast<float>(op.getModel().getStateReset(index))));
  }
};

struct EncodePattern : OpConversionPattern<EncodeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(EncodeOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    LoopBuilder loops(rewriter, op.getLoc());
    MLIRContext *context = op.getContext();
    EncodingAttrInterface code = op.getEncoding();
    Type out = op.getType().getElementType();
    int64_t steps = op.getSteps(), elements = product(op.getType().getShape()) / steps;
    AffineMap all = AffineMap::getMultiDimIdentityMap(2, context);
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    if (code.readsTime()) {
      // One step of zeros in front, the last step left out: the input one step earlier.
      Value train = loops.reshape(adaptor.getInput(), {steps, elements});
      Value padded = loops.pad(train, {1, 0}, {0, 0}, loops.constantF32(0.0f));
      SmallVector<OpFoldResult> offsets(2, rewriter.getIndexAttr(0)), strides(2, rewriter.getIndexAttr(1));
      SmallVector<OpFoldResult> sizes = {rewriter.getIndexAttr(steps), rewriter.getIndexAttr(elements)};
      inputs = {train, tensor::ExtractSliceOp::create(rewriter, op.getLoc(), padded, offsets, sizes, strides)};
      maps = {all, all, all};
    } else {
      inputs = {loops.reshape(adaptor.getInput(), {elements})};
      maps = {selectLoops(context, 2, {1}), all};
    }
    auto body = [&](LoopBuilder &inner, ValueRange x) -> SmallVector<Value> {
      auto loop = [&](int64_t dim) -> Value {
        return arith::IndexCastOp::create(inner.b, inner.loc, inner.b.getI64Type(),
                                          linalg::IndexOp::create(inner.b, inner.loc, dim));
      };
      Value previous = code.readsTime() ? x[1] : inner.constantF32(0.0f);
      Value value = code.buildEncode(inner.b, inner.loc, x[0], previous, loop(0), loop(1), steps);
      return {value.getType().isInteger(1) ? inner.fromBool(value, out) : inner.fromF32(value, out)};
    };
    Value result =
        loops.generic(inputs, loops.empty({steps, elements}, getStorageElement(out)), maps, {false, false}, body)[0];
    rewriter.replaceOp(op, loops.reshape(result, op.getType().getShape()));
    return success();
  }
};

} // namespace

bool mlir::spike::canRunInKernel(NeuronOp neuron) {
  constexpr int64_t maxSteps = 16;
  return neuron->getNumOperands() == 1 && neuron->getNumResults() == 1 && !neuron.getSingleStep() &&
         neuron.getTimeSteps() <= maxSteps && getMaxCount(elementOf(neuron.getOutput())).value_or(256) <= 255;
}

NeuronOp mlir::spike::findFusableNeuron(Operation *source) {
  Operation *op = source;
  do {
    if (!op->getResult(0).hasOneUse())
      return {};
    op = *op->getResult(0).user_begin();
  } while (isa<ReshapeOp>(op));
  auto neuron = dyn_cast<NeuronOp>(op);
  if (!neuron || !canRunInKernel(neuron))
    return {};
  auto currents = cast<RankedTensorType>(source->getResult(0).getType());
  int64_t rows = currents.getNumElements() / std::max<int64_t>(1, currents.getShape().back());
  return rows % neuron.getTimeSteps() == 0 ? neuron : NeuronOp();
}

void mlir::spike::populateNeuronPatterns(TypeConverter &converter, RewritePatternSet &patterns, FusedNeurons &fused) {
  patterns.add<FusedNeuronPattern>(converter, patterns.getContext(), fused);
  patterns.add<NeuronPattern, EncodePattern>(converter, patterns.getContext());
}
