// SPDX-License-Identifier: Apache-2.0
// The .npy format: magic, version, header length, a Python dictionary as text, the elements.
#include "spike/Support/Npy.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include <optional>

using namespace mlir::spike;
using llvm::StringRef;

namespace {

struct TypeInfo {
  NpyType type;
  StringRef code, name;
  unsigned bytes;
};

constexpr TypeInfo types[] = {{NpyType::boolean, "|b1", "bool", 1}, {NpyType::i8, "|i1", "int8", 1},
                              {NpyType::u8, "|u1", "uint8", 1},     {NpyType::i16, "<i2", "int16", 2},
                              {NpyType::i32, "<i4", "int32", 4},    {NpyType::f32, "<f4", "float32", 4}};

constexpr StringRef magic = "\x93NUMPY";
constexpr size_t maxRank = 64;

const TypeInfo &getInfo(NpyType type) {
  return *std::find_if(std::begin(types), std::end(types), [&](const TypeInfo &info) { return info.type == type; });
}

llvm::Error error(const llvm::Twine &message) { return llvm::createStringError("not a usable .npy file: " + message); }

/// Reads the header's dictionary, whose keys come in any order.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  llvm::Error parse(NpyArray &array) {
    bool hasType = false, hasOrder = false, hasShape = false;
    if (!take('{'))
      return error("the header is no dictionary");
    while (!take('}')) {
      std::optional<StringRef> key = takeString();
      if (!key || !take(':'))
        return error("the header is no dictionary");
      if (*key == "descr") {
        if (llvm::Error failure = parseType(array.type))
          return failure;
        hasType = true;
      } else if (*key == "fortran_order") {
        if (!takeWord("False"))
          return error("expected C order");
        hasOrder = true;
      } else if (*key == "shape") {
        if (!parseShape(array.shape))
          return error("expected a shape of at most 64 whole numbers");
        hasShape = true;
      } else {
        return error("unknown key in the header");
      }
      if (!take(',') && !rest.ltrim().starts_with("}"))
        return error("the header is no dictionary");
    }
    if (!rest.trim().empty() || !hasType || !hasOrder || !hasShape)
      return error("the header must give descr, fortran_order and shape and nothing else");
    return llvm::Error::success();
  }

private:
  bool takeWord(StringRef word) {
    rest = rest.ltrim();
    return rest.consume_front(word);
  }
  bool take(char c) { return takeWord(StringRef(&c, 1)); }

  std::optional<StringRef> takeString() {
    rest = rest.ltrim();
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
      return std::nullopt;
    size_t end = rest.find(rest[0], 1);
    if (end == StringRef::npos)
      return std::nullopt;
    StringRef text = rest.slice(1, end);
    rest = rest.drop_front(end + 1);
    return text;
  }

  llvm::Error parseType(NpyType &type) {
    std::optional<StringRef> code = takeString();
    for (const TypeInfo &info : types)
      if (code && *code == info.code) {
        type = info.type;
        return llvm::Error::success();
      }
    return error("expected little-endian elements of float32, int32, int16, int8, uint8 or bool");
  }

  bool parseShape(llvm::SmallVectorImpl<int64_t> &shape) {
    shape.clear();
    if (!take('('))
      return false;
    while (!take(')')) {
      rest = rest.ltrim();
      uint64_t size;
      if (rest.consumeInteger(10, size) || size > uint64_t(INT64_MAX) || shape.size() == maxRank)
        return false;
      shape.push_back(static_cast<int64_t>(size));
      if (!take(',') && !rest.ltrim().starts_with(")"))
        return false;
    }
    return true;
  }

  StringRef rest;
};

} // namespace

StringRef mlir::spike::getNpyTypeName(NpyType type) { return getInfo(type).name; }
unsigned mlir::spike::getNpyTypeBytes(NpyType type) { return getInfo(type).bytes; }

llvm::Expected<NpyArray> mlir::spike::readNpy(StringRef file) {
  if (!file.consume_front(magic) || file.size() < 2)
    return error("it does not start as one");
  unsigned version = static_cast<unsigned char>(file[0]), widthOfLength = version == 1 ? 2 : 4;
  if (version != 1 && version != 2)
    return error("expected version 1 or 2, got " + llvm::Twine(version));
  file = file.drop_front(2);
  if (file.size() < widthOfLength)
    return error("it ends within the header");
  uint64_t length =
      version == 1 ? llvm::support::endian::read16le(file.data()) : llvm::support::endian::read32le(file.data());
  file = file.drop_front(widthOfLength);
  if (file.size() < length)
    return error("it ends within the header");

  NpyArray array;
  if (llvm::Error failure = HeaderParser(file.take_front(length)).parse(array))
    return failure;
  StringRef data = file.drop_front(length);
  uint64_t bytes = getNpyTypeBytes(array.type);
  for (int64_t size : array.shape)
    bytes = llvm::SaturatingMultiply(bytes, static_cast<uint64_t>(size));
  if (data.size() != bytes)
    return error("its shape needs " + llvm::Twine(bytes) + " bytes, it holds " + llvm::Twine(data.size()));
  array.data.assign(data.begin(), data.end());
  return array;
}

void mlir::spike::writeNpy(llvm::raw_ostream &os, NpyType type, llvm::ArrayRef<int64_t> shape,
                           llvm::ArrayRef<char> data) {
  std::string header = ("{'descr': '" + getInfo(type).code + "', 'fortran_order': False, 'shape': (").str();
  for (int64_t size : shape)
    header += std::to_string(size) + ", ";
  header += "), }";
  // The elements start at a multiple of 64 bytes.
  size_t prefix = magic.size() + 4;
  header.append(llvm::alignTo(prefix + header.size() + 1, 64) - prefix - header.size() - 1, ' ');
  header += '\n';
  os << magic << '\1' << '\0' << static_cast<char>(header.size() & 0xff) << static_cast<char>(header.size() >> 8)
     << header << StringRef(data.data(), data.size());
}
