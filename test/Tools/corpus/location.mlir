func.func @f() { return } loc(fused<#spike.if>["a":4294967295:4294967295, callsite(unknown at "b":1:1)])
