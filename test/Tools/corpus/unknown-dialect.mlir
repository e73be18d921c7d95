func.func @f() {
  "dream.op"() : () -> ()
  return
}
