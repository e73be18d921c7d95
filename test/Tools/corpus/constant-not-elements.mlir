func.func @f() {
  %0 = spike.constant "text"
  return
}
