// SPDX-License-Identifier: Apache-2.0
// Writing and reading the file of a compiled program.
#include "ProgramFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir::spike;
using llvm::ArrayRef;
using llvm::StringRef;
namespace json = llvm::json;

namespace {

constexpr size_t kAlignment = 64;
constexpr char kZeros[kAlignment] = {};

struct Header {
  char magic[16] = {'s', 'p', 'i', 'k', 'e', ' ', 'p', 'r', 'o', 'g', 'r', 'a', 'm', ' ', '1', '\n'};
  uint64_t fileBytes = 0, descriptionBytes = 0;
  uint8_t digest[32] = {}; // of everything but itself
};
static_assert(sizeof(Header) == kAlignment);

/// Of the header's sizes and what follows them.
llvm::BLAKE3Result<> computeDigest(const Header &header, ArrayRef<ArrayRef<char>> pieces) {
  llvm::BLAKE3 hasher;
  hasher.update(StringRef(reinterpret_cast<const char *>(&header), offsetof(Header, digest)));
  for (ArrayRef<char> piece : pieces)
    hasher.update(StringRef(piece.data(), piece.size()));
  return hasher.final();
}

json::Array toJson(ArrayRef<TensorSpec> specs) {
  json::Array array;
  for (const TensorSpec &spec : specs)
    array.push_back(json::Object{{"name", json::fixUTF8(spec.name)},
                                 {"path", json::fixUTF8(spec.path)},
                                 {"dtype", spec.dtype},
                                 {"shape", json::Array(spec.shape)}});
  return array;
}

bool fromJson(const json::Array *array, std::vector<TensorSpec> &specs) {
  if (!array)
    return false;
  for (const json::Value &value : *array) {
    const json::Object *object = value.getAsObject();
    const json::Array *shape = object ? object->getArray("shape") : nullptr;
    if (!shape)
      return false;
    TensorSpec &spec = specs.emplace_back();
    spec.name = object->getString("name").value_or("").str();
    spec.path = object->getString("path").value_or("").str();
    spec.dtype = object->getString("dtype").value_or("").str();
    for (const json::Value &size : *shape)
      spec.shape.push_back(size.getAsInteger().value_or(0));
  }
  return true;
}

llvm::Error damaged(const char *what) { return llvm::createStringError(what); }

} // namespace

ProgramFile::ProgramFile(StringRef key, const MachineProgram &program) {
  json::Array sizes;
  for (ArrayRef<char> weight : program.weights)
    sizes.push_back(weight.size());
  json::Object object{{"key", key},
                      {"inputs", toJson(program.inputs)},
                      {"outputs", toJson(program.outputs)},
                      {"arena_bytes", program.arenaBytes},
                      {"object_bytes", program.object.size()},
                      {"weight_bytes", std::move(sizes)},
                      {"note", json::fixUTF8(program.note)}};
  llvm::raw_string_ostream(description) << json::Value(std::move(object));

  uint64_t offset = sizeof(Header);
  auto add = [&](ArrayRef<char> piece) {
    pieces.push_back(piece);
    offset += piece.size();
    if (size_t padding = llvm::offsetToAlignment(offset, llvm::Align(kAlignment))) {
      pieces.push_back(ArrayRef<char>(kZeros, padding));
      offset += padding;
    }
  };
  add(ArrayRef<char>(description.data(), description.size()));
  add(ArrayRef<char>(program.object.data(), program.object.size()));
  for (ArrayRef<char> weight : program.weights)
    add(weight);

  Header head;
  numBytes = head.fileBytes = offset;
  head.descriptionBytes = description.size();
  auto digest = computeDigest(head, pieces);
  std::memcpy(head.digest, digest.data(), sizeof(head.digest));
  header.assign(reinterpret_cast<const char *>(&head), sizeof(head));
  pieces.insert(pieces.begin(), ArrayRef<char>(header.data(), header.size()));
}

llvm::Expected<MachineProgram> mlir::spike::readProgramFile(StringRef key, ArrayRef<char> bytes) {
  Header head, expected;
  if (bytes.size() < sizeof(head))
    return damaged("the file is too short");
  std::memcpy(&head, bytes.data(), sizeof(head));
  if (std::memcmp(head.magic, expected.magic, sizeof(head.magic)) || head.fileBytes != bytes.size() ||
      head.descriptionBytes > bytes.size() - sizeof(head))
    return damaged("the file is not a program");
  auto digest = computeDigest(head, bytes.drop_front(sizeof(head)));
  if (std::memcmp(head.digest, digest.data(), sizeof(head.digest)))
    return damaged("the file does not match its digest");

  uint64_t offset = sizeof(head);
  bool fits = true;
  auto take = [&](uint64_t size) -> ArrayRef<char> {
    fits = fits && size <= bytes.size() - offset;
    if (!fits)
      return {};
    ArrayRef<char> piece = bytes.slice(offset, size);
    offset = std::min<uint64_t>(llvm::alignTo(offset + size, kAlignment), bytes.size());
    return piece;
  };
  ArrayRef<char> text = take(head.descriptionBytes);
  llvm::Expected<json::Value> value = json::parse(StringRef(text.data(), text.size()));
  if (!value)
    return value.takeError();
  const json::Object *object = value->getAsObject();
  if (!object || object->getString("key") != key)
    return damaged("the file is of another program");
  MachineProgram program;
  std::optional<int64_t> arena = object->getInteger("arena_bytes"), code = object->getInteger("object_bytes");
  const json::Array *sizes = object->getArray("weight_bytes");
  if (!fromJson(object->getArray("inputs"), program.inputs) ||
      !fromJson(object->getArray("outputs"), program.outputs) || !arena || !code || !sizes)
    return damaged("the description is not complete");
  program.arenaBytes = *arena;
  program.note = object->getString("note").value_or("").str();
  ArrayRef<char> machineCode = take(*code);
  program.object = StringRef(machineCode.data(), machineCode.size());
  for (const json::Value &size : *sizes)
    program.weights.push_back(take(size.getAsUINT64().value_or(UINT64_MAX)));
  if (!fits || offset != bytes.size())
    return damaged("the parts do not fill the file");
  return program;
}
