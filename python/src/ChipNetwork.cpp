// SPDX-License-Identifier: Apache-2.0
// The class ChipNetwork: made from dictionaries or images, checked, summed up.
#include "ChipNetwork.h"

#include "spike/Chip/Geometry.h"
#include "spike/Chip/Image.h"
#include "spike/Chip/Verify.h"

using namespace spike::chip;

namespace spike_python {

[[noreturn]] static void fail(const std::string &message) { raise({{"error", "", message, {}}}); }

/// Runs without the interpreter lock; an error becomes a CoreError.
template <typename Fn>
static auto unwrap(Fn fn) {
  auto result = [&] {
    py::gil_scoped_release release;
    return fn();
  }();
  if (!result)
    fail(llvm::toString(result.takeError()));
  return std::move(*result);
}

static std::shared_ptr<Network> readBytes(const py::bytes &bytes) {
  std::string_view view = bytes; // the caller holds the object
  return std::make_shared<Network>(unwrap([&] { return readImage(llvm::StringRef(view.data(), view.size())); }));
}

static void write(const Network &network, const std::string &path) {
  std::string error;
  {
    py::gil_scoped_release release;
    if (llvm::Error failure = writeImageFile(network, path))
      error = llvm::toString(std::move(failure));
  }
  if (!error.empty())
    fail(error);
}

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
    fail(fault->message);
}

static py::dict describe(const Population &population) {
  py::dict dict;
  dict["name"] = population.name;
  dict["path"] = population.path;
  dict["kind"] = getName(population.kind);
  dict["neurons"] = population.size();
  dict["shape"] = population.shape;
  dict["start"] = population.start;
  dict["substeps"] = population.substeps;
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
      .def_static("from_bytes", &readBytes, py::arg("image"),
                  "Reads the bytes of an image; CoreError says what is wrong.")
      .def_static(
          "read",
          [](const std::string &path) {
            return std::make_shared<Network>(unwrap([&] { return readImageFile(path); }));
          },
          py::arg("path"), "Reads an image file; CoreError says what is wrong.")
      .def(
          "to_bytes", [](const Network &self) { return py::bytes(unwrap([&] { return writeImage(self); })); },
          "The bytes of an image. Raises CoreError if the network is not placed or breaks a rule.")
      .def("write", &write, py::arg("path"), "Writes an image file, like `to_bytes`.")
      .def("verify", &verify, py::arg("phase") = "placed",
           "Raises CoreError with the first rule that the network breaks, so far as it must be mapped in this phase.")
      .def("describe", [](const Network &self) { return describe(self); }, "Names, sizes and counts, without weights.");
}

} // namespace spike_python
