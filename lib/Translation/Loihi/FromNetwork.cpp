// SPDX-License-Identifier: Apache-2.0
// From the structure to ops.
#include "Builder.h"

#include "spike/Support/Weights.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::loihi;

NestAttr PartBuilder::makeNest(const std::vector<chip::Dim> &dims) {
  SmallVector<int64_t> sizes, strides;
  for (const chip::Dim &dim : dims) {
    sizes.push_back(dim.size);
    strides.push_back(dim.stride);
  }
  return NestAttr::getChecked(emitter(), context, ArrayRef(sizes), ArrayRef(strides));
}

ViewAttr PartBuilder::makeView(const chip::Projection &projection) {
  NestAttr positions = makeNest(projection.viewPositions), channels = makeNest(projection.viewChannels);
  return positions && channels ? ViewAttr::get(context, projection.viewOffset, positions, channels) : ViewAttr();
}

std::optional<StringRef> PartBuilder::getName(ArrayRef<std::string> names, int64_t number, StringRef what) {
  if (number >= 0 && number < int64_t(names.size()))
    return StringRef(names[number]);
  emitError(loc) << "network '" << network.name << "' has no " << what << " number " << number;
  return std::nullopt;
}

PartBuilder::PartBuilder(OpBuilder &builder, Location loc, const chip::Network &network)
    : builder(builder), context(builder.getContext()), loc(loc), network(network) {
  for (const chip::Program &program : network.programs)
    programs.push_back(program.name);
  for (const chip::Population &population : network.populations)
    populations.push_back(population.name);
}

FailureOr<PopulationOp> PartBuilder::make(const chip::Population &population) {
  auto op = PopulationOp::create(builder, loc, population.name, population.shape);
  auto list = [&](ArrayRef<int32_t> values) {
    return values.empty() ? DenseI32ArrayAttr() : builder.getDenseI32ArrayAttr(values);
  };
  switch (population.kind) {
  case chip::NeuronKind::input:
    op.setInput(true);
    break;
  case chip::NeuronKind::lif: {
    const chip::Lif &lif = population.lif;
    auto attr =
        LifAttr::getChecked(emitter(), context, lif.du, lif.dv, lif.duOffset, lif.dvOffset, lif.align, lif.refractory);
    if (!attr)
      return failure();
    op.setLifAttr(attr);
    op.setThreshold(lif.threshold);
    op.setBiasAttr(list(lif.biasMantissa));
    op.setBiasExponentAttr(list(lif.biasExponent));
    break;
  }
  case chip::NeuronKind::program: {
    std::optional<StringRef> name = getName(programs, population.program, "program");
    if (!name)
      return failure();
    op.setProgram(*name);
    SmallVector<Attribute> params;
    for (const std::vector<int32_t> &param : population.params)
      params.push_back(builder.getDenseI32ArrayAttr(param));
    if (!params.empty())
      op.setParamsAttr(builder.getArrayAttr(params));
    break;
  }
  }
  op.setPayloadBits(population.payloadBits);
  op.setStart(population.start);
  op.setSubsteps(population.substeps);
  if (population.rate >= 0)
    op.setRate(APFloat(population.rate));
  if (!population.tensor.empty()) {
    NestAttr tensor = makeNest(population.tensor);
    if (!tensor)
      return failure();
    op.setTensorAttr(tensor);
  }
  if (!population.path.empty())
    op.setPath(population.path);
  return op;
}

Attribute PartBuilder::makeEncoding(const chip::Projection &projection) {
  switch (projection.encoding) {
  case chip::Encoding::dense: {
    ViewAttr view = makeView(projection);
    return view ? DenseAttr::get(context, view) : Attribute();
  }
  case chip::Encoding::conv: {
    ViewAttr view = makeView(projection);
    if (!view)
      return {};
    const chip::Window &w = projection.window;
    auto pair = [&](int64_t height, int64_t width) { return builder.getDenseI64ArrayAttr({height, width}); };
    return ConvAttr::getChecked(emitter(), context, view, pair(w.inH, w.inW), pair(w.outH, w.outW), pair(w.kH, w.kW),
                                pair(w.strideH, w.strideW), pair(w.padH, w.padW), pair(w.dilH, w.dilW), w.groups);
  }
  case chip::Encoding::strided: {
    SmallVector<int64_t> sizes, sources, targets;
    for (const chip::PairDim &loop : projection.loops) {
      sizes.push_back(loop.size);
      sources.push_back(loop.source);
      targets.push_back(loop.target);
    }
    auto loops = LoopsAttr::getChecked(emitter(), context, ArrayRef(sizes), ArrayRef(sources), ArrayRef(targets));
    return loops ? StridedAttr::get(context, projection.sourceOffset, projection.targetOffset, loops) : Attribute();
  }
  case chip::Encoding::sparse: {
    ViewAttr view = makeView(projection);
    std::vector<int32_t> pairs;
    for (const chip::Entry &entry : projection.entries)
      pairs.insert(pairs.end(), {entry.source, entry.target});
    auto type = RankedTensorType::get({int64_t(projection.entries.size()), 2}, builder.getI32Type());
    // Not a resource: bytecode loses those inside of attributes that have no encoding of their own.
    return view ? SparseAttr::get(context, view, DenseElementsAttr::get(type, ArrayRef(pairs))) : Attribute();
  }
  }
  emitError(loc) << "projection '" << projection.name << "' has an unknown encoding";
  return {};
}

ElementsAttr PartBuilder::makeStored(const chip::Projection &projection, Attribute encoding) {
  std::vector<int32_t> values(projection.weights.begin(), projection.weights.end());
  SmallVector<int64_t> shape;
  if (auto dense = dyn_cast<DenseAttr>(encoding)) {
    shape = {0, dense.getView().getChannels().getNumSteps()};
  } else if (auto conv = dyn_cast<ConvAttr>(encoding)) {
    shape = {0, conv.getView().getChannels().getNumSteps() / conv.getGroups()};
    llvm::append_range(shape, conv.getKernel().asArrayRef());
  } else {
    if (isa<SparseAttr>(encoding)) {
      values.clear();
      for (const chip::Entry &entry : projection.entries)
        values.push_back(entry.weight);
    }
    shape = {int64_t(values.size())};
  }
  if (shape.size() > 1) {
    std::optional<int64_t> perOutput = getNumNeurons(ArrayRef(shape).drop_front());
    if (!perOutput || values.size() % *perOutput) {
      emitError(loc) << "projection '" << projection.name << "' has " << values.size()
                     << " weights, which is no multiple of what an output reads";
      return {};
    }
    shape[0] = values.size() / *perOutput;
  }
  SignMode sign = static_cast<SignMode>(projection.sign);
  IntegerType element = getWeightType(context, sign);
  for (int32_t value : values)
    if (!llvm::isIntN(element.getWidth(), value)) {
      emitError(loc) << "projection '" << projection.name << "' has the weight " << value << ", which does not fit "
                     << element.getWidth() << " bits";
      return {};
    }
  return makeIntegers(RankedTensorType::get(shape, element), values, projection.name);
}

FailureOr<ProjectionOp> PartBuilder::make(const chip::Projection &projection) {
  std::optional<StringRef> source = getName(populations, projection.source, "population"),
                           target = getName(populations, projection.target, "population");
  Attribute encoding = source && target ? makeEncoding(projection) : Attribute();
  ElementsAttr weights = encoding ? makeStored(projection, encoding) : ElementsAttr();
  if (!weights)
    return failure();
  return ProjectionOp::create(builder, loc, projection.name, *source, *target, projection.port, projection.delay,
                              projection.substep, encoding, projection.weightBits,
                              static_cast<SignMode>(projection.sign), projection.exponent, projection.graded, weights);
}

LogicalResult PartBuilder::make(const chip::Input &input) {
  std::optional<StringRef> population = getName(populations, input.population, "population");
  if (population)
    InputOp::create(builder, loc, input.name, *population, input.shape, APFloat(input.scale), input.low, input.high,
                    !input.everyStep, input.pass);
  return success(population.has_value());
}

LogicalResult PartBuilder::make(const chip::Output &output) {
  std::optional<StringRef> population = getName(populations, output.population, "population");
  if (population)
    OutputOp::create(builder, loc, builder.getStringAttr(output.name), FlatSymbolRefAttr::get(context, *population),
                     builder.getDenseI64ArrayAttr(output.shape), builder.getF64FloatAttr(output.scale),
                     output.offset.empty() ? DenseF32ArrayAttr() : builder.getDenseF32ArrayAttr(output.offset),
                     output.lastStep ? builder.getUnitAttr() : UnitAttr(), builder.getI32IntegerAttr(output.pass));
  return success(population.has_value());
}

LogicalResult PartBuilder::makePlaces(Phase phase) {
  for (auto [number, chip] : llvm::enumerate(network.chips))
    ChipOp::create(builder, loc, number, chip.x, chip.y);
  for (const chip::Core &core : network.cores) {
    PlaceAttr place;
    if (phase != Phase::partitioned)
      place = PlaceAttr::get(context, core.chip, core.x, core.y);
    auto op = CoreOp::create(builder, loc, place);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&op.getBody().emplaceBlock());
    for (const chip::Slice &slice : core.slices) {
      std::optional<StringRef> population = getName(populations, slice.population, "population");
      if (!population)
        return failure();
      SliceOp::create(builder, loc, *population, slice.p0, slice.p1, slice.c0, slice.c1);
    }
  }
  return success();
}

InterconnectAttr mlir::spike::loihi::getInterconnect(MLIRContext *context, const chip::Network &network) {
  const chip::Interconnect &links = network.interconnect;
  if (links == chip::Interconnect())
    return {};
  return InterconnectAttr::get(context, static_cast<InterconnectKind>(links.kind), links.chipsPerGroup);
}

FailureOr<NetworkOp> mlir::spike::loihi::fromNetwork(OpBuilder &builder, Location loc, const chip::Network &network,
                                                     Phase phase) {
  const chip::Conventions &c = network.conventions;
  ConventionsAttr conventions;
  if (!(c == chip::Conventions()))
    conventions = ConventionsAttr::get(builder.getContext(), c.shiftBeforeSum, c.wrapInput, c.lavaCurrentWrap,
                                       c.wrapBiasedCurrent);
  SmallVector<StringRef> host(network.host.begin(), network.host.end());
  phase = network.cores.empty() ? Phase::unmapped : phase;
  auto op = NetworkOp::create(builder, loc, network.name, phase, network.timeSteps, network.target, conventions,
                              getInterconnect(builder.getContext(), network),
                              network.host.empty() ? ArrayAttr() : builder.getStrArrayAttr(host));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&op.getBody().emplaceBlock());
  PartBuilder parts(builder, loc, network);
  auto makeAll = [&](const auto &list) {
    return llvm::all_of(list, [&](const auto &part) { return succeeded(parts.make(part)); });
  };
  bool made = llvm::all_of(network.programs,
                           [&](const chip::Program &program) { return succeeded(disassemble(builder, loc, program)); });
  if (made && makeAll(network.populations) && makeAll(network.projections) && makeAll(network.inputs) &&
      makeAll(network.outputs) && succeeded(parts.makePlaces(phase)))
    return op;
  op.erase();
  return failure();
}
