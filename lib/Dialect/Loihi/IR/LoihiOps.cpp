// SPDX-License-Identifier: Apache-2.0
// Operations of the loihi dialect, and what each can verify by itself.
#include "spike/Dialect/Loihi/IR/Loihi.h"

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace mlir::spike::loihi;

/// Numbers in so many digits that they are read as they were; DenseF32ArrayAttr itself rounds them to seven.
static void printFloats(OpAsmPrinter &printer, Operation *, DenseF32ArrayAttr floats) {
  auto print = [&](float value) {
    std::string text;
    llvm::raw_string_ostream(text) << llvm::format("%.6e", value);
    double read = 0;
    if (StringRef(text).getAsDouble(read) || static_cast<float>(read) != value)
      printer << llvm::format("%.8e", value);
    else
      printer << text;
  };
  printer << "[";
  llvm::interleaveComma(floats.asArrayRef(), printer, print);
  printer << "]";
}

static ParseResult parseFloats(OpAsmParser &parser, DenseF32ArrayAttr &floats) {
  SmallVector<float> values;
  auto parseFloat = [&]() -> ParseResult {
    APFloat value(0.0f);
    if (parser.parseFloat(APFloat::IEEEsingle(), value))
      return failure();
    values.push_back(value.convertToFloat());
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseFloat))
    return failure();
  floats = parser.getBuilder().getDenseF32ArrayAttr(values);
  return success();
}

#define GET_OP_CLASSES
#include "spike/Dialect/Loihi/IR/LoihiOps.cpp.inc"

std::optional<int64_t> mlir::spike::loihi::getNumNeurons(ArrayRef<int64_t> shape) {
  int64_t size = 1;
  for (int64_t dim : shape) {
    if (dim < 1 || dim > maxNeurons / size)
      return std::nullopt;
    size *= dim;
  }
  return size;
}

IntegerType mlir::spike::loihi::getWeightType(MLIRContext *context, SignMode sign) {
  return IntegerType::get(context, sign == SignMode::mixed ? 8 : 16);
}

/// The population of that name in the op's network.
static FailureOr<PopulationOp> findPopulation(Operation *op, FlatSymbolRefAttr name, SymbolTableCollection &symbols) {
  auto population = symbols.lookupNearestSymbolFrom<PopulationOp>(op, name);
  if (!population)
    return op->emitOpError() << "expected the name of a population, got " << name;
  return population;
}

static LogicalResult verifyShape(Operation *op, ArrayRef<int64_t> shape) {
  if (!shape.empty() && getNumNeurons(shape))
    return success();
  return op->emitOpError() << "expected a shape of positive sizes and at most " << maxNeurons << " elements, got ["
                           << shape << "]";
}

//===----------------------------------------------------------------------===//
// NetworkOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyPlace(NetworkOp network, CoreOp core, int64_t chips) {
  bool placed = network.getPhase() == Phase::placed || network.getPhase() == Phase::routed;
  if (network.getPhase() == Phase::unmapped)
    return core.emitOpError() << "expected no core in phase unmapped";
  if (placed != core.getPlace().has_value())
    return core.emitOpError() << "expected a core " << (placed ? "with" : "without") << " a place in phase "
                              << stringifyPhase(network.getPhase());
  if (placed && (core.getPlace()->getChip() < 0 || core.getPlace()->getChip() >= chips))
    return core.emitOpError() << "expected a chip in 0 to " << chips - 1 << ", got " << core.getPlace()->getChip();
  return success();
}

LogicalResult NetworkOp::verifyRegions() {
  int64_t chips = 0, cores = 0;
  llvm::SmallSet<StringRef, 4> inputs, outputs;
  for (Operation &op : getBody().front())
    chips += isa<ChipOp>(op);
  int64_t chip = 0;
  for (Operation &op : getBody().front()) {
    LogicalResult result =
        llvm::TypeSwitch<Operation *, LogicalResult>(&op)
            .Case([&](CoreOp core) {
              ++cores;
              return verifyPlace(*this, core, chips);
            })
            .Case([&](ChipOp op) {
              int64_t expected = chip++;
              if (int64_t(op.getIndex()) == expected)
                return success();
              return LogicalResult(op.emitOpError() << "expected number " << expected << ", got " << op.getIndex());
            })
            .Case([&](InputOp op) {
              if (inputs.insert(op.getName()).second)
                return success();
              return LogicalResult(op.emitOpError() << "expected a name that no other input has");
            })
            .Case([&](OutputOp op) {
              if (outputs.insert(op.getName()).second)
                return success();
              return LogicalResult(op.emitOpError() << "expected a name that no other output has");
            })
            .Case<PopulationOp, ProjectionOp, ProgramOp>([](auto) { return success(); })
            .Default([](Operation *op) {
              return op->emitError() << "expected parts of a network in its body, got '" << op->getName() << "'";
            });
    if (failed(result))
      return failure();
  }
  if (getPhase() != Phase::unmapped && !cores)
    return emitOpError() << "expected cores in phase " << stringifyPhase(getPhase());
  return success();
}

//===----------------------------------------------------------------------===//
// PopulationOp
//===----------------------------------------------------------------------===//

void PopulationOp::build(OpBuilder &builder, OperationState &state, StringRef name, ArrayRef<int64_t> shape) {
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = builder.getStringAttr(name);
  properties.shape = builder.getDenseI64ArrayAttr(shape);
}

int64_t PopulationOp::getSize() { return *getNumNeurons(getShape()); }

LogicalResult PopulationOp::verify() {
  if (failed(verifyShape(*this, getShape())))
    return failure();
  if (getInput() + getLif().has_value() + getProgram().has_value() != 1)
    return emitOpError() << "expected one of input, lif and program";
  if (getLif().has_value() != getThreshold().has_value())
    return emitOpError() << "expected a threshold beside lif, and nowhere else";
  if (!getLif() && (getBias() || getBiasExponent()))
    return emitOpError() << "expected a bias beside lif only";
  if (getRate() && !(getRate()->convertToDouble() >= 0 && getRate()->isFinite()))
    return emitOpError() << "expected a rate that is finite and not negative";
  if (getTensor() && getTensor()->getSizes().empty())
    return emitOpError() << "expected a tensor of at least one loop";
  if (!getProgram() && getParams())
    return emitOpError() << "expected params beside a program only";
  auto verifyList = [&](StringRef what, ArrayRef<int32_t> list) -> LogicalResult {
    if (list.size() == 1 || int64_t(list.size()) == getChannels())
      return success();
    return emitOpError() << "expected one " << what << " or one for each of " << getChannels() << " channels, got "
                         << list.size();
  };
  for (auto [name, list] : {std::pair("threshold", getThreshold()), std::pair("bias", getBias()),
                            std::pair("bias exponent", getBiasExponent())})
    if (list && failed(verifyList(name, *list)))
      return failure();
  if (ArrayAttr params = getParamsAttr())
    for (Attribute list : params)
      if (failed(verifyList("value of a parameter", cast<DenseI32ArrayAttr>(list))))
        return failure();
  return success();
}

LogicalResult PopulationOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!getProgramAttr())
    return success();
  auto program = symbols.lookupNearestSymbolFrom<ProgramOp>(*this, getProgramAttr());
  if (!program)
    return emitOpError() << "expected the name of a program, got " << getProgramAttr();
  int64_t given = getParams() ? getParams()->size() : 0;
  if (given != program.getParams())
    return emitOpError() << "expected " << program.getParams() << " params of program " << getProgramAttr() << ", got "
                         << given;
  return success();
}

//===----------------------------------------------------------------------===//
// ProjectionOp
//===----------------------------------------------------------------------===//

LogicalResult ProjectionOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getWeights().getShapedType());
  if (!type || type.getElementType() != getWeightType(getContext(), getSign()))
    return emitOpError() << "expected weights of a tensor of " << getWeightType(getContext(), getSign())
                         << " where they are " << stringifySignMode(getSign()) << ", got "
                         << getWeights().getShapedType();
  auto verifyMatrix = [&](StringRef encoding, int64_t rank, ViewAttr view, int64_t groups) -> LogicalResult {
    int64_t channels = view.getChannels().getNumSteps();
    if (type.getRank() == rank && channels % groups == 0 && type.getDimSize(1) == channels / groups)
      return success();
    return emitOpError() << "expected weights of " << rank << " axes, the second " << channels
                         << (groups == 1 ? "" : " by groups") << ", for the channels of a " << encoding
                         << " projection's view, got " << type;
  };
  auto verifyCount = [&](StringRef encoding, int64_t count) -> LogicalResult {
    if (type.getRank() == 1 && type.getDimSize(0) == count)
      return success();
    return emitOpError() << "expected " << count << " weights of a " << encoding << " projection, got " << type;
  };
  return llvm::TypeSwitch<Attribute, LogicalResult>(getEncoding())
      .Case([&](DenseAttr dense) { return verifyMatrix("dense", 2, dense.getView(), 1); })
      .Case([&](ConvAttr conv) {
        if (failed(verifyMatrix("conv", 4, conv.getView(), conv.getGroups())))
          return failure();
        if (type.getShape().drop_front(2) == conv.getKernel().asArrayRef())
          return success();
        return LogicalResult(emitOpError() << "expected weights of a kernel of [" << conv.getKernel().asArrayRef()
                                           << "], got " << type);
      })
      .Case([&](StridedAttr) { return verifyCount("strided", 1); })
      .Case([&](SparseAttr sparse) { return verifyCount("sparse", sparse.getPairs().getShapedType().getDimSize(0)); });
}

LogicalResult ProjectionOp::verifySymbolUses(SymbolTableCollection &symbols) {
  FailureOr<PopulationOp> source = findPopulation(*this, getSourceAttr(), symbols);
  FailureOr<PopulationOp> target = findPopulation(*this, getTargetAttr(), symbols);
  if (failed(source) || failed(target))
    return failure();
  if (target->getInput())
    return emitOpError() << "expected a target that is no input, got " << getTargetAttr();
  int64_t outputs = getWeights().getShapedType().getDimSize(0);
  if (isa<DenseAttr, ConvAttr>(getEncoding()) && outputs != target->getChannels())
    return emitOpError() << "expected weights for " << target->getChannels() << " channels of " << getTargetAttr()
                         << ", got " << outputs;
  return success();
}

//===----------------------------------------------------------------------===//
// Host, places
//===----------------------------------------------------------------------===//

LogicalResult InputOp::verify() {
  int32_t low = getLow(), high = getHigh();
  if (low > high)
    return emitOpError() << "expected a range from low to high, got " << low << " to " << high;
  if (!getScale().isFinite())
    return emitOpError() << "expected a finite scale";
  return verifyShape(*this, getShape());
}

LogicalResult InputOp::verifySymbolUses(SymbolTableCollection &symbols) {
  FailureOr<PopulationOp> population = findPopulation(*this, getPopulationAttr(), symbols);
  if (failed(population))
    return failure();
  if (!population->getInput())
    return emitOpError() << "expected an input population, got " << getPopulationAttr();
  return success();
}

LogicalResult OutputOp::verify() {
  if (failed(verifyShape(*this, getShape())))
    return failure();
  if (!getScale().isFinite())
    return emitOpError() << "expected a finite scale";
  int64_t size = *getNumNeurons(getShape()), offsets = getOffset() ? getOffset()->size() : 1;
  if (offsets != 1 && offsets != size)
    return emitOpError() << "expected one offset or one for each of " << size << " elements, got " << offsets;
  return success();
}

LogicalResult OutputOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return findPopulation(*this, getPopulationAttr(), symbols);
}

LogicalResult SliceOp::verifySymbolUses(SymbolTableCollection &symbols) {
  FailureOr<PopulationOp> population = findPopulation(*this, getPopulationAttr(), symbols);
  if (failed(population))
    return failure();
  int64_t channels = population->getChannels(), positions = population->getSize() / channels;
  if (getP0() >= getP1() || int64_t(getP1()) > positions || getC0() >= getC1() || int64_t(getC1()) > channels)
    return emitOpError() << "expected ranges within " << positions << " positions and " << channels << " channels of "
                         << getPopulationAttr() << ", got " << getP0() << " to " << getP1() << " and " << getC0()
                         << " to " << getC1();
  return success();
}
