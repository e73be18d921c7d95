// SPDX-License-Identifier: Apache-2.0
#include "ChipImage.h"
#include "Values.h"

#include "spike/Chip/Image.h"
#include "spike/ChipSim/Simulator.h"
#include "spike/Target/ChipActivity.h"
#include "spike/Target/TargetModel.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <numeric>

using namespace mlir::spike;
namespace chip = ::spike::chip;

/// What an image file begins with, see spike/Chip/Image.h.
static constexpr llvm::StringLiteral kMagic = "LSIM";
/// Elements of a result that are printed.
static constexpr size_t kShown = 32;

bool mlir::spike::isChipImage(llvm::StringRef bytes) { return bytes.starts_with(kMagic); }

static std::string toText(llvm::ArrayRef<int64_t> shape) {
  return "[" + llvm::join(llvm::map_range(shape, [](int64_t size) { return std::to_string(size); }), ", ") + "]";
}

namespace {

/// The inputs of a run, and how many inferences they hold.
struct Inputs {
  std::vector<NpyArray> arrays;
  std::vector<const float *> data;
  int64_t batch = 1;
  bool batched = false;

  llvm::Error read(const chip::Network &network, llvm::ArrayRef<std::string> files);
};

} // namespace

llvm::Error Inputs::read(const chip::Network &network, llvm::ArrayRef<std::string> files) {
  if (files.size() != network.inputs.size())
    return llvm::createStringError("expected " + llvm::Twine(network.inputs.size()) + " --input files, got " +
                                   llvm::Twine(files.size()));
  for (auto [file, input] : llvm::zip_equal(files, network.inputs)) {
    llvm::Expected<NpyArray> array = readNpyFile(file);
    if (!array)
      return array.takeError();
    std::vector<int64_t> wanted = input.shape;
    if (!input.everyStep)
      wanted.insert(wanted.begin(), network.timeSteps);
    llvm::ArrayRef<int64_t> shape = array->shape;
    // Where an inference is of one sample, samples are a batch without another axis: the data that a model was compiled
    // with.
    if (input.everyStep && !wanted.empty() && wanted.front() == 1 && shape.size() == wanted.size() &&
        shape.front() != 1)
      wanted.erase(wanted.begin());
    bool hasBatch = shape.size() == wanted.size() + 1;
    if (array->type != NpyType::f32 || shape.take_back(wanted.size()) != llvm::ArrayRef<int64_t>(wanted) ||
        shape.size() > wanted.size() + 1)
      return llvm::createStringError(file + ": expected float32 of shape " + toText(wanted) + " for input '" +
                                     input.name + "', or a batch of that, got " + getNpyTypeName(array->type) +
                                     " of shape " + toText(shape));
    int64_t size = hasBatch ? shape.front() : 1;
    if (size < 1)
      return llvm::createStringError(file + ": expected at least one inference, got a batch of 0 for input '" +
                                     input.name + "'");
    if (!arrays.empty() && (hasBatch != batched || size != batch))
      return llvm::createStringError(file + ": expected a batch of " + llvm::Twine(batch) +
                                     " as in the input before it, got " + llvm::Twine(size));
    batch = size, batched = hasBatch;
    arrays.push_back(std::move(*array));
  }
  for (const NpyArray &array : arrays)
    data.push_back(reinterpret_cast<const float *>(array.data.data()));
  return llvm::Error::success();
}

static llvm::Error writeOutput(const chip::Output &output, const std::vector<float> &values,
                               llvm::ArrayRef<int64_t> shape, const std::string &prefix, size_t number) {
  if (prefix.empty()) {
    llvm::outs() << "result " << number << " '" << output.name << "', shape " << toText(shape) << ":";
    for (float value : llvm::ArrayRef<float>(values).take_front(kShown))
      llvm::outs() << llvm::format(" %g", value);
    llvm::outs() << (values.size() > kShown ? " ...\n" : "\n");
    return llvm::Error::success();
  }
  std::string path = prefix + std::to_string(number) + ".npy";
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (!error)
    writeNpy(os, NpyType::f32, shape,
             llvm::ArrayRef<char>(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)));
  if (error || os.has_error()) {
    std::string why = (error ? error : os.error()).message();
    os.clear_error();
    return llvm::createStringError("cannot write " + path + ": " + why);
  }
  return llvm::Error::success();
}

static void printCounts(const chip::Network &network, const chip::Counters &counters) {
  auto sum = [&](const std::vector<int64_t> &values) {
    return std::accumulate(values.begin(), values.end(), int64_t(0)) / counters.inferences;
  };
  llvm::outs() << "per inference: " << counters.chipSteps << " chip steps on " << network.cores.size() << " cores, "
               << sum(counters.synops) << " synaptic operations, " << sum(counters.updates) << " neuron updates, "
               << sum(counters.spikes) << " spikes, " << sum(counters.messagesOut) << " messages\n";
}

static llvm::Error printEnergy(const chip::Network &network, const chip::Counters &counters,
                               const ChipRunOptions &options) {
  llvm::Expected<chip::TargetModel> target =
      chip::TargetModel::load(options.target.empty() ? network.target : options.target);
  if (!target)
    return target.takeError();
  llvm::Expected<chip::EnergyProfile> profile = chip::EnergyProfile::load(options.profile);
  if (!profile)
    return profile.takeError();
  llvm::Expected<chip::ChipActivity> activity = chip::makeActivity(network, target->limits(), counters);
  if (!activity)
    return activity.takeError();
  llvm::Expected<chip::EnergyReport> report = profile->evaluate(activity->activity);
  if (!report)
    return report.takeError();
  llvm::outs() << "energy by profile " << options.profile << ": " << llvm::format("%.3f", report->total.known() / 1e3)
               << " nJ per inference";
  if (!report->notKnown.empty())
    llvm::outs() << " at least; not known: " << llvm::join(report->notKnown, ", ");
  if (report->latency)
    llvm::outs() << "; latency " << llvm::format("%.3f", report->latency->nanoseconds / 1e3) << " us";
  llvm::outs() << "; static power apart: ";
  if (std::optional<double> power = target->staticPower())
    llvm::outs() << llvm::format("%g W\n", *power);
  else
    llvm::outs() << "not known\n";
  return llvm::Error::success();
}

llvm::Error mlir::spike::runChipImage(llvm::StringRef bytes, const ChipRunOptions &options) {
  llvm::Expected<chip::Network> read = chip::readImage(bytes);
  if (!read)
    return read.takeError();
  auto network = std::make_shared<const chip::Network>(std::move(*read));
  if (!network->host.empty())
    return llvm::createStringError("the image needs the host, which computes " + llvm::join(network->host, ", ") +
                                   "; run it in Python with the file that was saved beside it (ChipImage.load)");
  Inputs inputs;
  if (llvm::Error error = inputs.read(*network, options.inputs))
    return error;
  std::string problem;
  auto simulator = chip::Simulator::create(network, {options.threads, {}}, problem);
  if (!simulator)
    return llvm::createStringError(problem);
  chip::RunResult result;
  if (!simulator->run(inputs.data, inputs.batch, result, problem))
    return llvm::createStringError(problem);
  for (auto [i, output] : llvm::enumerate(network->outputs)) {
    std::vector<int64_t> shape = output.shape;
    if (!output.lastStep)
      shape.insert(shape.begin(), network->timeSteps);
    if (inputs.batched)
      shape.insert(shape.begin(), inputs.batch);
    if (llvm::Error error = writeOutput(output, result.outputs[i], shape, options.output, i))
      return error;
  }
  printCounts(*network, result.counters);
  return options.profile.empty() ? llvm::Error::success() : printEnergy(*network, result.counters, options);
}
