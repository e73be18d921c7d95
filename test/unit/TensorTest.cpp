// SPDX-License-Identifier: Apache-2.0
// The interpreter's tensors: buffers in and out, ranges, shapes and memory accounting.
#include "spike/Interpreter/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include "spike/Dialect/Spike/IR/Spike.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::spike;

namespace {

struct TensorTest : testing::Test {
  TensorTest() : builder(&context) { context.loadDialect<SpikeDialect>(); }
  MLIRContext context;
  Builder builder;
};

TEST_F(TensorTest, RealsPassThroughBuffers) {
  auto type = RankedTensorType::get({2, 2}, builder.getF32Type());
  std::vector<float> values = {1.5f, -0.0f, 3e-39f, 1e30f};
  llvm::ArrayRef<char> bytes(reinterpret_cast<char *>(values.data()), values.size() * sizeof(float));
  llvm::Expected<Tensor> tensor = Tensor::fromBuffer(type, bytes);
  ASSERT_TRUE(bool(tensor));
  EXPECT_TRUE(tensor->isReal());
  std::vector<char> out(Tensor::getBufferBytes(type));
  tensor->toBuffer(out);
  EXPECT_EQ(bytes, llvm::ArrayRef<char>(out));
}

TEST_F(TensorTest, SpikesAreZeroOrOne) {
  auto type = RankedTensorType::get({3}, builder.getI1Type());
  char good[] = {0, 1, 1}, bad[] = {0, 2, 1};
  llvm::Expected<Tensor> tensor = Tensor::fromBuffer(type, good);
  ASSERT_TRUE(bool(tensor));
  EXPECT_EQ(1, tensor->integer(2));
  llvm::Expected<Tensor> refused = Tensor::fromBuffer(type, bad);
  EXPECT_FALSE(bool(refused));
  llvm::consumeError(refused.takeError());
}

TEST_F(TensorTest, ABufferOfTheWrongSizeIsRefused) {
  auto type = RankedTensorType::get({3}, builder.getI1Type());
  char two[] = {0, 1};
  llvm::Expected<Tensor> refused = Tensor::fromBuffer(type, two);
  EXPECT_FALSE(bool(refused));
  llvm::consumeError(refused.takeError());
}

TEST_F(TensorTest, ReshapingSharesElements) {
  auto type = RankedTensorType::get({2, 3}, builder.getF32Type());
  Tensor tensor = Tensor::zeros(type);
  Tensor flat = tensor.reshaped(RankedTensorType::get({6}, builder.getF32Type()));
  flat.reals()[5] = 2;
  EXPECT_EQ(2.0f, tensor.real(5));
  EXPECT_EQ(1, flat.getType().getRank());
}

TEST_F(TensorTest, LiveBytesAreCounted) {
  auto live = std::make_shared<int64_t>(0);
  auto type = RankedTensorType::get({100}, builder.getF32Type());
  {
    Tensor tensor = Tensor::zeros(type, live);
    EXPECT_EQ(Tensor::getBytes(type), *live);
    Tensor shared = tensor;
    EXPECT_EQ(Tensor::getBytes(type), *live);
  }
  EXPECT_EQ(0, *live);
}

} // namespace
