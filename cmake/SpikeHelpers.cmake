# SPDX-License-Identifier: Apache-2.0
# One way to make a library, a tool and a dialect's generated files. Everything links the shared MLIR library and nothing
# named MLIRxxx: mixing the two gives two copies of MLIR in one process.

if(SPIKE_ENABLE_ASSERTIONS)
  add_compile_options(-UNDEBUG)
endif()
if(SPIKE_SANITIZE)
  # vptr needs type information of the uninstrumented MLIR library, which does not match.
  add_compile_options(-fsanitize=${SPIKE_SANITIZE} -fno-sanitize=vptr,function -fno-omit-frame-pointer
                      -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${SPIKE_SANITIZE} -fno-sanitize=vptr,function)
endif()

# Reading MLIR's headers is most of what compiling a file of ours costs, so they are read once. None of ours are among them:
# a source file includes what it uses.
function(spike_precompile_headers)
  add_library(SpikePrecompiled STATIC ${PROJECT_SOURCE_DIR}/lib/Precompiled.cpp)
  spike_compile_options(SpikePrecompiled)
  target_precompile_headers(SpikePrecompiled PRIVATE
    <mlir/Bytecode/BytecodeOpInterface.h> <mlir/Dialect/Arith/IR/Arith.h> <mlir/Dialect/Func/IR/FuncOps.h>
    <mlir/Dialect/Linalg/IR/Linalg.h> <mlir/Dialect/Math/IR/Math.h> <mlir/Dialect/MemRef/IR/MemRef.h>
    <mlir/Dialect/Tensor/IR/Tensor.h> <mlir/IR/Builders.h> <mlir/IR/DialectImplementation.h>
    <mlir/IR/DialectResourceBlobManager.h> <mlir/IR/Matchers.h> <mlir/IR/OpImplementation.h> <mlir/IR/PatternMatch.h>
    <mlir/Pass/PassManager.h> <mlir/Transforms/DialectConversion.h> <mlir/Transforms/GreedyPatternRewriteDriver.h>
    <llvm/ADT/TypeSwitch.h>)
endfunction()

function(spike_compile_options name)
  target_compile_options(${name} PRIVATE -fno-exceptions -Wall -Wextra -Wno-unused-parameter
    "SHELL:-Xclang -fno-pch-timestamp")
endfunction()

# spike_add_library(SpikeFoo a.cpp b.cpp DEPENDS tablegen-targets LINK other-libraries)
function(spike_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  spike_compile_options(${name})
  target_precompile_headers(${name} REUSE_FROM SpikePrecompiled)
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  set_property(GLOBAL APPEND PROPERTY SPIKE_LIBS ${name})
endfunction()

# spike_add_tool(spike-foo foo.cpp LINK libraries)
function(spike_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE -fno-exceptions -Wall -Wextra -Wno-unused-parameter)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  if(DEFINED SKBUILD_SCRIPTS_DIR)
    install(TARGETS ${name} DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT python)
  endif()
endfunction()

# spike_tablegen(TargetName File.td  Out1.h.inc -gen-flag ; Out2.cpp.inc "-gen-flag -more" ...)
function(spike_tablegen target td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(args ${ARGN})
  while(args)
    list(POP_FRONT args out flags)
    separate_arguments(flag_list UNIX_COMMAND "${flags}")
    mlir_tablegen(${out} ${flag_list})
  endwhile()
  add_public_tablegen_target(${target})
endfunction()

# spike_embed_files(Out.inc name ... IN folder): initialisers {"name", R"json(...)json"}, one for each folder/name.json.
function(spike_embed_files out)
  cmake_parse_arguments(ARG "" "IN" "" ${ARGN})
  set(content "")
  foreach(name ${ARG_UNPARSED_ARGUMENTS})
    file(READ ${ARG_IN}/${name}.json text)
    string(APPEND content "{\"${name}\", R\"json(${text})json\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARG_IN}/${name}.json)
  endforeach()
  file(CONFIGURE OUTPUT ${out} CONTENT "${content}" @ONLY)
endfunction()
