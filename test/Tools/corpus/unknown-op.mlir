func.func @f() {
  spike.dream
  return
}
