// SPDX-License-Identifier: Apache-2.0
// The rules of the interpreter: one overload per op, each in a file named after it. A rule reads its operands from the
// frame, sets its results there, and reports what is wrong as an error of the op.
#ifndef SPIKE_LIB_INTERPRETER_RULES_H
#define SPIKE_LIB_INTERPRETER_RULES_H

#include "Frame.h"
#include "spike/Dialect/Check/IR/Check.h"
#include "spike/Dialect/Spike/IR/Spike.h"

namespace mlir::spike {

LogicalResult evaluate(Frame &frame, ConstantOp op);
LogicalResult evaluate(Frame &frame, CastOp op);
LogicalResult evaluate(Frame &frame, NeuronOp op);
LogicalResult evaluate(Frame &frame, EncodeOp op);
LogicalResult evaluate(Frame &frame, DecodeOp op);
LogicalResult evaluate(Frame &frame, RepeatTimeOp op);
LogicalResult evaluate(Frame &frame, LinearOp op);
LogicalResult evaluate(Frame &frame, ConvOp op);
LogicalResult evaluate(Frame &frame, MatmulOp op);
LogicalResult evaluate(Frame &frame, AddOp op);
LogicalResult evaluate(Frame &frame, MaskOp op);
LogicalResult evaluate(Frame &frame, ScaleOp op);
LogicalResult evaluate(Frame &frame, QuantizeOp op);
LogicalResult evaluate(Frame &frame, MapOp op);
LogicalResult evaluate(Frame &frame, PadOp op);
LogicalResult evaluate(Frame &frame, BatchNormOp op);
LogicalResult evaluate(Frame &frame, PoolOp op);
LogicalResult evaluate(Frame &frame, ReduceOp op);
LogicalResult evaluate(Frame &frame, ReshapeOp op);
LogicalResult evaluate(Frame &frame, TransposeOp op);
LogicalResult evaluate(Frame &frame, SliceOp op);
LogicalResult evaluate(Frame &frame, ConcatOp op);
LogicalResult evaluate(Frame &frame, check::ExpectEqOp op);
LogicalResult evaluate(Frame &frame, check::ExpectCloseOp op);

} // namespace mlir::spike

#endif // SPIKE_LIB_INTERPRETER_RULES_H
