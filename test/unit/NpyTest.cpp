// SPDX-License-Identifier: Apache-2.0
// Reading and writing .npy files: what is written is read back, and damaged files are refused without reading past
// them.
#include "spike/Support/Npy.h"
#include "gtest/gtest.h"

#include <cstring>

using namespace mlir::spike;

namespace {

std::string encode(NpyType type, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<char> data) {
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  writeNpy(os, type, shape, data);
  return bytes;
}

TEST(Npy, WhatIsWrittenIsRead) {
  for (NpyType type : {NpyType::boolean, NpyType::i8, NpyType::u8, NpyType::i16, NpyType::i32, NpyType::f32}) {
    std::vector<char> data(6 * getNpyTypeBytes(type), 1);
    llvm::Expected<NpyArray> array = readNpy(encode(type, {2, 3}, data));
    ASSERT_TRUE(bool(array)) << llvm::toString(array.takeError());
    EXPECT_EQ(type, array->type);
    EXPECT_EQ((llvm::SmallVector<int64_t>{2, 3}), array->shape);
    EXPECT_EQ(data, array->data);
  }
}

TEST(Npy, ScalarsAndVectors) {
  std::vector<char> data(4, 0);
  llvm::Expected<NpyArray> scalar = readNpy(encode(NpyType::f32, {}, data));
  ASSERT_TRUE(bool(scalar)) << llvm::toString(scalar.takeError());
  EXPECT_TRUE(scalar->shape.empty());
  llvm::Expected<NpyArray> vector = readNpy(encode(NpyType::f32, {1}, data));
  ASSERT_TRUE(bool(vector)) << llvm::toString(vector.takeError());
  EXPECT_EQ((llvm::SmallVector<int64_t>{1}), vector->shape);
}

TEST(Npy, EveryTruncationIsRefused) {
  std::string whole = encode(NpyType::i32, {3}, std::vector<char>(12, 5));
  for (size_t length = 0; length < whole.size(); ++length) {
    llvm::Expected<NpyArray> array = readNpy(llvm::StringRef(whole).take_front(length));
    EXPECT_FALSE(bool(array)) << length << " bytes were accepted";
    llvm::consumeError(array.takeError());
  }
}

TEST(Npy, DamagedHeadersAreRefused) {
  std::string whole = encode(NpyType::f32, {3}, std::vector<char>(12, 0));
  for (auto [from, to] : {std::pair("(3", "(9"), std::pair("False", "True "), std::pair("<f4", ">f4"),
                          std::pair("<f4", "|O8"), std::pair("descr", "descx"), std::pair("NUMPY", "NUMPX")}) {
    std::string damaged = whole;
    size_t at = damaged.find(from);
    ASSERT_NE(std::string::npos, at) << from;
    damaged.replace(at, std::strlen(from), to);
    llvm::Expected<NpyArray> array = readNpy(damaged);
    EXPECT_FALSE(bool(array)) << to << " was accepted";
    llvm::consumeError(array.takeError());
  }
}

} // namespace
