// SPDX-License-Identifier: Apache-2.0
#include "spike/Target/TargetModel.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include <cmath>
#include <variant>

using namespace spike::chip;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

constexpr BuiltinFile kBuiltin[] = {
#include "Targets.inc"
};

constexpr StringRef kStaticPower = "staticPower";
/// Gateways have a link to each other one.
constexpr int64_t kMostGroups = 1024;
constexpr double kMany = 1 << 20, kMuch = 1e12;

/// A field of a file, and where its value goes; fields without a place are only reported.
struct TargetField {
  FieldSpec spec;
  std::variant<std::monostate, int64_t Limits::*, bool Limits::*, std::vector<int64_t> Limits::*, bool Conventions::*,
               Interconnect::Kind Interconnect::*, int32_t Interconnect::*>
      place;
};

TargetField number(StringRef name, int64_t Limits::*place, double low, double high, StringRef unit,
                   StringRef description) {
  return {{name, FieldSpec::integer, low, high, true, unit, description}, place};
}

template <typename Owner>
TargetField flag(StringRef name, bool Owner::*place, StringRef description) {
  return {{name, FieldSpec::flag, 0, 0, true, "", description}, place};
}

/// In the order of Interconnect::Kind.
constexpr StringRef kInterconnects[] = {"mesh", "torus", "hierarchical"};

/// All fields, in the order in which they are shown. Ranges are those of the network structure and the simulator.
const std::vector<TargetField> &table() {
  static const std::vector<TargetField> fields = {
      number("chips", &Limits::chips, 1, 65536, "chips", "chips on the board"),
      number("chipColumns", &Limits::chipColumns, 1, 65536, "chips",
             "chips in a row: chip i lies at (i % columns, i / columns)"),
      {{"interconnect", FieldSpec::word, 0, 0, false, "",
        "how chips are linked: mesh, torus (its ends meet) or hierarchical (groups, linked by gateways); mesh if not "
        "given",
        kInterconnects},
       &Interconnect::kind},
      {{"chipsPerGroup", FieldSpec::integer, 1, 65536, false, "chips",
        "hierarchical: chips of a group, which follow each other; the first is its gateway"},
       &Interconnect::chipsPerGroup},
      number("coresPerChip", &Limits::coresPerChip, 1, kMany, "cores", "neurocores of a chip that can be used"),
      number("meshWidth", &Limits::meshWidth, 1, 1024, "cores", "cores in a row of a chip's mesh"),
      number("meshHeight", &Limits::meshHeight, 1, 1024, "cores", "rows of a chip's mesh"),
      number("tileWidth", &Limits::tileWidth, 1, 1024, "cores", "cores in a row that share a router"),
      number("tileHeight", &Limits::tileHeight, 1, 1024, "cores", "rows of cores that share a router"),
      number("neuronsPerCore", &Limits::neuronsPerCore, 0, kMuch, "neurons", "neurons of a core; 0: no limit"),
      number("synapseBytesPerCore", &Limits::synapseBytesPerCore, 0, kMuch, "bytes",
             "memory of a core for synapses; 0: no limit"),
      number("memoryBytesPerCore", &Limits::memoryBytesPerCore, 0, kMuch, "bytes",
             "memory of a core for synapses, axons and neurons together; 0: no limit"),
      number("inputAxonsPerCore", &Limits::inputAxonsPerCore, 0, kMuch, "axons", "input axons of a core; 0: no limit"),
      number("outputAxonsPerCore", &Limits::outputAxonsPerCore, 0, kMuch, "axons",
             "output axons of a core; 0: no limit"),
      number("axonBytes", &Limits::axonBytes, 0, 4096, "bytes", "memory of an input axon"),
      number("atomBits", &Limits::atomBits, 0, 24, "bits", "2^bits channels share an input axon"),
      number("stateWordBytes", &Limits::stateWordBytes, 1, 8, "bytes", "memory of a state word or an accumulator"),
      number("synapseHeaderBits", &Limits::synapseHeaderBits, 0, 4096, "bits", "header of every 64 synapses of a list"),
      number("synapseIndexBits", &Limits::synapseIndexBits, 0, 64, "bits",
             "index of a synapse whose target is not its place in the list"),
      number("synapseWordBits", &Limits::synapseWordBits, 1, 4096, "bits", "lists of synapses are rounded up to words"),
      number("stateBits", &Limits::stateBits, 24, 24, "bits", "state words, signed"),
      number("decayBits", &Limits::decayBits, 12, 12, "bits", "decays of LIF neurons"),
      number("thresholdBits", &Limits::thresholdBits, 1, 17, "bits", "mantissa of a threshold"),
      number("biasMantissaBits", &Limits::biasMantissaBits, 1, 13, "bits", "mantissa of a bias, signed"),
      number("biasExponentBits", &Limits::biasExponentBits, 0, 3, "bits", "exponent of a bias"),
      number("payloadBits", &Limits::payloadBits, 1, 24, "bits", "payload of a message, signed; 1: spikes only"),
      number("delay", &Limits::delay, 0, 63, "steps", "longest delay of a synapse"),
      number("refractory", &Limits::refractory, 0, 63, "steps", "longest refractory period"),
      number("weightExponentLow", &Limits::weightExponentLow, -16, 0, "", "least exponent of weights"),
      number("weightExponentHigh", &Limits::weightExponentHigh, 0, 16, "", "largest exponent of weights"),
      {{"weightBits", FieldSpec::integers, 1, 8, true, "bits", "widths that stored weights can have"},
       &Limits::weightBits},
      flag("programs", &Limits::programs, "neuron programs, and more than one accumulator per neuron"),
      number("programPorts", &Limits::programPorts, 1, 16, "", "accumulators of a neuron"),
      number("programStates", &Limits::programStates, 0, 1024, "words", "state words of a program"),
      number("programParams", &Limits::programParams, 0, 1024, "words", "parameters of a program"),
      number("programLength", &Limits::programLength, 0, 65536, "instructions", "instructions of a program"),
      flag("perChannelParams", &Limits::perChannelParams, "thresholds and biases of their own for each channel"),
      flag("shiftBeforeSum", &Conventions::shiftBeforeSum,
           "a negative weight exponent shifts each weight, not the sum"),
      flag("wrapInput", &Conventions::wrapInput, "the aligned synaptic sum is wrapped to 22 bits"),
      flag("lavaCurrentWrap", &Conventions::lavaCurrentWrap, "u wraps as in Lava, only beyond +-2^23"),
      flag("wrapBiasedCurrent", &Conventions::wrapBiasedCurrent,
           "u + bias is wrapped to 24 bits before the decayed v is added"),
      {{kStaticPower, FieldSpec::number, 0, 1e6, false, "W", "power that the board takes without computing"}, {}},
      {{"maxPower", FieldSpec::number, 0, 1e6, false, "W", "the most that the whole board takes, all included"}, {}},
  };
  return fields;
}

/// Copies a value into a structure; what it may be was checked when the file was read.
void assign(const llvm::json::Value &value, const TargetField &field, Limits &limits) {
  if (auto *place = std::get_if<int64_t Limits::*>(&field.place))
    limits.**place = *value.getAsInteger();
  else if (auto *place = std::get_if<bool Limits::*>(&field.place))
    limits.**place = *value.getAsBoolean();
  else if (auto *place = std::get_if<bool Conventions::*>(&field.place))
    limits.conventions.**place = *value.getAsBoolean();
  else if (auto *place = std::get_if<Interconnect::Kind Interconnect::*>(&field.place))
    limits.interconnect.**place =
        static_cast<Interconnect::Kind>(llvm::find(kInterconnects, *value.getAsString()) - kInterconnects);
  else if (auto *place = std::get_if<int32_t Interconnect::*>(&field.place))
    limits.interconnect.**place = static_cast<int32_t>(*value.getAsInteger());
  else if (auto *place = std::get_if<std::vector<int64_t> Limits::*>(&field.place)) {
    (limits.**place).clear();
    for (const llvm::json::Value &element : *value.getAsArray())
      (limits.**place).push_back(*element.getAsInteger());
  }
}

/// What fields say of each other.
llvm::Error check(const Limits &l) {
  auto fail = [&](const Twine &message) { return llvm::createStringError("target '" + l.name + "': " + message); };
  if (l.coresPerChip > l.meshWidth * l.meshHeight)
    return fail("coresPerChip is " + Twine(l.coresPerChip) + ", but the mesh has " + Twine(l.meshWidth) + " x " +
                Twine(l.meshHeight) + " cores");
  if (l.meshWidth % l.tileWidth || l.meshHeight % l.tileHeight)
    return fail("a mesh of " + Twine(l.meshWidth) + " x " + Twine(l.meshHeight) +
                " cores does not divide into tiles of " + Twine(l.tileWidth) + " x " + Twine(l.tileHeight));
  if (l.chipColumns > l.chips)
    return fail("chipColumns is " + Twine(l.chipColumns) + ", but there are " + Twine(l.chips) + " chips");
  const Interconnect &links = l.interconnect;
  if (links.kind == Interconnect::torus && l.chips % l.chipColumns)
    return fail("a torus needs full rows of chips, but " + Twine(l.chips) + " chips do not fill rows of " +
                Twine(l.chipColumns) + " (chipColumns)");
  if ((links.kind == Interconnect::hierarchical) != (links.chipsPerGroup != 0))
    return fail(links.chipsPerGroup ? "chipsPerGroup is for the interconnect hierarchical"
                                    : "the interconnect hierarchical needs chipsPerGroup");
  if (links.kind == Interconnect::hierarchical) {
    if (l.chipColumns % links.chipsPerGroup && links.chipsPerGroup % l.chipColumns && links.chipsPerGroup < l.chips)
      return fail("chipsPerGroup is " + Twine(links.chipsPerGroup) +
                  ", expected a divisor or a multiple of chipColumns, " + Twine(l.chipColumns) +
                  ", so that groups are rectangles");
    if (int64_t groups = (l.chips - 1) / links.chipsPerGroup + 1; groups > kMostGroups)
      return fail(Twine(l.chips) + " chips make " + Twine(groups) + " groups of " + Twine(links.chipsPerGroup) +
                  ", expected at most " + Twine(kMostGroups) + ", as all gateways are linked with each other");
  }
  if (l.memoryBytesPerCore && l.synapseBytesPerCore > l.memoryBytesPerCore)
    return fail("synapseBytesPerCore is " + Twine(l.synapseBytesPerCore) + ", more than memoryBytesPerCore, which is " +
                Twine(l.memoryBytesPerCore));
  if (!l.programs && (l.programPorts > 1 || l.programStates || l.programParams || l.programLength))
    return fail("without programs, expected programPorts 1 and programStates, programParams and programLength 0");
  return llvm::Error::success();
}

/// Chips in a row of a board, or of a group: so many that they are nearly square, and rows are full where they must be.
int64_t chooseColumns(int64_t chips, const Interconnect &links) {
  bool isGrouped = links.kind == Interconnect::hierarchical;
  int64_t count = isGrouped ? std::min<int64_t>(chips, links.chipsPerGroup) : chips;
  auto columns = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  if (isGrouped || links.kind == Interconnect::torus)
    for (; count % columns; ++columns)
      ;
  return columns;
}

} // namespace

const FileForm &TargetModel::form() {
  static const auto specs = llvm::map_to_vector(table(), [](const TargetField &field) { return field.spec; });
  static const FileForm form{"target", "spike-target/1", kBuiltin, specs};
  return form;
}

std::vector<std::string> TargetModel::names() { return form().names(); }

Expected<TargetModel> TargetModel::make(DataFile file) {
  TargetModel model;
  model.limit.name = file.name;
  for (const TargetField &field : table())
    if (const Field *given = file.find(field.spec.name))
      assign(given->value, field, model.limit);
  if (llvm::Error error = check(model.limit))
    return error;
  model.file = std::move(file);
  return model;
}

Expected<TargetModel> TargetModel::load(StringRef nameOrPath) {
  auto [name, size] = nameOrPath.rsplit(':');
  int64_t chips = 0;
  bool isSized = !size.getAsInteger(10, chips);
  Expected<DataFile> file = DataFile::load(form(), isSized ? name : nameOrPath);
  if (!file)
    return file.takeError();
  Expected<TargetModel> model = make(std::move(*file));
  if (!model || !isSized)
    return model;
  return model->withChips(chips);
}

Expected<TargetModel> TargetModel::withChips(int64_t chips) const {
  if (chips < 1 || chips > 65536)
    return llvm::createStringError("target '" + Twine(file.name) + "': expected 1 to 65536 chips, got " + Twine(chips));
  DataFile changed = file;
  auto set = [&](StringRef name, int64_t value, Provenance provenance, StringRef source) {
    auto field = llvm::find_if(changed.fields, [&](const Field &f) { return f.name == name; });
    *field = {name.str(), value, provenance, source.str()};
  };
  if (chips == limit.chips)
    return *this;
  set("chips", chips, Provenance::assumed, "as asked for; no board of so many chips need exist");
  set("chipColumns", chooseColumns(chips, limit.interconnect), Provenance::assumed, "nearly square");
  // What was known of the board's power is not true of another board.
  llvm::erase_if(changed.fields, [](const Field &f) { return f.name == kStaticPower || f.name == "maxPower"; });
  return make(std::move(changed));
}

std::optional<Provenance> TargetModel::provenance(StringRef field) const {
  const Field *found = file.find(field);
  return found ? std::optional(found->provenance) : std::nullopt;
}

std::optional<double> TargetModel::staticPower() const {
  const Field *found = file.find(kStaticPower);
  return found ? found->value.getAsNumber() : std::nullopt;
}
