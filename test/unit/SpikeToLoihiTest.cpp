// SPDX-License-Identifier: Apache-2.0
// A quantised program and the network it becomes compute the same: every output, spike and membrane of random programs.
#include "spike/Conversion/SpikeToLoihi.h"
#include "QuantisedPrograms.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "spike/Chip/Verify.h"
#include "spike/ChipSim/Simulator.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "spike/Interpreter/Interpreter.h"
#include "spike/Mapping/Schedule.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <random>

using namespace mlir;
using namespace mlir::spike;
namespace chip = ::spike::chip;

namespace {

/// A schedule, and one core that holds everything.
void mapToOneCore(chip::Network &network, const chip::Limits &limits) {
  llvm::Expected<chip::ScheduleReport> report = chip::scheduleNetwork(network, limits);
  ASSERT_TRUE(static_cast<bool>(report)) << llvm::toString(report.takeError());
  chip::Core &core = network.cores.emplace_back();
  network.chips.resize(1);
  for (auto [i, population] : llvm::enumerate(network.populations))
    if (population.kind != chip::NeuronKind::input)
      core.slices.push_back({static_cast<int32_t>(i), 0, population.positions(), 0, population.channels()});
  llvm::Error fault = chip::verifyNetwork(network);
  ASSERT_FALSE(static_cast<bool>(fault)) << llvm::toString(std::move(fault));
}

std::vector<int32_t> toIntegers(const Tensor &tensor) {
  std::vector<int32_t> values;
  for (int64_t i = 0; i < tensor.size(); ++i)
    values.push_back(static_cast<int32_t>(tensor.number(i)));
  return values;
}

class SpikeToLoihi : public testing::Test {
protected:
  SpikeToLoihi() {
    context.loadDialect<SpikeDialect, func::FuncDialect>();
    limits.name = "test";
  }

  OwningOpRef<ModuleOp> parse(const std::string &text) { return parseSourceString<ModuleOp>(text, &context); }

  static func::FuncOp getFunction(ModuleOp module) { return *module.getOps<func::FuncOp>().begin(); }

  /// Runs a program both ways. Counts those that were compared.
  void compare(const QuantisedProgram &program, uint64_t seed) {
    OwningOpRef<ModuleOp> module = parse(program.text), traced = parse(program.traced);
    ASSERT_TRUE(module && traced) << program.text;
    FailureOr<ConvertedNetwork> converted = convertToNetwork(getFunction(*module), limits, 1 + seed % 5);
    if (failed(converted)) {

      ++refused;
      return;
    }
    chip::Network &mapped = converted->network;
    mapToOneCore(mapped, limits);
    chip::SimulatorOptions options;
    SmallVector<const chip::Population *> layers(program.neurons);
    for (const chip::Population &p : mapped.populations)
      if (!p.path.empty())
        layers[std::stoi(p.path.substr(1))] = &p;
    // A u of which nothing is kept is a current, and a constant part of it may be a bias on the chip.
    SmallVector<size_t> states;
    for (auto [i, layer] : llvm::enumerate(layers)) {
      bool isLif = layer->kind == chip::NeuronKind::lif;
      options.probes.push_back(layer->name + (isLif ? ".v" : ".s0"));
      states.push_back(2 * i);
      if (isLif ? layer->lif.du == 4095 : StringRef(mapped.programs[layer->program].name).contains("_du4095_"))
        continue;
      options.probes.push_back(layer->name + (isLif ? ".u" : ".s1"));
      states.push_back(2 * i + 1);
    }
    std::string error;
    auto network = std::make_shared<chip::Network>(std::move(mapped));
    auto simulator = chip::Simulator::create(network, options, error);
    ASSERT_TRUE(simulator) << error << program.text;

    auto inputType = RankedTensorType::get(program.inputShape, Float32Type::get(&context));
    Tensor input = Tensor::zeros(inputType);
    std::mt19937_64 random(seed);
    for (float &x : input.reals())
      x = std::uniform_real_distribution<float>(-1, 2)(random);
    FailureOr<SmallVector<Tensor>> expected = interpret(getFunction(*traced), {input});
    ASSERT_TRUE(succeeded(expected)) << program.traced;
    chip::RunResult result;
    ASSERT_TRUE(simulator->run({input.reals().data()}, 1, result, error)) << error;

    size_t outputs = result.outputs.size();
    for (size_t i = 0; i < outputs; ++i)
      ASSERT_EQ(ArrayRef<float>(result.outputs[i]), (*expected)[i].reals()) << "output " << i << "\n" << program.text;
    for (size_t i = 0; i < result.probes.size(); ++i)
      ASSERT_EQ(result.probes[i], toIntegers((*expected)[outputs + states[i]])) << options.probes[i] << "\n"
                                                                                << program.text;
    ++compared;
  }

  MLIRContext context;
  chip::Limits limits;
  int64_t compared = 0, refused = 0;
};

} // namespace

TEST_F(SpikeToLoihi, RandomProgramsAreTheSameOnTheChip) {
  const char *first = std::getenv("SPIKE_TEST_SEED");
  uint64_t seed = first ? std::strtoull(first, nullptr, 10) : 0;
  const char *number = std::getenv("SPIKE_TEST_PROGRAMS");
  uint64_t count = number ? std::strtoull(number, nullptr, 10) : 300;
  for (uint64_t end = seed + count; seed < end && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    QuantisedProgram program = makeQuantisedProgram(seed, 3 + seed % 12);
    if (!program.text.empty())
      compare(program, seed);
  }
  // Few are refused, for reasons that lit tests show.
  EXPECT_GE(compared, 4 * refused);
  RecordProperty("compared", compared);
}
