// SPDX-License-Identifier: Apache-2.0
// A FlatBuffer as a network. FlatBuffers' verifier sees to it that everything lies inside the bytes; here, that nothing
// is used twice, so that a small file cannot ask for much memory, and that numbers lie where a processor may read them.
#include "ImageFormat.h"

#include "image_generated.h"
#include "llvm/ADT/Twine.h"

using namespace spike::chip;
namespace fb = flatbuffers;

namespace {

class Decoder {
public:
  explicit Decoder(uint64_t bytes) : left(bytes) {}
  Network decode(const image::Network &from);
  const char *error = nullptr;

private:
  /// Whether so many bytes are left: each is worth one use.
  bool take(uint64_t bytes) {
    if (bytes > left)
      error = "its parts share their contents";
    left -= error ? 0 : bytes;
    return !error;
  }
  /// The elements' memory, if it may be read.
  template <typename T>
  const T *getData(const uint8_t *data, uint64_t size) {
    if (reinterpret_cast<uintptr_t>(data) % alignof(T) != 0)
      error = "a list does not lie where its numbers must";
    return take(size * sizeof(T)) ? reinterpret_cast<const T *>(data) : nullptr;
  }

  void read(const fb::String *from, std::string &to) {
    if (from && take(from->size()))
      to.assign(from->c_str(), from->size());
  }
  /// Numbers, of the same width or wider in the network.
  template <typename T, typename To>
  void read(const fb::Vector<T> *from, std::vector<To> &to) {
    const T *data = from ? getData<T>(from->Data(), from->size()) : nullptr;
    if (data)
      to.assign(data, data + from->size());
  }
  template <typename T, typename To, typename Fn>
  void readStructs(const fb::Vector<const T *> *from, std::vector<To> &to, Fn make) {
    const T *data = from ? getData<T>(from->Data(), from->size()) : nullptr;
    if (!data)
      return;
    to.reserve(from->size());
    for (const T *element = data; element != data + from->size(); ++element)
      to.push_back(make(*element));
  }
  template <typename T, typename To>
  void readTables(const fb::Vector<fb::Offset<T>> *from, std::vector<To> &to) {
    constexpr uint64_t bytes = sizeof(fb::uoffset_t) + sizeof(fb::soffset_t); // at least: the offset, and a table's own
    if (!from || !take(from->size() * bytes))
      return;
    to.resize(from->size());
    for (size_t i = 0; i < to.size() && !error; ++i)
      read(*from->Get(i), to[i]);
  }
  void read(const fb::Vector<fb::Offset<fb::String>> *from, std::vector<std::string> &to) {
    if (!from || !take(from->size() * sizeof(fb::uoffset_t)))
      return;
    to.resize(from->size());
    for (size_t i = 0; i < to.size() && !error; ++i)
      read(from->Get(i), to[i]);
  }
  void read(const fb::Vector<const image::Dim *> *from, std::vector<Dim> &to) {
    readStructs(from, to, [](const image::Dim &dim) { return Dim{dim.size(), dim.stride()}; });
  }
  /// Whichever of two lists is there.
  template <typename Narrow, typename Wide, typename To>
  void readEither(const fb::Vector<Narrow> *narrow, const fb::Vector<Wide> *wide, std::vector<To> &to) {
    if (narrow && wide)
      error = "a list is given twice";
    narrow ? read(narrow, to) : read(wide, to);
  }

  void read(const image::Program &from, Program &to);
  void read(const image::Lif &from, Lif &to);
  void read(const image::Param &from, std::vector<int32_t> &to) { read(from.values(), to); }
  void read(const image::Population &from, Population &to);
  void read(const image::Projection &from, Projection &to);
  void readEntries(const image::Projection &from, Projection &to);
  void read(const image::Input &from, Input &to);
  void read(const image::Output &from, Output &to);
  void read(const image::Core &from, Core &to);

  uint64_t left;
};

void Decoder::read(const image::Program &from, Program &to) {
  read(from.name(), to.name);
  to.ports = from.ports();
  to.states = from.states();
  to.params = from.params();
  readStructs(from.code(), to.code, [](const image::Instruction &i) {
    return Instruction{static_cast<Opcode>(i.op()), i.rd(), i.ra(), i.rb(), i.imm()};
  });
}

void Decoder::read(const image::Lif &from, Lif &to) {
  to.du = from.du();
  to.dv = from.dv();
  to.duOffset = from.du_offset();
  to.dvOffset = from.dv_offset();
  to.align = from.align();
  to.refractory = from.refractory();
  read(from.threshold(), to.threshold);
  read(from.bias_mantissa(), to.biasMantissa);
  read(from.bias_exponent(), to.biasExponent);
}

void Decoder::read(const image::Population &from, Population &to) {
  read(from.name(), to.name);
  read(from.path(), to.path);
  read(from.shape(), to.shape);
  to.kind = static_cast<NeuronKind>(from.kind());
  if ((to.kind == NeuronKind::lif) != (from.lif() != nullptr))
    error = "a population's kind and its parameters do not agree";
  else if (from.lif())
    read(*from.lif(), to.lif);
  to.program = from.program();
  readTables(from.params(), to.params);
  to.payloadBits = from.payload_bits();
  to.start = from.start();
  to.rate = from.rate();
  read(from.tensor(), to.tensor);
  to.substeps = from.substeps();
}

void Decoder::readEntries(const image::Projection &from, Projection &to) {
  std::vector<uint32_t> sources, targets;
  readEither(from.entry_sources16(), from.entry_sources32(), sources);
  readEither(from.entry_targets16(), from.entry_targets32(), targets);
  if (sources.size() != targets.size() || sources.size() != to.weights.size()) {
    error = "a sparse projection's sources, targets and weights are not equally many";
    return;
  }
  to.entries.reserve(sources.size());
  for (size_t i = 0; i < sources.size(); ++i)
    to.entries.push_back({static_cast<int32_t>(sources[i]), static_cast<int32_t>(targets[i]), to.weights[i]});
  to.weights = {};
}

void Decoder::read(const image::Projection &from, Projection &to) {
  read(from.name(), to.name);
  to.source = from.source();
  to.target = from.target();
  to.port = from.port();
  to.delay = from.delay();
  to.substep = from.substep();
  to.encoding = static_cast<Encoding>(from.encoding());
  to.viewOffset = from.view_offset();
  read(from.view_positions(), to.viewPositions);
  read(from.view_channels(), to.viewChannels);
  if (const image::Window *w = from.window())
    to.window = {w->in_h(),     w->in_w(),  w->out_h(), w->out_w(), w->k_h(),   w->k_w(),   w->stride_h(),
                 w->stride_w(), w->pad_h(), w->pad_w(), w->dil_h(), w->dil_w(), w->groups()};
  readStructs(from.loops(), to.loops,
              [](const image::PairDim &loop) { return PairDim{loop.size(), loop.source(), loop.target()}; });
  to.sourceOffset = from.source_offset();
  to.targetOffset = from.target_offset();
  to.weightBits = from.weight_bits();
  to.sign = static_cast<SignMode>(from.sign());
  to.exponent = from.exponent();
  to.graded = from.graded();
  readEither(from.weights8(), from.weights16(), to.weights);
  bool sparse = to.encoding == Encoding::sparse;
  if (sparse)
    readEntries(from, to);
  else if (from.entry_sources16() || from.entry_sources32() || from.entry_targets16() || from.entry_targets32())
    error = "a projection has entries and is not sparse";
  if ((to.encoding == Encoding::conv) != (from.window() != nullptr))
    error = "a projection's encoding and its window do not agree";
}

void Decoder::read(const image::Input &from, Input &to) {
  read(from.name(), to.name);
  to.population = from.population();
  to.scale = from.scale();
  to.low = from.low();
  to.high = from.high();
  to.everyStep = from.every_step();
  read(from.shape(), to.shape);
  to.pass = from.pass();
}

void Decoder::read(const image::Output &from, Output &to) {
  read(from.name(), to.name);
  to.population = from.population();
  to.lastStep = from.last_step();
  to.scale = from.scale();
  read(from.offset(), to.offset);
  read(from.shape(), to.shape);
  to.pass = from.pass();
}

void Decoder::read(const image::Core &from, Core &to) {
  to.chip = from.chip();
  to.x = from.x();
  to.y = from.y();
  readStructs(from.slices(), to.slices, [](const image::Slice &slice) {
    return Slice{slice.population(), slice.p0(), slice.p1(), slice.c0(), slice.c1()};
  });
}

Network Decoder::decode(const image::Network &from) {
  Network to;
  read(from.name(), to.name);
  read(from.target(), to.target);
  const image::Conventions &c = *from.conventions();
  to.conventions = {c.shift_before_sum(), c.wrap_input(), c.lava_current_wrap(), c.wrap_biased_current()};
  to.timeSteps = from.time_steps();
  readTables(from.programs(), to.programs);
  readTables(from.populations(), to.populations);
  readTables(from.projections(), to.projections);
  readTables(from.inputs(), to.inputs);
  readTables(from.outputs(), to.outputs);
  read(from.host(), to.host);
  readStructs(from.chips(), to.chips, [](const image::Chip &chip) { return Chip{chip.x(), chip.y()}; });
  readTables(from.cores(), to.cores);
  to.interconnect = {static_cast<Interconnect::Kind>(from.interconnect()), from.chips_per_group()};
  return to;
}

} // namespace

llvm::Expected<Network> spike::chip::decodeNetwork(llvm::StringRef payload) {
  if (payload.size() > kMaxPayload)
    return llvm::createStringError("it holds " + llvm::Twine(payload.size()) + " bytes, at most " +
                                   llvm::Twine(kMaxPayload) + " can be read");
  const auto *bytes = reinterpret_cast<const uint8_t *>(payload.data());
  fb::Verifier::Options options;
  options.max_tables = static_cast<fb::uoffset_t>(payload.size() / sizeof(fb::soffset_t) + 1);
  fb::Verifier verifier(bytes, payload.size(), options);
  if (!image::VerifyNetworkBuffer(verifier))
    return llvm::createStringError("its structure is damaged");
  Decoder decoder(payload.size());
  Network network = decoder.decode(*image::GetNetwork(bytes));
  if (decoder.error)
    return llvm::createStringError(decoder.error);
  return network;
}
