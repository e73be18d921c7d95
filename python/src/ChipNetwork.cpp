// SPDX-License-Identifier: Apache-2.0
// The class ChipNetwork: made from dictionaries, checked, summed up.
#include "ChipNetwork.h"

#include "spike/Chip/Geometry.h"
#include "spike/Chip/Verify.h"

using namespace spike::chip;

namespace spike_python {

static Phase getPhase(const std::string &name) {
  static const std::map<std::string, Phase> phases = {{"unmapped", Phase::unmapped},
                                                      {"scheduled", Phase::scheduled},
                                                      {"partitioned", Phase::partitioned},
                                                      {"placed", Phase::placed}};
  auto found = phases.find(name);
  if (found == phases.end())
    throw py::value_error("expected the phase unmapped, scheduled, partitioned or placed, got '" + name + "'");
  return found->second;
}

static void verify(const Network &network, const std::string &phase) {
  Phase until = getPhase(phase);
  std::optional<Fault> fault;
  {
    py::gil_scoped_release release;
    fault = findFault(network, until);
  }
  if (fault)
    raise({{"error", "", fault->message, {}}});
}

static py::dict describe(const Population &population) {
  py::dict dict;
  dict["name"] = population.name;
  dict["path"] = population.path;
  dict["kind"] = getName(population.kind);
  dict["neurons"] = population.size();
  dict["shape"] = population.shape;
  dict["start"] = population.start;
  dict["payloadBits"] = population.payloadBits;
  return dict;
}

static py::dict describe(const Network &network, const Projection &projection) {
  py::dict dict;
  dict["name"] = projection.name;
  dict["source"] = network.populations[projection.source].name;
  dict["target"] = network.populations[projection.target].name;
  dict["encoding"] = getName(projection.encoding);
  dict["delay"] = projection.delay;
  dict["synapses"] = Geometry(network, projection).countSynapses();
  dict["weights"] = projection.weights.size() + projection.entries.size();
  return dict;
}

static py::dict describe(const Network &network) {
  verify(network, "unmapped"); // only then can synapses be counted
  py::dict dict = toDict(network, /*withParts=*/false);
  dict["chipSteps"] = network.chipSteps();
  py::list populations, projections;
  for (const Population &population : network.populations)
    populations.append(describe(population));
  for (const Projection &projection : network.projections)
    projections.append(describe(network, projection));
  dict["populations"] = populations;
  dict["projections"] = projections;
  return dict;
}

void bindChipNetwork(py::module_ &m) {
  py::class_<Network, std::shared_ptr<Network>>(m, "ChipNetwork", "A network on a chip (docs/loihi.md).")
      .def_static(
          "from_dict", [](const py::dict &dict) { return std::make_shared<Network>(fromDict(dict)); },
          py::arg("fields"),
          "Makes a network of fields by the names of C++; those that are not given have their defaults.")
      .def(
          "to_dict", [](const Network &self) { return toDict(self); }, "All fields by the names of C++.")
      .def("verify", &verify, py::arg("phase") = "placed",
           "Raises CoreError with the first rule that the network breaks, so far as it must be mapped in this phase.")
      .def("describe", [](const Network &self) { return describe(self); }, "Names, sizes and counts, without weights.");
}

} // namespace spike_python
