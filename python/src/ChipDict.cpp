// SPDX-License-Identifier: Apache-2.0
// Networks on a chip as plain dictionaries: keys are the names of the fields in include/spike/Chip/Network.h,
// enumerations are their names. One list of fields serves both ways.
#include "ChipNetwork.h"

#include "llvm/ADT/StringRef.h"

using namespace spike::chip;

namespace {

const std::vector<const char *> kOpcodes = {"rdc", "ld", "st",  "par",   "mov",   "movi",  "sel",
                                            "and", "or", "shl", "add",   "neg",   "min",   "mul_shr",
                                            "lt",  "ge", "eq",  "skp_c", "jmp_c", "spike", "probe"};
const std::vector<const char *> kKinds = {"input", "lif", "program"};
const std::vector<const char *> kEncodings = {"dense", "conv", "strided", "sparse"};
const std::vector<const char *> kSigns = {"mixed", "excitatory", "inhibitory"};

const std::vector<const char *> kInterconnects = {"mesh", "torus", "hierarchical"};

const std::vector<const char *> &namesOf(Opcode) { return kOpcodes; }
const std::vector<const char *> &namesOf(NeuronKind) { return kKinds; }
const std::vector<const char *> &namesOf(Encoding) { return kEncodings; }
const std::vector<const char *> &namesOf(SignMode) { return kSigns; }
const std::vector<const char *> &namesOf(Interconnect::Kind) { return kInterconnects; }

template <typename V>
void visit(V &v, Conventions &c) {
  v("shiftBeforeSum", c.shiftBeforeSum), v("wrapInput", c.wrapInput), v("lavaCurrentWrap", c.lavaCurrentWrap);
  v("wrapBiasedCurrent", c.wrapBiasedCurrent);
}

template <typename V>
void visit(V &v, Interconnect &i) {
  v("kind", i.kind), v("chipsPerGroup", i.chipsPerGroup);
}

template <typename V>
void visit(V &v, Dim &d) {
  v("size", d.size), v("stride", d.stride);
}

template <typename V>
void visit(V &v, Instruction &i) {
  v("op", i.op), v("rd", i.rd), v("ra", i.ra), v("rb", i.rb), v("imm", i.imm);
}

template <typename V>
void visit(V &v, Program &p) {
  v("name", p.name), v("ports", p.ports), v("states", p.states), v("params", p.params), v("code", p.code);
}

template <typename V>
void visit(V &v, Lif &l) {
  v("du", l.du), v("dv", l.dv), v("duOffset", l.duOffset), v("dvOffset", l.dvOffset), v("align", l.align);
  v("refractory", l.refractory), v("threshold", l.threshold), v("biasMantissa", l.biasMantissa);
  v("biasExponent", l.biasExponent);
}

template <typename V>
void visit(V &v, Population &p) {
  v("name", p.name), v("path", p.path), v("shape", p.shape), v("kind", p.kind), v("lif", p.lif);
  v("program", p.program), v("params", p.params), v("payloadBits", p.payloadBits), v("start", p.start);
  v("substeps", p.substeps), v("rate", p.rate), v("tensor", p.tensor);
}

template <typename V>
void visit(V &v, Window &w) {
  v("inH", w.inH), v("inW", w.inW), v("outH", w.outH), v("outW", w.outW), v("kH", w.kH), v("kW", w.kW);
  v("strideH", w.strideH), v("strideW", w.strideW), v("padH", w.padH), v("padW", w.padW), v("dilH", w.dilH);
  v("dilW", w.dilW), v("groups", w.groups);
}

template <typename V>
void visit(V &v, PairDim &d) {
  v("size", d.size), v("source", d.source), v("target", d.target);
}

template <typename V>
void visit(V &v, Entry &e) {
  v("source", e.source), v("target", e.target), v("weight", e.weight);
}

template <typename V>
void visit(V &v, Projection &p) {
  v("name", p.name), v("source", p.source), v("target", p.target), v("port", p.port), v("delay", p.delay);
  v("substep", p.substep), v("encoding", p.encoding), v("viewOffset", p.viewOffset),
      v("viewPositions", p.viewPositions);
  v("viewChannels", p.viewChannels), v("window", p.window), v("loops", p.loops), v("sourceOffset", p.sourceOffset);
  v("targetOffset", p.targetOffset), v("weightBits", p.weightBits), v("sign", p.sign), v("exponent", p.exponent);
  v("graded", p.graded), v("weights", p.weights), v("entries", p.entries);
}

template <typename V>
void visit(V &v, Input &i) {
  v("name", i.name), v("population", i.population), v("scale", i.scale), v("low", i.low), v("high", i.high);
  v("everyStep", i.everyStep), v("shape", i.shape), v("pass", i.pass);
}

template <typename V>
void visit(V &v, Output &o) {
  v("name", o.name), v("population", o.population), v("lastStep", o.lastStep), v("scale", o.scale);
  v("offset", o.offset), v("shape", o.shape), v("pass", o.pass);
}

template <typename V>
void visit(V &v, Slice &s) {
  v("population", s.population), v("p0", s.p0), v("p1", s.p1), v("c0", s.c0), v("c1", s.c1);
}

template <typename V>
void visit(V &v, Core &c) {
  v("chip", c.chip), v("x", c.x), v("y", c.y), v("slices", c.slices);
}

template <typename V>
void visit(V &v, Chip &c) {
  v("x", c.x), v("y", c.y);
}

template <typename V>
void visitFrame(V &v, Network &n) {
  v("name", n.name), v("target", n.target), v("conventions", n.conventions), v("timeSteps", n.timeSteps);
  v("inputs", n.inputs), v("outputs", n.outputs), v("interconnect", n.interconnect);
  v("chips", n.chips), v("cores", n.cores);
  v("host", n.host);
}

template <typename V>
void visit(V &v, Network &n) {
  visitFrame(v, n);
  v("programs", n.programs), v("populations", n.populations), v("projections", n.projections);
}

/// Fields that hold other structures are visited, plain values are pybind11's to convert.
template <typename T, typename = void>
struct Convert {
  static py::object write(T &value) { return py::cast(value); }
  static void read(py::handle from, T &value) { value = py::cast<T>(from); }
};

struct Writer {
  py::dict dict;
  template <typename T>
  void operator()(const char *name, T &value) {
    dict[name] = Convert<T>::write(value);
  }
};

/// Absent keys leave the default; unknown keys are refused.
struct Reader {
  py::dict dict;
  size_t used = 0;
  std::vector<const char *> known;

  explicit Reader(py::handle from) {
    if (!py::isinstance<py::dict>(from))
      throw py::type_error("expected a dict of fields, got " + py::cast<std::string>(py::repr(from)));
    dict = py::reinterpret_borrow<py::dict>(from);
  }
  template <typename T>
  void operator()(const char *name, T &value) {
    known.push_back(name);
    if (!dict.contains(name))
      return;
    ++used;
    try {
      Convert<T>::read(dict[name], value);
    } catch (const py::cast_error &) {
      throw py::value_error("field '" + std::string(name) + "' cannot hold " +
                            py::cast<std::string>(py::repr(dict[name])).substr(0, 200));
    }
  }
  void finish() const {
    for (auto [key, value] : dict) {
      std::string name = py::cast<std::string>(py::str(key));
      if (std::find(known.begin(), known.end(), name) == known.end())
        throw py::value_error("there is no field '" + name + "'");
    }
  }
};

template <typename T>
struct Convert<T, std::void_t<decltype(visit(std::declval<Writer &>(), std::declval<T &>()))>> {
  static py::object write(T &value) {
    Writer writer;
    visit(writer, value);
    return writer.dict;
  }
  static void read(py::handle from, T &value) {
    Reader reader(from);
    visit(reader, value);
    reader.finish();
  }
};

template <typename T>
struct Convert<T, std::enable_if_t<std::is_enum_v<T>>> {
  static py::object write(T &value) {
    const std::vector<const char *> &names = namesOf(value);
    size_t index = static_cast<size_t>(value);
    return index < names.size() ? py::object(py::str(names[index])) : py::object(py::int_(index));
  }
  static void read(py::handle from, T &value) {
    const std::vector<const char *> &names = namesOf(value);
    llvm::StringRef asked;
    std::string text = py::cast<std::string>(from);
    asked = text;
    asked.consume_back("_"); // C++ spells and_ and or_
    for (size_t i = 0; i < names.size(); ++i)
      if (asked == names[i]) {
        value = static_cast<T>(i);
        return;
      }
    throw py::value_error("there is no '" + text + "'");
  }
};

template <typename T>
struct Convert<std::vector<T>, std::enable_if_t<std::is_class_v<T> && !std::is_same_v<T, std::vector<int32_t>>>> {
  static py::object write(std::vector<T> &values) {
    py::list list;
    for (T &value : values)
      list.append(Convert<T>::write(value));
    return list;
  }
  static void read(py::handle from, std::vector<T> &values) {
    values.clear();
    for (py::handle item : py::cast<py::iterable>(from))
      Convert<T>::read(item, values.emplace_back());
  }
};

} // namespace

py::dict spike_python::toDict(const Network &network, bool withParts) {
  // Visitors read and write alike; a writer changes nothing.
  Network &visited = const_cast<Network &>(network);
  Writer writer;
  if (withParts)
    visit(writer, visited);
  else
    visitFrame(writer, visited);
  return writer.dict;
}

const char *spike_python::getName(NeuronKind kind) { return kKinds[static_cast<size_t>(kind)]; }
const char *spike_python::getName(Encoding encoding) { return kEncodings[static_cast<size_t>(encoding)]; }

Network spike_python::fromDict(const py::dict &dict) {
  Network network;
  Convert<Network>::read(dict, network);
  return network;
}
