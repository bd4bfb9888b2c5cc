"""`make run`: everything a laptop needs to be the Alliance, under one supervisor.

start ─► one supervisor per checkout (lock) ─► end what a killed one left ─► servers ─► migrate
      ─► mailbox, workers, clock, web ─► healthy? ─► the demo on the first start ─► greeting
watch ─► a child that ends is started again, later each time ─► a server that dies is started again
stop  ─► web and clock, workers (they finish or put back their work), mailbox, servers
"""
