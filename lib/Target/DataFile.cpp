// SPDX-License-Identifier: Apache-2.0
#include "spike/Target/DataFile.h"
#include "FieldValue.h"
#include "JsonText.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace spike::chip;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;
namespace json = llvm::json;

namespace {

constexpr uint64_t kLargestFile = 1 << 20;
constexpr int kLongestChain = 8;

/// Reads one file and, before it, the files that it extends.
class Reader {
public:
  explicit Reader(const FileForm &form) : form(form) {}

  Expected<DataFile> read(StringRef nameOrPath, int depth = 0);

private:
  llvm::Error fail(const Twine &message) const { return llvm::createStringError(where + " " + message); }
  llvm::Error load(StringRef nameOrPath);
  llvm::Error parse(DataFile &file, int depth);
  llvm::Error inherit(const json::Object &object, DataFile &file, int depth);
  llvm::Error readReferences(const json::Object &object, DataFile &file);
  llvm::Error readFields(const json::Object &object, DataFile &file);
  Expected<Field> readField(const FieldSpec &spec, const json::Value &value, const DataFile &file);
  Expected<StringRef> takeText(const json::Object &object, StringRef key, const Twine &owner);
  llvm::Error checkKeys(const json::Object &object, llvm::ArrayRef<StringRef> known, const Twine &owner);
  Expected<Provenance> readProvenance(const json::Object &object, const Twine &owner);
  Expected<std::string> readSource(const json::Object &object, const DataFile &file, const Twine &owner);

  const FileForm &form;
  std::string where;  // how messages name the file
  std::string folder; // of the user's file
  std::string text;
};

llvm::Error Reader::load(StringRef nameOrPath) {
  for (const BuiltinFile &file : form.builtin)
    if (file.name == nameOrPath) {
      where = (form.noun + " '" + nameOrPath + "'").str();
      text = file.text.str();
      return llvm::Error::success();
    }
  if (!nameOrPath.ends_with(".json"))
    return llvm::createStringError("unknown " + form.noun + " '" + nameOrPath + "', expected " +
                                   llvm::join(form.names(), ", ") + " or the path of a .json file");
  where = (form.noun + " file '" + nameOrPath + "'").str();
  folder = llvm::sys::path::parent_path(nameOrPath).str();
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(nameOrPath, status))
    return fail("cannot be read: " + StringRef(code.message()).lower());
  if (status.type() != llvm::sys::fs::file_type::regular_file)
    return fail("cannot be read: it is no regular file");
  if (status.getSize() > kLargestFile)
    return fail("has " + Twine(status.getSize()) + " bytes, expected at most " + Twine(kLargestFile));
  auto buffer = llvm::MemoryBuffer::getFile(nameOrPath, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fail("cannot be read: " + StringRef(buffer.getError().message()).lower());
  text = (*buffer)->getBuffer().str();
  return llvm::Error::success();
}

Expected<DataFile> Reader::read(StringRef nameOrPath, int depth) {
  if (depth > kLongestChain)
    return llvm::createStringError(form.noun + " '" + nameOrPath + "' extends itself, or more than " +
                                   Twine(kLongestChain) + " files in turn");
  if (llvm::Error error = load(nameOrPath))
    return error;
  DataFile file;
  if (llvm::Error error = parse(file, depth))
    return error;
  return file;
}

llvm::Error Reader::parse(DataFile &file, int depth) {
  Expected<json::Value> value = parseJson(text);
  if (!value)
    return fail(llvm::toString(value.takeError()));
  const json::Object *object = value->getAsObject();
  if (!object)
    return fail("is no JSON object");
  if (object->getString("schema") != form.schema)
    return fail("expected \"schema\": \"" + form.schema + "\"");
  if (llvm::Error error =
          checkKeys(*object, {"schema", "name", "title", "extends", "inherited", "references", "fields"}, "the file"))
    return error;
  Expected<StringRef> name = takeText(*object, "name", "the file"), title = takeText(*object, "title", "the file");
  if (!name || !title)
    return llvm::joinErrors(name.takeError(), title.takeError());
  if (!llvm::all_of(*name, [](char c) { return llvm::isAlnum(c) || c == '-' || c == '_' || c == '.'; }))
    return fail("has the name '" + *name + "', expected letters, digits, '-', '_' and '.'");
  file.name = name->str();
  file.title = title->str();
  if (llvm::Error error = readReferences(*object, file))
    return error;
  if (llvm::Error error = inherit(*object, file, depth))
    return error;
  if (llvm::Error error = readFields(*object, file))
    return error;
  for (const FieldSpec &spec : form.fields)
    if (spec.required && !file.find(spec.name))
      return fail("lacks the field '" + spec.name + "': " + spec.description);
  return llvm::Error::success();
}

/// Takes over the fields of the file that this one extends; `inherited` says what they are worth here.
llvm::Error Reader::inherit(const json::Object &object, DataFile &file, int depth) {
  const json::Value *extends = object.get("extends");
  if (!extends) {
    if (object.get("inherited"))
      return fail("has 'inherited', but extends nothing");
    return llvm::Error::success();
  }
  std::optional<StringRef> of = extends->getAsString();
  if (!of || of->empty())
    return fail("'extends': expected the name of a " + form.noun + " or the path of a .json file");
  llvm::SmallString<128> path(*of);
  if (of->ends_with(".json") && llvm::sys::path::is_relative(path)) {
    path = folder;
    llvm::sys::path::append(path, *of);
  }
  Expected<DataFile> base = Reader(form).read(path, depth + 1);
  if (!base)
    return fail("extends another: " + llvm::toString(base.takeError()));
  file.extends = std::move(base->extends);
  file.extends.insert(file.extends.begin(), base->name);
  file.fields = std::move(base->fields);
  for (const auto &[key, text] : base->references)
    if (auto [it, isNew] = file.references.try_emplace(key, text); !isNew && it->second != text)
      return fail("gives the reference '" + key + "' another meaning than '" + base->name + "', which it extends");
  const json::Value *inherited = object.get("inherited");
  if (!inherited)
    return llvm::Error::success();
  const json::Object *worth = inherited->getAsObject();
  if (!worth)
    return fail("'inherited': expected an object with provenance and source");
  if (llvm::Error error = checkKeys(*worth, {"provenance", "source"}, "'inherited'"))
    return error;
  Expected<Provenance> provenance = readProvenance(*worth, "'inherited'");
  Expected<std::string> source = readSource(*worth, file, "'inherited'");
  if (!provenance || !source)
    return llvm::joinErrors(provenance.takeError(), source.takeError());
  for (Field &field : file.fields) {
    field.source = (*source + " (" + getName(field.provenance) + ": " + field.source + ")").str();
    field.provenance = *provenance;
  }
  return llvm::Error::success();
}

llvm::Error Reader::readReferences(const json::Object &object, DataFile &file) {
  const json::Value *value = object.get("references");
  if (!value)
    return llvm::Error::success();
  const json::Object *references = value->getAsObject();
  if (!references)
    return fail("'references': expected an object of texts");
  for (const auto &[key, reference] : *references) {
    std::optional<StringRef> words = reference.getAsString();
    if (!words || words->trim().empty())
      return fail("reference '" + StringRef(key) + "': expected a text, got " + print(reference));
    file.references[StringRef(key).str()] = words->str();
  }
  return llvm::Error::success();
}

llvm::Error Reader::readFields(const json::Object &object, DataFile &file) {
  const json::Object *fields = object.getObject("fields");
  if (!fields)
    return fail("expected an object 'fields'");
  auto names = llvm::map_to_vector(form.fields, [](const FieldSpec &spec) { return spec.name; });
  for (const auto &[key, value] : *fields)
    if (!llvm::is_contained(names, StringRef(key)))
      return fail("has an unknown field '" + StringRef(key) + "', expected some of " + llvm::join(names, ", "));
  std::vector<Field> merged;
  for (const FieldSpec &spec : form.fields) {
    if (const json::Value *value = fields->get(spec.name)) {
      Expected<Field> field = readField(spec, *value, file);
      if (!field)
        return field.takeError();
      merged.push_back(std::move(*field));
    } else if (const Field *inherited = file.find(spec.name)) {
      merged.push_back(*inherited);
    }
  }
  file.fields = std::move(merged);
  return llvm::Error::success();
}

Expected<Field> Reader::readField(const FieldSpec &spec, const json::Value &value, const DataFile &file) {
  std::string owner = ("field '" + spec.name + "'").str();
  const json::Object *object = value.getAsObject();
  if (!object)
    return fail(owner + ": expected an object with value, provenance and source, got " + print(value));
  if (llvm::Error error = checkKeys(*object, {"value", "provenance", "source"}, owner))
    return error;
  const json::Value *given = object->get("value");
  if (!given)
    return fail(owner + ": expected a value: " + describe(spec));
  if (!isValid(spec, *given))
    return fail(owner + ": expected " + describe(spec) + ", got " + print(*given));
  Expected<Provenance> provenance = readProvenance(*object, owner);
  Expected<std::string> source = readSource(*object, file, owner);
  if (!provenance || !source)
    return llvm::joinErrors(provenance.takeError(), source.takeError());
  return Field{spec.name.str(), *given, *provenance, *source};
}

Expected<StringRef> Reader::takeText(const json::Object &object, StringRef key, const Twine &owner) {
  std::optional<StringRef> words = object.getString(key);
  if (!words || words->trim().empty())
    return fail(owner + ": expected a text '" + key + "'");
  return *words;
}

llvm::Error Reader::checkKeys(const json::Object &object, llvm::ArrayRef<StringRef> known, const Twine &owner) {
  for (const auto &[key, value] : object)
    if (!llvm::is_contained(known, StringRef(key)))
      return fail(owner + ": unknown key '" + StringRef(key) + "', expected " + llvm::join(known, ", "));
  return llvm::Error::success();
}

Expected<Provenance> Reader::readProvenance(const json::Object &object, const Twine &owner) {
  const json::Value *value = object.get("provenance");
  for (Provenance provenance : {Provenance::documented, Provenance::derived, Provenance::assumed})
    if (value && value->getAsString() == getName(provenance))
      return provenance;
  return fail(owner + ": expected a provenance: documented, derived or assumed" +
              (value ? ", got " + print(*value) : std::string()));
}

Expected<std::string> Reader::readSource(const json::Object &object, const DataFile &file, const Twine &owner) {
  Expected<StringRef> words = takeText(object, "source", owner);
  if (!words)
    return words.takeError();
  for (StringRef rest = words->split('[').second; !rest.empty(); rest = rest.split('[').second)
    if (StringRef key = rest.split(']').first; !file.references.count(key.str()))
      return fail(owner + ": the source cites [" + key + "], which is not among the references");
  return words->str();
}

} // namespace

StringRef spike::chip::getName(Provenance provenance) {
  switch (provenance) {
  case Provenance::documented:
    return "documented";
  case Provenance::derived:
    return "derived";
  case Provenance::assumed:
    return "assumed";
  }
  llvm_unreachable("not a provenance");
}

std::vector<std::string> FileForm::names() const {
  std::vector<std::string> names;
  for (const BuiltinFile &file : builtin)
    names.push_back(file.name.str());
  return names;
}

Expected<DataFile> DataFile::load(const FileForm &form, StringRef nameOrPath) { return Reader(form).read(nameOrPath); }

const Field *DataFile::find(StringRef field) const {
  auto found = llvm::find_if(fields, [&](const Field &f) { return f.name == field; });
  return found == fields.end() ? nullptr : &*found;
}
