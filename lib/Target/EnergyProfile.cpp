// SPDX-License-Identifier: Apache-2.0
#include "spike/Target/EnergyProfile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include <algorithm>

using namespace spike::chip;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

constexpr BuiltinFile kBuiltin[] = {
#include "Profiles.inc"
};

constexpr StringRef kBarrier = "barrier_ns";
constexpr double kMuch = 1e9;

struct EventInfo {
  StringRef name, description;
};
constexpr EventInfo kEvents[kNumEvents] = {
    {"synopDense", "a synapse of a dense projection"},
    {"synopConv", "a synapse of a convolution"},
    {"synopStrided", "a synapse of a strided projection"},
    {"synopSparse", "a synapse of a sparse projection"},
    {"synopGraded", "a synapse whose weight a payload multiplies"},
    {"neuronActive", "a neuron that runs in a chip step, all included"},
    {"neuronIdle", "a mapped neuron that does not run in a chip step"},
    {"spike", "a neuron that fires or sends, beyond its update"},
    {"messageIn", "a message that arrives at a core"},
    {"messageOut", "a message that a core sends to another"},
    {"hopEastWest", "a message from one tile to the next, east or west"},
    {"hopNorthSouth", "a message from one tile to the next, north or south"},
    {"hopChip", "a message from one chip to the next"},
};

constexpr StringRef kBounds[kNumBounds] = {"neurons", "synapses", "messages", "link", "barrier"};

/// The profile's fields: a cost in energy and in time for each event, and the barrier. None is required: what a profile
/// does not have is not known.
const std::vector<FieldSpec> &table() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> names;
    for (StringRef unit : {"_pJ", "_ns"})
      for (const EventInfo &event : kEvents)
        names.push_back((event.name + unit).str());
    return names;
  }();
  static const std::vector<FieldSpec> fields = [] {
    std::vector<FieldSpec> fields;
    for (size_t i = 0; i < names.size(); ++i)
      fields.push_back({names[i], FieldSpec::number, 0, kMuch, false, i < kNumEvents ? "pJ" : "ns",
                        kEvents[i % kNumEvents].description});
    fields.push_back({kBarrier, FieldSpec::curve, 0, kMuch, false, "[tiles, ns]",
                      "the end of a chip step, by how many tiles have a core in use"});
    return fields;
  }();
  return fields;
}

std::optional<double> getNumber(const DataFile &file, const Twine &field) {
  const Field *found = file.find(field.str());
  return found ? found->value.getAsNumber() : std::nullopt;
}

} // namespace

StringRef spike::chip::getName(Event event) { return kEvents[static_cast<size_t>(event)].name; }
StringRef spike::chip::getName(Bound bound) { return kBounds[static_cast<size_t>(bound)]; }

const FileForm &EnergyProfile::form() {
  static const FileForm form{"energy profile", "spike-energy-profile/1", kBuiltin, table()};
  return form;
}

std::vector<std::string> EnergyProfile::names() { return form().names(); }

Expected<EnergyProfile> EnergyProfile::load(StringRef nameOrPath) {
  Expected<DataFile> file = DataFile::load(form(), nameOrPath);
  if (!file)
    return file.takeError();
  EnergyProfile profile;
  for (size_t i = 0; i < kNumEvents; ++i) {
    profile.energy[i] = getNumber(*file, kEvents[i].name + "_pJ");
    profile.time[i] = getNumber(*file, kEvents[i].name + "_ns");
  }
  profile.file = std::move(*file);
  return profile;
}

std::optional<double> EnergyProfile::picojoules(Event event) const { return energy[static_cast<size_t>(event)]; }
std::optional<double> EnergyProfile::nanoseconds(Event event) const { return time[static_cast<size_t>(event)]; }

std::optional<double> EnergyProfile::barrier(int64_t tiles) const {
  const Field *field = file.find(kBarrier);
  if (!field)
    return std::nullopt;
  double x = static_cast<double>(tiles), lastX = 0, lastY = 0;
  bool first = true;
  for (const llvm::json::Value &point : *field->value.getAsArray()) {
    double nextX = *(*point.getAsArray())[0].getAsNumber(), nextY = *(*point.getAsArray())[1].getAsNumber();
    if (x <= nextX)
      return first ? nextY : lastY + (nextY - lastY) * (x - lastX) / (nextX - lastX);
    std::tie(lastX, lastY, first) = std::tuple(nextX, nextY, false);
  }
  return lastY;
}
