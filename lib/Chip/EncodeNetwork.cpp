// SPDX-License-Identifier: Apache-2.0
// A network as a FlatBuffer.
#include "ImageFormat.h"

#include "image_generated.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include <algorithm>

using namespace spike::chip;
namespace fb = flatbuffers;

namespace {

template <typename T>
using List = fb::Offset<fb::Vector<T>>;

class Encoder {
public:
  fb::Offset<image::Network> encode(const Network &network);
  fb::FlatBufferBuilder builder;

private:
  /// Lists of numbers; an empty one is left out.
  template <typename T>
  List<T> write(const std::vector<T> &values) {
    return values.empty() ? List<T>() : builder.CreateVector(values);
  }
  /// Lists of plain structures, made from each element.
  template <typename T, typename From, typename Fn>
  List<const T *> writeStructs(const std::vector<From> &values, Fn make) {
    std::vector<T> structs;
    structs.reserve(values.size());
    for (const From &value : values)
      structs.push_back(make(value));
    return values.empty() ? List<const T *>() : builder.CreateVectorOfStructs(structs);
  }
  /// Lists of tables.
  template <typename T, typename From>
  List<fb::Offset<T>> writeTables(const std::vector<From> &values) {
    std::vector<fb::Offset<T>> tables;
    tables.reserve(values.size());
    for (const From &value : values)
      tables.push_back(write(value));
    return values.empty() ? List<fb::Offset<T>>() : builder.CreateVector(tables);
  }
  fb::Offset<fb::String> write(const std::string &text) { return builder.CreateString(text); }
  List<const image::Dim *> write(const std::vector<Dim> &dims) {
    return writeStructs<image::Dim>(dims, [](const Dim &dim) { return image::Dim(dim.size, dim.stride); });
  }

  fb::Offset<image::Program> write(const Program &program);
  fb::Offset<image::Lif> write(const Lif &lif);
  fb::Offset<image::Population> write(const Population &population);
  fb::Offset<image::Projection> write(const Projection &projection);
  fb::Offset<image::Input> write(const Input &input);
  fb::Offset<image::Output> write(const Output &output);
  fb::Offset<image::Core> write(const Core &core);
};

/// The same numbers in fewer bytes; none if one of them does not fit.
template <typename Narrow, typename Wide>
std::vector<Narrow> narrow(const std::vector<Wide> &values) {
  bool fits = llvm::all_of(values, [](Wide value) { return static_cast<Wide>(static_cast<Narrow>(value)) == value; });
  return fits ? std::vector<Narrow>(values.begin(), values.end()) : std::vector<Narrow>();
}

fb::Offset<image::Program> Encoder::write(const Program &program) {
  auto code = writeStructs<image::Instruction>(program.code, [](const Instruction &i) {
    return image::Instruction(i.imm, static_cast<uint8_t>(i.op), i.rd, i.ra, i.rb);
  });
  return image::CreateProgram(builder, write(program.name), program.ports, program.states, program.params, code);
}

fb::Offset<image::Lif> Encoder::write(const Lif &lif) {
  return image::CreateLif(builder, lif.du, lif.dv, lif.duOffset, lif.dvOffset, lif.align, lif.refractory,
                          write(lif.threshold), write(lif.biasMantissa), write(lif.biasExponent));
}

fb::Offset<image::Population> Encoder::write(const Population &population) {
  std::vector<fb::Offset<image::Param>> params;
  for (const std::vector<int32_t> &values : population.params)
    params.push_back(image::CreateParam(builder, write(values)));
  bool isLif = population.kind == NeuronKind::lif;
  auto lif = isLif ? write(population.lif) : fb::Offset<image::Lif>();
  return image::CreatePopulation(builder, write(population.name), write(population.path), write(population.shape),
                                 static_cast<uint8_t>(population.kind), lif, population.program,
                                 params.empty() ? List<fb::Offset<image::Param>>() : builder.CreateVector(params),
                                 population.payloadBits, population.start, population.rate, write(population.tensor),
                                 population.substeps);
}

fb::Offset<image::Projection> Encoder::write(const Projection &projection) {
  std::vector<int16_t> weights = projection.weights;
  std::vector<uint32_t> sources, targets;
  for (const Entry &entry : projection.entries) {
    sources.push_back(entry.source);
    targets.push_back(entry.target);
    weights.push_back(entry.weight);
  }
  std::vector<int8_t> weights8 = narrow<int8_t>(weights);
  std::vector<uint16_t> sources16 = narrow<uint16_t>(sources), targets16 = narrow<uint16_t>(targets);
  auto loops = writeStructs<image::PairDim>(
      projection.loops, [](const PairDim &loop) { return image::PairDim(loop.size, loop.source, loop.target); });
  const Window &w = projection.window;
  image::Window window(w.inH, w.inW, w.outH, w.outW, w.kH, w.kW, w.strideH, w.strideW, w.padH, w.padW, w.dilH, w.dilW,
                       w.groups);
  return image::CreateProjection(
      builder, write(projection.name), projection.source, projection.target, projection.port, projection.delay,
      static_cast<uint8_t>(projection.encoding), projection.viewOffset, write(projection.viewPositions),
      write(projection.viewChannels), projection.encoding == Encoding::conv ? &window : nullptr, loops,
      projection.sourceOffset, projection.targetOffset, projection.weightBits, static_cast<uint8_t>(projection.sign),
      projection.exponent, projection.graded, write(weights8), weights8.empty() ? write(weights) : 0, write(sources16),
      sources16.empty() ? write(sources) : 0, write(targets16), targets16.empty() ? write(targets) : 0,
      projection.substep);
}

fb::Offset<image::Input> Encoder::write(const Input &input) {
  return image::CreateInput(builder, write(input.name), input.population, input.scale, input.low, input.high,
                            input.everyStep, write(input.shape), input.pass);
}

fb::Offset<image::Output> Encoder::write(const Output &output) {
  return image::CreateOutput(builder, write(output.name), output.population, output.lastStep, output.scale,
                             write(output.offset), write(output.shape), output.pass);
}

fb::Offset<image::Core> Encoder::write(const Core &core) {
  auto slices = writeStructs<image::Slice>(core.slices, [](const Slice &slice) {
    return image::Slice(slice.p0, slice.p1, slice.c0, slice.c1, slice.population);
  });
  return image::CreateCore(builder, core.chip, core.x, core.y, slices);
}

fb::Offset<image::Network> Encoder::encode(const Network &network) {
  const Conventions &c = network.conventions;
  image::Conventions conventions(c.shiftBeforeSum, c.wrapInput, c.lavaCurrentWrap, c.wrapBiasedCurrent);
  auto chips = writeStructs<image::Chip>(network.chips, [](const Chip &chip) { return image::Chip(chip.x, chip.y); });
  return image::CreateNetwork(
      builder, write(network.name), write(network.target), &conventions, network.timeSteps,
      writeTables<image::Program>(network.programs), writeTables<image::Population>(network.populations),
      writeTables<image::Projection>(network.projections), writeTables<image::Input>(network.inputs),
      writeTables<image::Output>(network.outputs), chips, writeTables<image::Core>(network.cores),
      static_cast<uint8_t>(network.interconnect.kind), network.interconnect.chipsPerGroup,
      network.host.empty() ? List<fb::Offset<fb::String>>() : builder.CreateVectorOfStrings(network.host));
}

/// Bytes that an image needs at most: tables, names and short lists are far below a kilobyte and a half each.
uint64_t estimateBytes(const Network &network) {
  uint64_t bytes = 4096, part = 8192;
  for (const Program &program : network.programs)
    bytes += part + program.code.size() * sizeof(image::Instruction);
  for (const Population &population : network.populations) {
    uint64_t numbers =
        population.lif.threshold.size() + population.lif.biasMantissa.size() + population.lif.biasExponent.size();
    for (const std::vector<int32_t> &values : population.params)
      numbers += values.size() + 16;
    bytes += part + numbers * sizeof(int32_t);
  }
  for (const Projection &projection : network.projections)
    bytes += part + projection.weights.size() * sizeof(int16_t) +
             projection.entries.size() * (2 * sizeof(uint32_t) + sizeof(int16_t));
  for (const Output &output : network.outputs)
    bytes += part + (output.offset.size() + 2 * output.shape.size()) * sizeof(float);
  for (const Input &input : network.inputs)
    bytes += part + input.shape.size() * sizeof(int64_t);
  for (const std::string &layer : network.host)
    bytes += 64 + layer.size();
  for (const Core &core : network.cores)
    bytes += 128 + core.slices.size() * sizeof(image::Slice);
  return bytes + network.chips.size() * sizeof(image::Chip);
}

} // namespace

llvm::Expected<std::string> spike::chip::encodeNetwork(const Network &network) {
  if (uint64_t bytes = estimateBytes(network); bytes > kMaxPayload)
    return llvm::createStringError("the network may take " + llvm::Twine(bytes) + " bytes, an image holds at most " +
                                   llvm::Twine(kMaxPayload) + "; compile it in parts");
  Encoder encoder;
  encoder.builder.Finish(encoder.encode(network), image::NetworkIdentifier());
  return std::string(reinterpret_cast<const char *>(encoder.builder.GetBufferPointer()), encoder.builder.GetSize());
}
