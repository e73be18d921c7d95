func.func @f() attributes {a = "never ends
