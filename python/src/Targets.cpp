// SPDX-License-Identifier: Apache-2.0
// Targets and energy profiles as dictionaries, and the energy of what was counted on a chip.
#include "Python.h"

#include "spike/Mapping/CoreUse.h"
#include "spike/Target/ChipActivity.h"
#include "spike/Target/TargetModel.h"

namespace chip = ::spike::chip;

namespace spike_python {
namespace {

template <typename T>
T unwrap(llvm::Expected<T> value) {
  if (!value)
    raise({{"error", "", llvm::toString(value.takeError()), {}}});
  return std::move(*value);
}

py::object toPython(const llvm::json::Value &value) {
  if (std::optional<bool> flag = value.getAsBoolean())
    return py::bool_(*flag);
  if (std::optional<int64_t> integer = value.getAsInteger())
    return py::int_(*integer);
  if (std::optional<double> number = value.getAsNumber())
    return py::float_(*number);
  if (std::optional<llvm::StringRef> word = value.getAsString())
    return py::str(word->str());
  py::list list;
  for (const llvm::json::Value &element : *value.getAsArray())
    list.append(toPython(element));
  return list;
}

py::dict toPython(const chip::FieldSpec &spec) {
  static constexpr const char *kinds[] = {"integer", "number", "flag", "integers", "curve", "word"};
  py::dict dict;
  dict["name"] = spec.name.str();
  dict["kind"] = kinds[spec.kind];
  dict["low"] = spec.low;
  dict["high"] = spec.high;
  dict["required"] = spec.required;
  dict["unit"] = spec.unit.str();
  dict["description"] = spec.description.str();
  py::list words;
  for (llvm::StringRef word : spec.words)
    words.append(word.str());
  dict["words"] = words;
  return dict;
}

py::list describe(const chip::FileForm &form) {
  py::list list;
  for (const chip::FieldSpec &spec : form.fields)
    list.append(toPython(spec));
  return list;
}

py::dict toPython(const chip::DataFile &file, const chip::FileForm &form) {
  py::dict dict, references;
  py::list fields;
  for (const chip::FieldSpec &spec : form.fields)
    if (const chip::Field *found = file.find(spec.name)) {
      py::dict field;
      field["name"] = found->name;
      field["value"] = toPython(found->value);
      field["unit"] = spec.unit.str();
      field["description"] = spec.description.str();
      field["provenance"] = chip::getName(found->provenance).str();
      field["source"] = found->source;
      fields.append(field);
    }
  for (const auto &[key, text] : file.references)
    references[py::str(key)] = text;
  dict["name"] = file.name;
  dict["title"] = file.title;
  dict["extends"] = file.extends;
  dict["fields"] = fields;
  dict["references"] = references;
  return dict;
}

py::dict getTarget(const std::string &nameOrPath, int64_t chips) {
  chip::TargetModel model = unwrap(chip::TargetModel::load(nameOrPath));
  if (chips)
    model = unwrap(model.withChips(chips));
  return toPython(model.data(), chip::TargetModel::form());
}

//===----------------------------------------------------------------------===//
// Energy
//===----------------------------------------------------------------------===//

/// Counts by name of event; what is left out is zero.
chip::EventCounts toCounts(const py::handle &value) {
  chip::EventCounts counts = {};
  for (auto [key, count] : py::cast<py::dict>(value)) {
    auto name = py::cast<std::string>(key);
    size_t event = 0;
    while (event < chip::kNumEvents && chip::getName(static_cast<chip::Event>(event)) != name)
      ++event;
    if (event == chip::kNumEvents)
      throw py::value_error("unknown event '" + name + "'");
    counts[event] = py::cast<int64_t>(count);
  }
  return counts;
}

chip::Activity toActivity(const py::dict &dict) {
  chip::Activity activity;
  for (auto [key, value] : dict) {
    auto name = py::cast<std::string>(key);
    if (name == "inferences") {
      activity.inferences = py::cast<int64_t>(value);
    } else if (name == "tiles") {
      activity.tiles = py::cast<int64_t>(value);
    } else if (name == "populations") {
      for (auto [population, counts] : py::cast<py::dict>(value)) {
        activity.populations.push_back(py::cast<std::string>(population));
        activity.byPopulation.push_back(toCounts(counts));
      }
    } else if (name == "steps") {
      for (py::handle entry : py::cast<py::sequence>(value)) {
        chip::Activity::Step &step = activity.steps.emplace_back();
        for (py::handle core : py::cast<py::sequence>(entry["cores"]))
          step.cores.push_back(toCounts(core));
        if (entry.contains("busiest_links"))
          step.busiestLinks = py::cast<std::array<int64_t, 3>>(entry["busiest_links"]);
      }
    } else {
      throw py::value_error("unknown key '" + name + "', expected inferences, tiles, steps, populations");
    }
  }
  return activity;
}

/// Counts by name of event; zeros are left out.
py::dict toPython(const chip::EventCounts &counts) {
  py::dict dict;
  for (size_t i = 0; i < chip::kNumEvents; ++i)
    if (counts[i])
      dict[py::str(chip::getName(static_cast<chip::Event>(i)).str())] = counts[i];
  return dict;
}

py::dict toPython(const chip::EventEnergy &energy) {
  py::dict dict;
  for (size_t i = 0; i < chip::kNumEvents; ++i)
    dict[py::str(chip::getName(static_cast<chip::Event>(i)).str())] = energy.kinds[i];
  return dict;
}

py::dict toPython(const chip::Latency &latency) {
  py::dict dict;
  py::list bounds;
  for (chip::Bound bound : latency.stepBounds)
    bounds.append(chip::getName(bound).str());
  dict["ns"] = latency.nanoseconds;
  dict["step_bounds"] = bounds;
  dict["steps_ns"] = latency.stepNanoseconds;
  dict["not_known"] = latency.notKnown;
  return dict;
}

py::dict evaluate(const std::string &nameOrPath, const py::dict &counted) {
  chip::EnergyProfile profile = unwrap(chip::EnergyProfile::load(nameOrPath));
  chip::Activity activity = toActivity(counted);
  chip::EnergyReport report = unwrap(profile.evaluate(activity));
  py::dict dict, counts, populations;
  for (size_t i = 0; i < chip::kNumEvents; ++i)
    counts[py::str(chip::getName(static_cast<chip::Event>(i)).str())] = report.counts[i];
  py::list cores;
  for (const chip::EventEnergy &core : report.cores)
    cores.append(toPython(core));
  for (size_t i = 0; i < report.populations.size(); ++i)
    populations[py::str(activity.populations[i])] = toPython(report.populations[i]);
  dict["counts"] = counts;
  dict["total_pJ"] = report.total.known();
  dict["kinds_pJ"] = toPython(report.total);
  dict["cores_pJ"] = cores;
  dict["populations_pJ"] = populations;
  dict["not_known"] = report.notKnown;
  dict["latency"] = report.latency ? py::object(toPython(*report.latency)) : py::none();
  return dict;
}

} // namespace

py::dict getActivity(const chip::Network &network, const chip::Counters &counters, const std::string &nameOrPath) {
  chip::TargetModel target = unwrap(chip::TargetModel::load(nameOrPath));
  chip::ChipActivity found = unwrap(chip::makeActivity(network, target.limits(), counters));
  py::list steps, links, uses;
  for (const chip::Activity::Step &counted : found.activity.steps) {
    py::list cores;
    for (const chip::EventCounts &core : counted.cores)
      cores.append(toPython(core));
    py::dict step;
    step["cores"] = cores;
    step["busiest_links"] = counted.busiestLinks;
    steps.append(step);
  }
  py::dict dict, populations;
  for (size_t i = 0; i < found.activity.populations.size(); ++i)
    populations[py::str(found.activity.populations[i])] = toPython(found.activity.byPopulation[i]);
  for (const chip::CountedLink &counted : found.links) {
    py::dict link;
    link["chip"] = counted.chip;
    link["x"] = counted.x;
    link["y"] = counted.y;
    link["direction"] = getName(counted.direction);
    link["gateway"] = counted.gateway;
    link["messages"] = static_cast<double>(counted.messages) / static_cast<double>(counters.inferences);
    links.append(link);
  }
  chip::Connections connections(network);
  chip::UseModel model(connections, target.limits());
  for (const chip::Core &core : network.cores) {
    chip::Use used = model.ofCore(core.slices);
    py::dict use;
    use["synapses"] = used.synapseBytes;
    use["axons"] = used.inputAxonBytes;
    use["neurons"] = used.neuronBytes;
    uses.append(use);
  }
  dict["inferences"] = found.activity.inferences;
  dict["tiles"] = found.activity.tiles;
  dict["steps"] = steps;
  dict["populations"] = populations;
  return py::dict(py::arg("activity") = dict, py::arg("uses") = uses, py::arg("links") = links);
}

void bindTargets(py::module_ &m) {
  m.def("targets", &chip::TargetModel::names, "Names of the built-in targets.");
  m.def("target_fields", [] { return describe(chip::TargetModel::form()); }, "What a target's file may hold.");
  m.def("target", &getTarget, py::arg("name_or_path"), py::arg("chips") = 0,
        "A target's fields with their sources; with `chips`, of a board with so many.");
  m.def("energy_profiles", &chip::EnergyProfile::names, "Names of the built-in energy profiles.");
  m.def(
      "energy_profile_fields", [] { return describe(chip::EnergyProfile::form()); },
      "What an energy profile's file may hold.");
  m.def(
      "energy_profile",
      [](const std::string &nameOrPath) {
        return toPython(unwrap(chip::EnergyProfile::load(nameOrPath)).data(), chip::EnergyProfile::form());
      },
      py::arg("name_or_path"), "An energy profile's fields with their sources.");
  m.def("chip_energy", &evaluate, py::arg("profile"), py::arg("activity"),
        "Energy and latency of one inference, in pJ and ns, from what was counted: `steps` with the counts by event of "
        "every core and, optionally, the `busiest_links` of every kind of hop; `populations`, `inferences`, `tiles`.");
}

} // namespace spike_python
