// SPDX-License-Identifier: Apache-2.0
// What a target says of numbers, features, counts and places.
#include "Checker.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace spike::chip;
using llvm::Twine;

bool Checker::checkLimit(Part part, size_t index, const Twine &what, int64_t value, const char *field, int64_t limit,
                         const char *advice) {
  return limit <= 0 || checkMost(part, index, what, value, field, limit, advice);
}

bool Checker::checkMost(Part part, size_t index, const Twine &what, int64_t value, const char *field, int64_t limit,
                        const char *advice) {
  return value <= limit || fail(part, index,
                                what + " is " + Twine(value) + ", " + limits->name + " allows " + Twine(limit) + " (" +
                                    field + "); " + advice);
}

bool Checker::checkNumbers(size_t index) {
  const Population &population = network.populations[index];
  auto largest = [](const std::vector<int32_t> &values) {
    int64_t magnitude = 0;
    for (int64_t value : values)
      magnitude = std::max(magnitude, std::abs(value));
    return magnitude;
  };
  auto most = [&](const char *what, int64_t value, const char *field, int64_t limit, const char *advice) {
    return checkMost(Part::population, index, what, value, field, limit, advice);
  };
  auto lowest = [](const std::vector<int32_t> &values) {
    return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
  };
  // A field of so many bits holds 0 .. 2^bits - 1, one with a sign half of that on either side.
  auto range = [](int64_t bits) { return bits <= 0 ? 0 : (int64_t(1) << std::min<int64_t>(bits, 62)) - 1; };
  if (!most("the number of bits of its payloads", population.payloadBits, "payloadBits", limits->payloadBits,
            limits->payloadBits == 1 ? "the target has no graded spikes" : "make sums smaller, or split them"))
    return false;
  if (population.kind == NeuronKind::program) {
    const Program &program = network.programs[population.program];
    if (!limits->programs)
      return fail(Part::population, index,
                  "it needs neuron programs, which " + limits->name +
                      " does not have (programs); choose another target");
    bool shared = llvm::all_of(population.params, [](const auto &values) { return values.size() == 1; });
    if (!limits->perChannelParams && !shared)
      return fail(Part::population, index,
                  "it has parameters for each channel, " + limits->name +
                      " has one for all (perChannelParams); quantise per layer");
    return most("the number of ports", program.ports, "programPorts", limits->programPorts, "use a smaller program") &&
           most("the number of state words", program.states, "programStates", limits->programStates,
                "use a smaller program") &&
           most("the number of parameters", program.params, "programParams", limits->programParams,
                "use a smaller program") &&
           most("the length of its program", program.code.size(), "programLength", limits->programLength,
                "use a shorter program");
  }
  if (population.kind != NeuronKind::lif)
    return true;
  const Lif &lif = population.lif;
  if (!limits->perChannelParams &&
      std::max({lif.threshold.size(), lif.biasMantissa.size(), lif.biasExponent.size()}) > 1)
    return fail(Part::population, index,
                "it has thresholds or biases for each channel, " + limits->name +
                    " has one for all (perChannelParams); quantise per layer");
  if (lowest(lif.threshold) < 0 || lowest(lif.biasExponent) < 0)
    return fail(Part::population, index,
                "thresholds and exponents of biases must not be negative on " + limits->name + ", got " +
                    Twine(lowest(lif.threshold)) + " and " + Twine(lowest(lif.biasExponent)));
  return most("du", lif.du, "decayBits", range(limits->decayBits), "choose another decay") &&
         most("dv", lif.dv, "decayBits", range(limits->decayBits), "choose another decay") &&
         most("the number of refractory steps", lif.refractory, "refractory", limits->refractory, "choose fewer") &&
         most("its largest threshold", largest(lif.threshold), "thresholdBits", range(limits->thresholdBits),
              "use a coarser scale of its current") &&
         most("its largest bias mantissa", largest(lif.biasMantissa), "biasMantissaBits",
              range(limits->biasMantissaBits - 1), "use a larger exponent") &&
         most("its largest bias exponent", largest(lif.biasExponent), "biasExponentBits",
              range(limits->biasExponentBits), "use a coarser scale of its current");
}

bool Checker::checkFeatures(size_t index) {
  const Projection &projection = network.projections[index];
  if (!checkMost(Part::projection, index, "its delay", projection.delay, "delay", limits->delay,
                 "let loihi-schedule insert relays"))
    return false;
  if (projection.exponent < limits->weightExponentLow || projection.exponent > limits->weightExponentHigh)
    return fail(Part::projection, index,
                "its exponent is " + Twine(projection.exponent) + ", " + limits->name + " allows " +
                    Twine(limits->weightExponentLow) + " to " + Twine(limits->weightExponentHigh) +
                    " (weightExponentLow, weightExponentHigh); choose another scale");
  if (!llvm::is_contained(limits->weightBits, projection.weightBits)) {
    std::string allowed;
    for (int64_t bits : limits->weightBits)
      allowed += (allowed.empty() ? "" : ", ") + std::to_string(bits);
    return fail(Part::projection, index,
                "its weights have " + Twine(projection.weightBits) + " bits, " + limits->name + " allows " + allowed +
                    " (weightBits); quantise to a width it has");
  }
  return true;
}

bool Checker::checkBoard() {
  std::vector<int64_t> coresOf(phase == Phase::placed ? network.chips.size() : 0);
  for (size_t i = 0; i < network.cores.size(); ++i) {
    const Core &core = network.cores[i];
    int64_t neurons = 0;
    for (const Slice &slice : core.slices)
      neurons += slice.size();
    if (!checkLimit(Part::core, i, "the number of its neurons", neurons, "neuronsPerCore", limits->neuronsPerCore,
                    "cut populations into smaller slices"))
      return false;
    if (phase < Phase::placed)
      continue;
    ++coresOf[core.chip];
    if ((limits->meshWidth > 0 && core.x >= limits->meshWidth) ||
        (limits->meshHeight > 0 && core.y >= limits->meshHeight))
      return fail(Part::core, i,
                  "it lies outside the mesh of " + Twine(limits->meshWidth) + " x " + Twine(limits->meshHeight) +
                      " cores of " + limits->name + " (meshWidth, meshHeight); run loihi-place");
  }
  if (phase < Phase::placed)
    return checkLimit(Part::network, 0, "the number of cores", network.cores.size(), "coresPerChip x chips",
                      limits->coresPerChip * limits->chips, "use a larger board");
  if (!checkLimit(Part::network, 0, "the number of chips", network.chips.size(), "chips", limits->chips,
                  "use a larger board"))
    return false;
  if (!(network.interconnect == limits->interconnect))
    return fail(Part::network, 0,
                "its chips are linked as " + Twine(spike::chip::getName(network.interconnect)) + ", those of " +
                    limits->name + " as " + spike::chip::getName(limits->interconnect) +
                    " (interconnect); run loihi-place");
  if (network.interconnect.kind == Interconnect::torus && static_cast<int64_t>(network.chips.size()) != limits->chips)
    return fail(Part::network, 0,
                "it lists " + Twine(network.chips.size()) + " chips, a torus of " + limits->name + " has all of its " +
                    Twine(limits->chips) + " (chips); run loihi-place");
  for (size_t i = 0; i < network.chips.size(); ++i) {
    int64_t columns = std::max<int64_t>(limits->chipColumns, 1), x = i % columns, y = i / columns;
    if (network.chips[i].x != x || network.chips[i].y != y)
      return fail(Part::chip, i,
                  "it lies at " + Twine(network.chips[i].x) + ", " + Twine(network.chips[i].y) + ", on " +
                      limits->name + " it does at " + Twine(x) + ", " + Twine(y));
    if (!checkLimit(Part::chip, i, "the number of its cores", coresOf[i], "coresPerChip", limits->coresPerChip,
                    "use more chips"))
      return false;
  }
  return true;
}

bool Checker::checkLimits() {
  if (limits->stateBits != 0 && limits->stateBits != 24)
    return fail(Part::network, 0,
                limits->name + Twine(" has states of ") + Twine(limits->stateBits) +
                    " bits (stateBits), networks compute with 24; choose another target");
  if (!(network.conventions == limits->conventions))
    return fail(Part::network, 0,
                "its conventions are not those of " + Twine(limits->name) + " (conventions); map it for this target");
  for (size_t i = 0; i < network.populations.size(); ++i)
    if (!checkNumbers(i))
      return false;
  for (size_t i = 0; i < network.projections.size(); ++i)
    if (!checkFeatures(i))
      return false;
  return phase < Phase::partitioned || checkBoard();
}
