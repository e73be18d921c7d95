// Work is counted before it is done.
// RUN: spike-run %s --interpret --verify-diagnostics --work-limit=1e6

func.func @too_much_work() {
  %0 = spike.constant dense<1.0> : tensor<200x200xf32>
  // expected-error @+1 {{exceeds the interpreter's limit of 1000000 steps of work}}
  %1 = spike.matmul %0, %0 : (tensor<200x200xf32>, tensor<200x200xf32>) -> tensor<200x200xf32>
  check.expect_eq %1, %1 : tensor<200x200xf32>, tensor<200x200xf32>
  return
}
