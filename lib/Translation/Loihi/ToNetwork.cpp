// SPDX-License-Identifier: Apache-2.0
// From ops to the structure.
#include "spike/Translation/LoihiNetwork.h"

#include "spike/Support/Weights.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::spike;
using namespace mlir::spike::loihi;

Parts::Parts(NetworkOp network) : network(network) {
  for (Operation &op : network.getBody().front())
    llvm::TypeSwitch<Operation *>(&op)
        .Case([&](ProgramOp op) { programs.push_back(op); })
        .Case([&](PopulationOp op) { populations.push_back(op); })
        .Case([&](ProjectionOp op) { projections.push_back(op); })
        .Case([&](InputOp op) { inputs.push_back(op); })
        .Case([&](OutputOp op) { outputs.push_back(op); })
        .Case([&](ChipOp op) { chips.push_back(op); })
        .Case([&](CoreOp op) { cores.push_back(op); });
}

Location Parts::getLoc(const chip::Fault &fault) {
  using Part = chip::Fault::Part;
  auto find = [&](auto &ops) { return fault.index < ops.size() ? ops[fault.index].getLoc() : network.getLoc(); };
  switch (fault.part) {
  case Part::network:
    return network.getLoc();
  case Part::program:
    return find(programs);
  case Part::population:
    return find(populations);
  case Part::projection:
    return find(projections);
  case Part::input:
    return find(inputs);
  case Part::output:
    return find(outputs);
  case Part::chip:
    return find(chips);
  case Part::core:
    return find(cores);
  }
  llvm_unreachable("unknown part");
}

namespace {

std::vector<int64_t> toVector(ArrayRef<int64_t> list) { return list.vec(); }
std::vector<int32_t> toVector(std::optional<ArrayRef<int32_t>> list) {
  return list ? list->vec() : std::vector<int32_t>();
}

std::vector<chip::Dim> toDims(NestAttr nest) {
  std::vector<chip::Dim> dims;
  for (auto [size, stride] : llvm::zip_equal(nest.getSizes(), nest.getStrides()))
    dims.push_back({size, stride});
  return dims;
}

class Converter {
public:
  FailureOr<chip::Network> convert(NetworkOp op);

private:
  LogicalResult convert(PopulationOp op);
  LogicalResult convert(ProjectionOp op);
  void convert(InputOp op);
  void convert(OutputOp op);
  void convert(CoreOp op);
  LogicalResult readWeights(ProjectionOp op, chip::Projection &projection);
  int32_t find(FlatSymbolRefAttr name) const { return numbers.lookup(name.getValue()); }

  chip::Network network;
  llvm::StringMap<int32_t> numbers; ///< of programs and populations
};

LogicalResult Converter::convert(PopulationOp op) {
  chip::Population population;
  population.name = op.getSymName();
  population.path = op.getPath().value_or("");
  population.shape = toVector(op.getShape());
  population.payloadBits = op.getPayloadBits();
  population.start = op.getStart();
  population.substeps = op.getSubsteps();
  if (op.getRate())
    population.rate = op.getRate()->convertToDouble();
  if (op.getTensor())
    population.tensor = toDims(*op.getTensor());
  if (op.getInput()) {
    population.kind = chip::NeuronKind::input;
  } else if (std::optional<LifAttr> lif = op.getLif()) {
    population.kind = chip::NeuronKind::lif;
    population.lif = {lif->getDu(),
                      lif->getDv(),
                      lif->getDuOffset(),
                      lif->getDvOffset(),
                      lif->getAlign(),
                      lif->getRefractory(),
                      toVector(op.getThreshold()),
                      toVector(op.getBias()),
                      toVector(op.getBiasExponent())};
  } else {
    population.kind = chip::NeuronKind::program;
    population.program = find(op.getProgramAttr());
    if (ArrayAttr params = op.getParamsAttr())
      for (auto param : params.getAsRange<DenseI32ArrayAttr>())
        population.params.push_back(param.asArrayRef().vec());
  }
  network.populations.push_back(std::move(population));
  return success();
}

LogicalResult Converter::readWeights(ProjectionOp op, chip::Projection &projection) {
  FailureOr<std::vector<int32_t>> weights = readIntegers(op.getWeights());
  if (failed(weights))
    return op.emitOpError() << "expected weights that are dense or a resource of their size";
  auto sparse = dyn_cast<SparseAttr>(op.getEncoding());
  if (!sparse) {
    projection.weights.assign(weights->begin(), weights->end());
    return success();
  }
  FailureOr<std::vector<int32_t>> pairs = readIntegers(sparse.getPairs());
  if (failed(pairs))
    return op.emitOpError() << "expected pairs that are dense or a resource of their size";
  for (auto [i, weight] : llvm::enumerate(*weights))
    projection.entries.push_back({(*pairs)[2 * i], (*pairs)[2 * i + 1], static_cast<int16_t>(weight)});
  return success();
}

LogicalResult Converter::convert(ProjectionOp op) {
  chip::Projection projection;
  projection.name = op.getSymName();
  projection.source = find(op.getSourceAttr());
  projection.target = find(op.getTargetAttr());
  projection.port = op.getPort();
  projection.delay = op.getDelay();
  projection.substep = op.getSubstep();
  projection.weightBits = op.getBits();
  projection.sign = static_cast<chip::SignMode>(op.getSign());
  projection.exponent = op.getExponent();
  projection.graded = op.getGraded();
  auto setView = [&](ViewAttr view) {
    projection.viewOffset = view.getOffset();
    projection.viewPositions = toDims(view.getPositions());
    projection.viewChannels = toDims(view.getChannels());
  };
  llvm::TypeSwitch<Attribute>(op.getEncoding())
      .Case([&](DenseAttr dense) {
        projection.encoding = chip::Encoding::dense;
        setView(dense.getView());
      })
      .Case([&](ConvAttr conv) {
        projection.encoding = chip::Encoding::conv;
        setView(conv.getView());
        DenseI64ArrayAttr in = conv.getInput(), out = conv.getOutput(), kernel = conv.getKernel(),
                          stride = conv.getStrides(), pad = conv.getPadding(), dilation = conv.getDilations();
        projection.window = {in[0],     in[1],  out[0], out[1],      kernel[0],   kernel[1],       stride[0],
                             stride[1], pad[0], pad[1], dilation[0], dilation[1], conv.getGroups()};
      })
      .Case([&](StridedAttr strided) {
        projection.encoding = chip::Encoding::strided;
        projection.sourceOffset = strided.getSource();
        projection.targetOffset = strided.getTarget();
        LoopsAttr loops = strided.getLoops();
        for (auto [size, source, target] : llvm::zip_equal(loops.getSizes(), loops.getSources(), loops.getTargets()))
          projection.loops.push_back({size, source, target});
      })
      .Case([&](SparseAttr sparse) {
        projection.encoding = chip::Encoding::sparse;
        setView(sparse.getView());
      });
  if (failed(readWeights(op, projection)))
    return failure();
  network.projections.push_back(std::move(projection));
  return success();
}

void Converter::convert(InputOp op) {
  network.inputs.push_back({op.getName().str(), find(op.getPopulationAttr()), op.getScale().convertToDouble(),
                            static_cast<int32_t>(op.getLow()), static_cast<int32_t>(op.getHigh()), !op.getTimed(),
                            toVector(op.getShape()), static_cast<int32_t>(op.getPass())});
}

void Converter::convert(OutputOp op) {
  network.outputs.push_back({op.getName().str(), find(op.getPopulationAttr()), op.getLast(),
                             op.getScale().convertToDouble(),
                             op.getOffset() ? op.getOffset()->vec() : std::vector<float>(), toVector(op.getShape()),
                             static_cast<int32_t>(op.getPass())});
}

void Converter::convert(CoreOp op) {
  chip::Core core;
  if (std::optional<PlaceAttr> place = op.getPlace())
    core = {place->getChip(), place->getX(), place->getY(), {}};
  for (auto slice : op.getBody().getOps<SliceOp>())
    core.slices.push_back({find(slice.getPopulationAttr()), int64_t(slice.getP0()), int64_t(slice.getP1()),
                           int64_t(slice.getC0()), int64_t(slice.getC1())});
  network.cores.push_back(std::move(core));
}

FailureOr<chip::Network> Converter::convert(NetworkOp op) {
  network.name = op.getSymName();
  network.target = op.getTarget();
  network.timeSteps = op.getTimeSteps();
  if (std::optional<ConventionsAttr> conventions = op.getConventions())
    network.conventions = {conventions->getShiftBeforeSum(), conventions->getWrapInput(),
                           conventions->getLavaCurrentWrap(), conventions->getWrapBiasedCurrent()};
  if (std::optional<InterconnectAttr> links = op.getInterconnect())
    network.interconnect = {static_cast<chip::Interconnect::Kind>(links->getKind()), links->getChipsPerGroup()};
  if (ArrayAttr host = op.getHostAttr())
    for (auto layer : host.getAsRange<StringAttr>())
      network.host.push_back(layer.str());
  Parts parts(op);
  for (ProgramOp program : parts.programs) {
    FailureOr<chip::Program> code = assemble(program);
    if (failed(code))
      return failure();
    numbers[program.getSymName()] = network.programs.size();
    network.programs.push_back(std::move(*code));
  }
  for (auto [number, population] : llvm::enumerate(parts.populations))
    numbers[population.getSymName()] = number;
  for (PopulationOp population : parts.populations)
    if (failed(convert(population)))
      return failure();
  for (ProjectionOp projection : parts.projections)
    if (failed(convert(projection)))
      return failure();
  for (InputOp input : parts.inputs)
    convert(input);
  for (OutputOp output : parts.outputs)
    convert(output);
  for (ChipOp op : parts.chips)
    network.chips.push_back({static_cast<int32_t>(op.getX()), static_cast<int32_t>(op.getY())});
  for (CoreOp core : parts.cores)
    convert(core);
  return std::move(network);
}

} // namespace

FailureOr<chip::Network> mlir::spike::loihi::toNetwork(NetworkOp op) { return Converter().convert(op); }

LogicalResult mlir::spike::loihi::verifyNetwork(NetworkOp op, const chip::Network &network, chip::Phase phase,
                                                const chip::Limits *limits) {
  std::optional<chip::Fault> fault = chip::findFault(network, phase, limits);
  return fault ? LogicalResult(emitError(Parts(op).getLoc(*fault)) << fault->message) : success();
}
