// SPDX-License-Identifier: Apache-2.0
// spike.encode: the code's own step, as it builds it for compiled code.
#include "Rules.h"
#include "ScalarProgram.h"

using namespace mlir;
using namespace mlir::spike;

LogicalResult mlir::spike::evaluate(Frame &frame, EncodeOp op) {
  Type f32 = Float32Type::get(op.getContext()), i64 = IntegerType::get(op.getContext(), 64);
  enum { x, previous, step, index };
  FailureOr<ScalarProgram> program =
      ScalarProgram::create(op, {f32, f32, i64, i64}, [&](OpBuilder &builder, ValueRange values) {
        return SmallVector<Value>{op.getEncoding().buildEncode(builder, op.getLoc(), values[x], values[previous],
                                                               values[step], values[index], op.getSteps())};
      });
  FailureOr<Tensor> out = frame.allocate(op, op.getType());
  if (failed(program) || failed(out))
    return failure();

  const Tensor &in = frame.get(op.getInput());
  bool readsTime = op.getEncoding().readsTime(), isSpike = program->getResultType(0).isInteger(1);
  int64_t steps = op.getSteps(), size = out->size() / steps;
  SmallVector<Scalar> registers(program->getNumRegisters());
  for (int64_t t = 0; t < steps; ++t)
    for (int64_t i = 0; i < size; ++i) {
      registers[x] = Scalar(in.real(readsTime ? t * size + i : i));
      registers[previous] = Scalar(readsTime && t > 0 ? in.real((t - 1) * size + i) : 0.0f);
      registers[step] = Scalar(static_cast<uint64_t>(t));
      registers[index] = Scalar(static_cast<uint64_t>(i));
      program->run(registers);
      Scalar value = registers[program->getResult(0)];
      if (failed(writeNumber(op, *out, t * size + i, isSpike ? static_cast<double>(value.integer) : value.real)))
        return failure();
    }
  frame.set(op, *out);
  return success();
}
