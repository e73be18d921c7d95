// SPDX-License-Identifier: Apache-2.0
// Programs in memory, and their runs.
#include "spike/Execution/Executable.h"

#include "ArenaPool.h"
#include "Compile.h"
#include "MachineCode.h"
#include "PackedMemory.h"
#include "spike/Runtime/Runtime.h"

using namespace mlir;
using namespace mlir::spike;

int64_t TensorSpec::getNumBytes() const {
  int64_t bytes = dtype == "float32" || dtype == "int32" ? 4 : dtype == "uint16" || dtype == "int16" ? 2 : 1;
  for (int64_t size : shape)
    bytes *= size;
  return bytes;
}

struct Executable::Impl {
  Impl(MachineProgram program, std::unique_ptr<MachineCode> code, int64_t numThreads)
      : program(std::move(program)), code(std::move(code)), arenas(this->program.arenaBytes), numThreads(numThreads) {}
  MachineProgram program;
  std::unique_ptr<MachineCode> code;
  ArenaPool arenas;
  int64_t numThreads;
  std::vector<StageTime> times;
  std::vector<TimedWork> work;
};

Executable::Executable(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Executable::~Executable() = default;
const std::vector<TensorSpec> &Executable::getInputs() const { return impl->program.inputs; }
const std::vector<TensorSpec> &Executable::getOutputs() const { return impl->program.outputs; }
const std::vector<StageTime> &Executable::getTimes() const { return impl->times; }
const std::vector<TimedWork> &Executable::getWork() const { return impl->work; }
const std::string &Executable::getNote() const { return impl->program.note; }

MemoryReport Executable::getMemory() const {
  MemoryReport memory;
  memory.arenaBytes = impl->program.arenaBytes;
  memory.numWeights = impl->program.weights.size();
  for (ArrayRef<char> weight : impl->program.weights)
    memory.weightBytes += weight.size();
  return memory;
}

llvm::Expected<std::unique_ptr<Executable>> Executable::load(MachineProgram program, int64_t numThreads) {
  llvm::Expected<std::unique_ptr<MachineCode>> code = MachineCode::load(program.object);
  if (!code)
    return code.takeError();
  program.object = {}; // the linker made a copy
  return std::unique_ptr<Executable>(
      new Executable(std::make_unique<Impl>(std::move(program), std::move(*code), numThreads)));
}

std::unique_ptr<Executable> Executable::create(ModuleOp module, const ExecutableOptions &options) {
  FailureOr<CompiledModule> compiled = compileModule(module, options);
  if (failed(compiled))
    return nullptr;
  MachineProgram &program = compiled->program;
  program.note = options.note;
  // Weights out of the context: from the file in the cache, which other processes map, too, or in memory of our own.
  std::optional<MachineProgram> kept;
  if (options.cache && !options.timed && options.cache->write(options.key, program))
    kept = options.cache->read(options.key);
  if (kept)
    program = std::move(*kept);
  else if (!packWeights(program)) {
    module.emitError() << "no memory for the packed weights";
    return nullptr;
  }
  auto executable = load(std::move(program), options.numThreads);
  if (!executable) {
    module.emitError() << "code generation failed: " << llvm::toString(executable.takeError());
    return nullptr;
  }
  (*executable)->impl->times = std::move(compiled->times);
  (*executable)->impl->work = std::move(compiled->work);
  return std::move(*executable);
}

bool Executable::run(ArrayRef<const void *> inputs, ArrayRef<void *> outputs, MutableArrayRef<int64_t> stamps) {
  assert(inputs.size() == impl->program.inputs.size() && outputs.size() == impl->program.outputs.size() &&
         "one buffer per spec");
  assert((stamps.empty() || stamps.size() == impl->work.size() + 1) && "one stamp per piece of work, and the end");
  ArenaPool::Arena arena = impl->arenas.take();
  if (!arena)
    return false;
  // The order of the entry's arguments: inputs, weights, outputs, arena.
  SmallVector<const void *> table(inputs);
  for (ArrayRef<char> weight : impl->program.weights)
    table.push_back(weight.data());
  table.append(outputs.begin(), outputs.end());
  table.push_back(arena.get());

  uint32_t mode = spike_rt_enter_fp_mode();
  spike_rt_set_num_threads(impl->numThreads);
  spike_rt_set_stamps(stamps.empty() ? nullptr : stamps.data());
  impl->code->run(table.data());
  spike_rt_leave_fp_mode(mode);
  impl->arenas.give(std::move(arena));
  return true;
}
