func.func @ÿþÀ() { return }
"í €"() : () -> ()
