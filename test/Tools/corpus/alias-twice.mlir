#a = #spike.if
#a = #spike.lif
