// SPDX-License-Identifier: Apache-2.0
// The order of checks, and what they share.
#include "Checker.h"

#include "spike/Chip/Nest.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

using namespace spike::chip;
using llvm::StringRef;
using llvm::Twine;

namespace {

constexpr size_t kMaxRank = 32, kMaxName = 1024;
constexpr int32_t kMaxSteps = 1 << 30;

/// What MLIR takes as a symbol without quotes.
bool isIdentifier(StringRef name) {
  auto isFirst = [](char c) { return llvm::isAlpha(c) || c == '_'; };
  auto isNext = [&](char c) { return llvm::isAlnum(c) || c == '_' || c == '$' || c == '.'; };
  return !name.empty() && name.size() <= kMaxName && isFirst(name.front()) && llvm::all_of(name, isNext);
}

bool isText(StringRef text) { return text.size() <= kMaxName && llvm::json::isUTF8(text); }

} // namespace

PayloadRange spike::chip::getPayloadRange(int32_t bits) {
  if (bits == 1)
    return {0, 1};
  return {-(int64_t(1) << (bits - 1)), (int64_t(1) << (bits - 1)) - 1};
}

std::string Checker::describe(Part part, size_t index) const {
  auto named = [&](const char *kind, StringRef name) {
    if (isText(name) && !name.empty())
      return (kind + Twine(" '") + name + "'").str();
    return (kind + Twine(" ") + Twine(index)).str();
  };
  switch (part) {
  case Part::network:
    return named("network", network.name);
  case Part::program:
    return named("program", network.programs[index].name);
  case Part::population:
    return named("population", network.populations[index].name);
  case Part::projection:
    return named("projection", network.projections[index].name);
  case Part::input:
    return named("input", network.inputs[index].name);
  case Part::output:
    return named("output", network.outputs[index].name);
  case Part::chip:
    return named("chip", "");
  case Part::core:
    break;
  }
  const Core &core = network.cores[index];
  std::string text = named("core", "");
  if (phase == Phase::placed)
    text += (" (chip " + Twine(core.chip) + ", x " + Twine(core.x) + ", y " + Twine(core.y) + ")").str();
  return text;
}

bool Checker::fail(Part part, size_t index, const Twine &message) {
  fault = Fault{part, index, (describe(part, index) + ": " + message).str()};
  return false;
}

bool Checker::checkName(Part part, size_t index, const std::string &name) {
  if (!isIdentifier(name))
    return fail(part, index,
                "its name must be an identifier of at most " + Twine(kMaxName) +
                    " characters: a letter or '_', then letters, digits, '_', '.' or '$'");
  if (!names.insert(name).second)
    return fail(part, index, "its name is given twice; programs, populations and projections need different names");
  return true;
}

bool Checker::checkRange(Part part, size_t index, const char *what, int64_t value, int64_t low, int64_t high) {
  return (low <= value && value <= high) ||
         fail(part, index, Twine(what) + " must be " + Twine(low) + " to " + Twine(high) + ", got " + Twine(value));
}

bool Checker::checkIndex(Part part, size_t index, const char *what, int64_t value, size_t size) {
  return (value >= 0 && value < static_cast<int64_t>(size)) ||
         fail(part, index, Twine(what) + " " + Twine(value) + " does not exist, there are " + Twine(size));
}

bool Checker::checkReach(Part part, size_t index, const char *what, int64_t offset, const std::vector<Dim> &dims,
                         int64_t neurons) {
  if (dims.size() > kMaxRank)
    return fail(part, index,
                Twine(what) + " has " + Twine(dims.size()) + " loops, at most " + Twine(kMaxRank) + " are allowed");
  if (offset < 0 || offset >= neurons)
    return fail(part, index,
                Twine(what) + " starts at neuron " + Twine(offset) + " of " + Twine(neurons) + "; it must stay inside");
  int64_t low = offset, high = offset;
  for (const Dim &dim : dims) {
    if (dim.size < 1 || dim.size > kMaxNeurons)
      return fail(part, index,
                  Twine(what) + " has a loop of size " + Twine(dim.size) + ", expected 1 to " + Twine(kMaxNeurons));
    // What leaves the population at once is not multiplied out, so nothing overflows.
    if (dim.size > 1 && (dim.stride > neurons || dim.stride < -neurons))
      return fail(part, index,
                  Twine(what) + " has a stride of " + Twine(dim.stride) + ", more than the " + Twine(neurons) +
                      " neurons of the population");
    (dim.stride < 0 ? low : high) += (dim.size - 1) * (dim.size > 1 ? dim.stride : 0);
    if (low < 0 || high >= neurons)
      return fail(part, index,
                  Twine(what) + " reaches neurons " + Twine(low) + " to " + Twine(high) + ", the population has " +
                      Twine(neurons) + "; it must stay inside");
  }
  return true;
}

bool Checker::checkNest(Part part, size_t index, const char *what, int64_t offset, const std::vector<Dim> &dims,
                        int64_t neurons) {
  if (!checkReach(part, index, what, offset, dims, neurons))
    return false;
  int64_t elements = 1;
  for (const Dim &dim : dims) {
    if (dim.size > neurons / elements)
      return fail(part, index,
                  Twine(what) + " has more elements than the " + Twine(neurons) + " neurons of the population");
    elements *= dim.size;
  }
  if (!makeNest(offset, dims).isUnique())
    return fail(part, index,
                Twine(what) + " can meet a neuron twice: sorted by size, each stride must exceed what the smaller "
                              "ones span; use a strided projection to broadcast");
  return true;
}

bool Checker::run() {
  if (!isText(network.name) || !isText(network.target))
    return fail(Part::network, 0, "name and target must be text in UTF-8 of at most " + Twine(kMaxName) + " bytes");
  if (!checkRange(Part::network, 0, "time steps", network.timeSteps, 1, kMaxSteps))
    return false;
  // Indices are 32 bits wide.
  for (size_t size : {network.programs.size(), network.populations.size(), network.projections.size(),
                      network.chips.size(), network.cores.size()})
    if (!checkRange(Part::network, 0, "number of parts of one kind", size, 0, INT32_MAX))
      return false;
  for (size_t i = 0; i < network.programs.size(); ++i)
    if (!checkProgram(i))
      return false;
  for (size_t i = 0; i < network.populations.size(); ++i)
    if (!isText(network.populations[i].path))
      return fail(Part::population, i, "its path must be text in UTF-8 of at most " + Twine(kMaxName) + " bytes");
    else if (!checkPopulation(i) ||
             !checkRange(Part::population, i, "start", network.populations[i].start, 0, kMaxSteps))
      return false;
  for (size_t i = 0; i < network.projections.size(); ++i)
    if (!checkProjection(i))
      return false;
  llvm::StringSet<> hostNames;
  auto checkHostName = [&](Part part, size_t index, const std::string &name) {
    if (name.empty() || !isText(name))
      return fail(part, index, "its name must be text in UTF-8 of 1 to " + Twine(kMaxName) + " bytes");
    return hostNames.insert((part == Part::input ? "<" : ">") + name).second ||
           fail(part, index, "its name is given twice");
  };
  for (size_t i = 0; i < network.inputs.size(); ++i)
    if (!checkHostName(Part::input, i, network.inputs[i].name) || !checkInput(i))
      return false;
  for (size_t i = 0; i < network.outputs.size(); ++i)
    if (!checkHostName(Part::output, i, network.outputs[i].name) || !checkOutput(i))
      return false;
  std::vector<bool> fed(network.populations.size());
  for (const Input &input : network.inputs) {
    if (fed[input.population])
      return fail(Part::population, input.population, "two inputs feed it, one must");
    fed[input.population] = true;
  }
  for (size_t i = 0; i < network.populations.size(); ++i)
    if (network.populations[i].kind == NeuronKind::input && !fed[i])
      return fail(Part::population, i, "no input feeds it");
  for (const std::string &layer : network.host)
    if (layer.empty() || !isText(layer))
      return fail(Part::network, 0,
                  "the name of a layer that the host computes must be text in UTF-8 of 1 to " + Twine(kMaxName) +
                      " bytes");
  return checkPasses() && checkSums() && (phase < Phase::scheduled || checkTime()) &&
         (phase < Phase::partitioned || checkCores()) && (!limits || checkLimits());
}

bool Checker::checkTime() {
  return network.chipSteps() <= INT32_MAX ||
         fail(Part::network, 0,
              "an inference takes " + Twine(network.chipSteps()) + " chip steps, at most " + Twine(INT32_MAX) +
                  " are allowed; use fewer time steps");
}

std::optional<Fault> spike::chip::findFault(const Network &network, Phase phase, const Limits *limits) {
  Checker checker(network, phase, limits);
  checker.run();
  return std::move(checker.fault);
}

llvm::Error spike::chip::verifyNetwork(const Network &network, Phase phase, const Limits *limits) {
  if (std::optional<Fault> fault = findFault(network, phase, limits))
    return llvm::createStringError(fault->message);
  return llvm::Error::success();
}
