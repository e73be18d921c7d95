func.func private @forward()
