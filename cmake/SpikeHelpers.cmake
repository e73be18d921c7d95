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

# spike_add_library(SpikeFoo a.cpp b.cpp DEPENDS tablegen-targets LINK other-libraries)
function(spike_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  target_compile_options(${name} PRIVATE -fno-exceptions -Wall -Wextra -Wno-unused-parameter)
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
