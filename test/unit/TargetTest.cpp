// SPDX-License-Identifier: Apache-2.0
// Targets: built-in ones, files of users, and every way in which a file can be wrong.
#include "spike/Target/TargetModel.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <random>

using namespace spike::chip;

namespace {

TargetModel load(llvm::StringRef name) {
  llvm::Expected<TargetModel> model = TargetModel::load(name);
  if (!model) {
    ADD_FAILURE() << llvm::toString(model.takeError());
    return llvm::cantFail(TargetModel::load("loihi2"));
  }
  return std::move(*model);
}

/// A folder of files that goes when the test ends.
class TargetFiles : public testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("spike-targets", folder)); }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string write(llvm::StringRef name, llvm::StringRef text) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    std::error_code code;
    llvm::raw_fd_ostream(path, code) << text;
    EXPECT_FALSE(code);
    return path.str().str();
  }

  /// The error of a file of this text, without the file's name.
  std::string refuse(llvm::StringRef text) {
    std::string path = write("x.json", text);
    llvm::Expected<TargetModel> model = TargetModel::load(path);
    if (model)
      return "accepted";
    std::string message = llvm::toString(model.takeError()), prefix = "target file '" + path + "' ";
    return llvm::StringRef(message).starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

  /// A file that extends loihi2 and changes some fields.
  static std::string extend(llvm::StringRef fields) {
    return (R"({"schema": "spike-target/1", "name": "mine", "title": "a test", "extends": "loihi2", "fields": {)" +
            fields + "}}")
        .str();
  }
  std::string refuseField(llvm::StringRef fields) { return refuse(extend(fields)); }

  llvm::SmallString<128> folder;
};

TEST(Target, LimitsOfLoihi1AreItsFile) {
  TargetModel model = load("loihi1");
  const Limits &limits = model.limits();
  EXPECT_EQ("loihi1", limits.name);
  EXPECT_EQ(1024, limits.neuronsPerCore);
  EXPECT_EQ(16384 * 8, limits.synapseBytesPerCore);
  EXPECT_EQ(4096, limits.inputAxonsPerCore);
  EXPECT_EQ(1, limits.payloadBits);
  EXPECT_FALSE(limits.programs);
  EXPECT_FALSE(limits.perChannelParams);
  EXPECT_EQ((std::vector<int64_t>{1, 2, 3, 4, 5, 6, 8}), limits.weightBits);
  EXPECT_TRUE(limits.conventions.shiftBeforeSum);
  EXPECT_EQ(Provenance::documented, model.provenance("neuronsPerCore"));
  EXPECT_EQ(Provenance::assumed, model.provenance("axonBytes"));
  EXPECT_EQ(std::nullopt, model.provenance("staticPower"));
  EXPECT_EQ(std::nullopt, model.staticPower());
}

TEST(Target, Loihi3IsLoihi2AndAssumedInEveryField) {
  TargetModel two = load("loihi2"), three = load("loihi3");
  ASSERT_EQ(two.data().fields.size(), three.data().fields.size());
  for (size_t i = 0; i < two.data().fields.size(); ++i) {
    const Field &known = two.data().fields[i], &field = three.data().fields[i];
    EXPECT_EQ(known.name, field.name);
    EXPECT_EQ(known.value, field.value) << field.name;
    EXPECT_EQ(Provenance::assumed, field.provenance) << field.name;
    EXPECT_EQ(0u, field.source.find("no specification is public; as Loihi 2 (")) << field.source;
  }
  EXPECT_EQ("loihi3", three.limits().name);
}

TEST(Target, BoardsExtendChips) {
  for (auto [board, chip, chips] : {std::tuple("ncl-1chip", "loihi3", 1),
                                    {"ncl-2chip", "loihi3", 2},
                                    {"oheo-gulch", "loihi2", 1},
                                    {"kapoho-point", "loihi2", 8},
                                    {"hala-point", "loihi2", 1152}}) {
    TargetModel model = load(board);
    EXPECT_EQ(chip, model.data().extends.front());
    EXPECT_EQ(chips, model.limits().chips) << board;
    EXPECT_EQ(load(chip).limits().neuronsPerCore, model.limits().neuronsPerCore);
  }
  EXPECT_EQ(122, load("hala-point").limits().coresPerChip);
  EXPECT_EQ(1.78, load("oheo-gulch").staticPower());
}

TEST(Target, AllNamesLoad) {
  EXPECT_EQ(8u, TargetModel::names().size());
  for (const std::string &name : TargetModel::names())
    EXPECT_EQ(name, load(name).limits().name);
}

TEST(Target, AnotherNumberOfChips) {
  TargetModel five = llvm::cantFail(load("oheo-gulch").withChips(5));
  EXPECT_EQ(5, five.limits().chips);
  EXPECT_EQ(3, five.limits().chipColumns);
  EXPECT_EQ(Provenance::assumed, five.provenance("chips"));
  EXPECT_EQ(std::nullopt, five.staticPower());
  EXPECT_EQ(Provenance::documented, llvm::cantFail(load("oheo-gulch").withChips(1)).provenance("chips"));
  llvm::Expected<TargetModel> none = load("loihi1").withChips(0);
  ASSERT_FALSE(bool(none));
  EXPECT_EQ("target 'loihi1': expected 1 to 65536 chips, got 0", llvm::toString(none.takeError()));
}

TEST(Target, ANameWithANumberOfChips) {
  EXPECT_EQ(4, load("oheo-gulch:4").limits().chips);
  EXPECT_EQ(2, load("oheo-gulch:4").limits().chipColumns);
  EXPECT_EQ(std::nullopt, load("oheo-gulch:4").staticPower());
  EXPECT_EQ(1.78, load("oheo-gulch:1").staticPower());
  for (auto [name, message] : {std::pair("loihi2:0", "target 'loihi2': expected 1 to 65536 chips, got 0"),
                               {"loihi2:65537", "target 'loihi2': expected 1 to 65536 chips, got 65537"},
                               {"loihi2:two", "unknown target 'loihi2:two'"},
                               {"loihi2:", "unknown target 'loihi2:'"}}) {
    llvm::Expected<TargetModel> none = TargetModel::load(name);
    ASSERT_FALSE(bool(none));
    EXPECT_TRUE(llvm::StringRef(llvm::toString(none.takeError())).starts_with(message));
  }
}

TEST_F(TargetFiles, AFileOfTheUser) {
  std::string path =
      write("mine.json", R"({"schema": "spike-target/1", "name": "mine", "title": "t", "extends": "loihi1",
      "references": {"me": "measured by me"},
      "fields": {"coresPerChip": {"value": 100, "provenance": "documented", "source": "[me]"},
                 "wrapInput": {"value": true, "provenance": "assumed", "source": "as nengo-loihi"},
                 "weightBits": {"value": [4, 8], "provenance": "assumed", "source": "enough"}}})");
  TargetModel model = load(path);
  EXPECT_EQ(100, model.limits().coresPerChip);
  EXPECT_EQ(1024, model.limits().neuronsPerCore);
  EXPECT_TRUE(model.limits().conventions.wrapInput);
  EXPECT_EQ((std::vector<int64_t>{4, 8}), model.limits().weightBits);
  std::string board = write("board.json", R"({"schema": "spike-target/1", "name": "board", "title": "t",
      "extends": "mine.json", "fields": {"chips": {"value": 3, "provenance": "assumed", "source": "mine"}}})");
  EXPECT_EQ(100, load(board).limits().coresPerChip);
  EXPECT_EQ(3, load(board).limits().chips);
  EXPECT_EQ((std::vector<std::string>{"mine", "loihi1"}), load(board).data().extends);
}

TEST_F(TargetFiles, NamesAndFilesThatAreNone) {
  llvm::Expected<TargetModel> unknown = TargetModel::load("loihi9");
  ASSERT_FALSE(bool(unknown));
  EXPECT_EQ("unknown target 'loihi9', expected loihi1, loihi2, loihi3, ncl-1chip, ncl-2chip, oheo-gulch, kapoho-point, "
            "hala-point or the path of a .json file",
            llvm::toString(unknown.takeError()));
  llvm::Expected<TargetModel> absent = TargetModel::load("/nowhere/x.json");
  ASSERT_FALSE(bool(absent));
  EXPECT_EQ("target file '/nowhere/x.json' cannot be read: no such file or directory",
            llvm::toString(absent.takeError()));
  std::string subfolder = (folder + "/a.json").str();
  ASSERT_FALSE(llvm::sys::fs::create_directory(subfolder));
  llvm::Expected<TargetModel> directory = TargetModel::load(subfolder);
  ASSERT_FALSE(bool(directory));
  EXPECT_EQ("target file '" + subfolder + "' cannot be read: it is no regular file",
            llvm::toString(directory.takeError()));
}

TEST_F(TargetFiles, TextThatIsNoTarget) {
  EXPECT_EQ("is no JSON object", refuse("[]"));
  EXPECT_EQ(0u, refuse("").find("is not JSON: "));
  EXPECT_EQ(0u, refuse("{\"a\": \xff}").find("is not JSON: "));
  EXPECT_EQ("expected \"schema\": \"spike-target/1\"", refuse("{}"));
  EXPECT_EQ("expected \"schema\": \"spike-target/1\"", refuse(R"({"schema": "spike-target/2"})"));
  EXPECT_EQ("is nested more than 16 deep", refuse(std::string(900000, '[')));
  EXPECT_EQ("has 1048577 bytes, expected at most 1048576", refuse(std::string((1 << 20) + 1, ' ')));
  EXPECT_EQ("has 'name' twice", refuse(R"({"schema": "spike-target/1", "name": "a", "name" : "b"})"));
  EXPECT_EQ("the file: unknown key 'x', expected schema, name, title, extends, inherited, references, fields",
            refuse(R"({"schema": "spike-target/1", "x": 1})"));
  EXPECT_EQ("the file: expected a text 'name'\ntarget file '" + (folder + "/x.json").str() +
                "' the file: expected a text 'title'",
            refuse(R"({"schema": "spike-target/1", "name": 3})"));
  EXPECT_EQ("has the name 'a b', expected letters, digits, '-', '_' and '.'",
            refuse(R"({"schema": "spike-target/1", "name": "a b", "title": "t"})"));
  EXPECT_EQ("expected an object 'fields'", refuse(R"({"schema": "spike-target/1", "name": "a", "title": "t"})"));
  EXPECT_EQ("lacks the field 'chips': chips on the board",
            refuse(R"({"schema": "spike-target/1", "name": "a", "title": "t", "fields": {}})"));
}

TEST_F(TargetFiles, FieldsThatAreWrong) {
  EXPECT_EQ(0u, refuseField(R"("cores": {})").find("has an unknown field 'cores', expected some of chips, "));
  EXPECT_EQ("field 'chips': expected an object with value, provenance and source, got 4", refuseField(R"("chips": 4)"));
  EXPECT_EQ("field 'chips': expected a value: a whole number from 1 to 65536", refuseField(R"("chips": {})"));
  EXPECT_EQ("field 'chips': unknown key 'note', expected value, provenance, source",
            refuseField(R"("chips": {"note": ""})"));
  for (llvm::StringRef value : {"0", "65537", "1.5", "\"4\"", "true", "null", "-1", "1e300", "18446744073709551617"}) {
    std::string message =
        refuseField(("\"chips\": {\"value\": " + value + ", \"provenance\": \"assumed\", \"source\": \"x\"}").str());
    EXPECT_EQ(0u, message.find("field 'chips': expected a whole number from 1 to 65536, got ")) << message;
  }
  EXPECT_EQ("field 'programs': expected true or false, got 1", refuseField(R"("programs": {"value": 1})"));
  EXPECT_EQ("field 'stateBits': expected a whole number from 24 to 24, got 20",
            refuseField(R"("stateBits": {"value": 20})"));
  for (llvm::StringRef value : {"[]", "8", "[0]", "[9]", "[8,8]", "[8,4]", "[true]"})
    EXPECT_EQ("field 'weightBits': expected an ascending list of whole numbers from 1 to 8, got " + value.str(),
              refuseField(("\"weightBits\": {\"value\": " + value + "}").str()));
  EXPECT_EQ("field 'chips': expected a provenance: documented, derived or assumed",
            refuseField(R"("chips": {"value": 4, "source": "x"})"));
  EXPECT_EQ("field 'chips': expected a provenance: documented, derived or assumed, got \"guessed\"",
            refuseField(R"("chips": {"value": 4, "provenance": "guessed", "source": "x"})"));
  EXPECT_EQ("field 'chips': expected a text 'source'",
            refuseField(R"("chips": {"value": 4, "provenance": "assumed", "source": " "})"));
  EXPECT_EQ("field 'chips': the source cites [paper], which is not among the references",
            refuseField(R"("chips": {"value": 4, "provenance": "documented", "source": "[brief] and [paper]"})"));
}

TEST_F(TargetFiles, FieldsThatDisagree) {
  auto number = [](llvm::StringRef name, llvm::StringRef value) {
    return ("\"" + name + "\": {\"value\": " + value + R"(, "provenance": "assumed", "source": "x"})").str();
  };
  EXPECT_EQ("target 'mine': coresPerChip is 129, but the mesh has 16 x 8 cores",
            refuseField(number("coresPerChip", "129")));
  EXPECT_EQ("target 'mine': a mesh of 16 x 8 cores does not divide into tiles of 3 x 2",
            refuseField(number("tileWidth", "3")));
  EXPECT_EQ("target 'mine': chipColumns is 2, but there are 1 chips", refuseField(number("chipColumns", "2")));
  EXPECT_EQ("target 'mine': synapseBytesPerCore is 196609, more than memoryBytesPerCore, which is 196608",
            refuseField(number("synapseBytesPerCore", "196609")));
  EXPECT_EQ("target 'mine': without programs, expected programPorts 1 and programStates, programParams and "
            "programLength 0",
            refuseField(number("programs", "false")));
}

TEST_F(TargetFiles, FilesThatExtend) {
  auto file = [](llvm::StringRef more) {
    return (R"({"schema": "spike-target/1", "name": "a", "title": "t", )" + more + R"("fields": {}})").str();
  };
  EXPECT_EQ("has 'inherited', but extends nothing", refuse(file(R"("inherited": {}, )")));
  EXPECT_EQ("'extends': expected the name of a target or the path of a .json file", refuse(file(R"("extends": 3, )")));
  EXPECT_EQ(0u, refuse(file(R"("extends": "loihi9", )")).find("extends another: unknown target 'loihi9', expected "));
  EXPECT_NE(std::string::npos, refuse(file(R"("extends": "x.json", )")).find("extends itself, or more than 8 files"));
  EXPECT_EQ("gives the reference 'brief' another meaning than 'loihi2', which it extends",
            refuse(file(R"("extends": "loihi2", "references": {"brief": "mine"}, )")));
  EXPECT_EQ("reference 'me': expected a text, got 3", refuse(file(R"("references": {"me": 3}, )")));
  EXPECT_EQ("'references': expected an object of texts", refuse(file(R"("references": [], )")));
  EXPECT_EQ("'inherited': expected an object with provenance and source",
            refuse(file(R"("extends": "loihi2", "inherited": 1, )")));
  EXPECT_EQ("'inherited': expected a text 'source'",
            refuse(file(R"("extends": "loihi2", "inherited": {"provenance": "derived"}, )")));
}

TEST_F(TargetFiles, EveryTruncationIsRefused) {
  std::string whole = extend(R"("chips": {"value": 4, "provenance": "assumed", "source": "a \"quoted\" word"})");
  ASSERT_EQ(4, load(write("whole.json", whole)).limits().chips);
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE("accepted", refuse(llvm::StringRef(whole).take_front(length))) << length;
}

/// Whatever a file holds, it is read or refused.
TEST_F(TargetFiles, ChangedBytes) {
  std::string whole = TargetModel::form().builtin.front().text.str();
  std::mt19937 random(1);
  auto pick = [&](size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random); };
  constexpr llvm::StringRef pieces[] = {"{", "}",  "[",     "]",    "\"",   "\\",         ":",
                                        ",", "-1", "1e999", "null", "\xff", "\"extends\""};
  size_t refused = 0;
  for (int i = 0; i < 500; ++i) {
    std::string changed = whole;
    for (size_t n = 1 + pick(4); n > 0; --n) {
      llvm::StringRef piece = pieces[pick(std::size(pieces))];
      changed.replace(pick(changed.size()), pick(4), piece.data(), piece.size());
    }
    refused += refuse(changed) != "accepted";
  }
  EXPECT_GT(refused, 250u);
}

} // namespace
