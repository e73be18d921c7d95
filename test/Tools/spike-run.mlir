// spike-run interprets, compiles, or writes the module after a stage; inputs and results are .npy files.
// RUN: %python %S/npy.py write %t.x.npy
// RUN: spike-run %s --interpret --input %t.x.npy | FileCheck %s --check-prefix=RESULT
// RUN: spike-run %s --input %t.x.npy | FileCheck %s --check-prefix=RESULT
// RUN: spike-run %s --level=0 --num-threads=2 --entry=forward --input %t.x.npy --output %t.y
// RUN: %python %S/npy.py read %t.y0.npy | FileCheck %s --check-prefix=FILE
// RUN: spike-run %s --emit=optimize | FileCheck %s --check-prefix=OPTIMIZE
// RUN: spike-run %s --emit=llvm | FileCheck %s --check-prefix=LLVM
// RUN: not spike-run %s --emit=dream 2>&1 | FileCheck %s --check-prefix=STAGE
// RUN: not spike-run %s --level=4 2>&1 | FileCheck %s --check-prefix=LEVEL
// RUN: not spike-run %s --num-threads=0 2>&1 | FileCheck %s --check-prefix=THREADS
// RUN: not spike-run %s --interpret 2>&1 | FileCheck %s --check-prefix=INPUTS
// RUN: not spike-run %s --interpret --input %s 2>&1 | FileCheck %s --check-prefix=NPY
// RUN: not spike-run %s --interpret --entry=other --input %t.x.npy 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not spike-run %s --interpret --entry=nobody 2>&1 | FileCheck %s --check-prefix=ENTRY
// RUN: not spike-run %t.nothing.mlir 2>&1 | FileCheck %s --check-prefix=MISSING
// With a cache the second run compiles nothing; another level is another program.
// RUN: rm -rf %t.cache
// RUN: spike-run %s --input %t.x.npy --cache %t.cache | FileCheck %s --check-prefix=RESULT
// RUN: spike-run %s --input %t.x.npy --cache %t.cache | FileCheck %s --check-prefix=RESULT
// RUN: ls %t.cache | FileCheck %s --check-prefix=ONE --match-full-lines
// RUN: spike-run %s --input %t.x.npy --level=1 --cache %t.cache | FileCheck %s --check-prefix=RESULT
// RUN: ls %t.cache | grep -c llvmcache- | FileCheck %s --check-prefix=TWO --match-full-lines
// RUN: not spike-run %s --cache %t.cache 2>&1 | FileCheck %s --check-prefix=INPUTS
// RUN: not spike-run %s --interpret --cache %t.cache 2>&1 | FileCheck %s --check-prefix=CACHE
// RUN: chmod 777 %t.cache
// RUN: spike-run %s --input %t.x.npy --cache %t.cache 2>&1 | FileCheck %s --check-prefix=UNSAFE

// RESULT: result 0: tensor<2x1x2xf32> = {{\[\[\[}}0, 1{{\]\], \[\[}}1, 1]]]
// FILE: float32 (2, 1, 2) [0.0, 1.0, 1.0, 1.0]
// OPTIMIZE: spike.neuron
// LLVM: llvm.func @forward
// STAGE: error: unknown stage 'dream'; there are import, optimize, lower, bufferize, llvm
// LEVEL: error: expected a level between 0 and 3, got 4
// THREADS: error: expected 1 to 1024 threads, got 0
// INPUTS: error: expected 1 --input files, got 0
// NPY: error: {{.*}}spike-run.mlir: not a usable .npy file: it does not start as one
// TYPE: error: {{.*}}.x.npy: expected bool of shape [2], got float32 of shape [2, 1, 2]
// ENTRY: error: no function 'nobody' in the module
// MISSING: error: cannot open input file
// ONE: llvmcache-{{[0-9a-f]+}}
// ONE-NOT: llvmcache-{{[0-9a-f]+.*}}
// TWO: 2
// CACHE: error: --cache is for running the compiled code of one file
// UNSAFE: warning: the folder '{{.*}}.cache' belongs to another user, or others may write to it
// UNSAFE: result 0:

func.func @forward(%x: tensor<2x1x2xf32>) -> tensor<2x1x2xf32> {
  %0 = spike.neuron #spike.if path "neuron" (%x) : (tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  return %0 : tensor<2x1x2xf32>
}

func.func @other(%x: tensor<2xi1>) -> tensor<2xi1> {
  return %x : tensor<2xi1>
}
