"""Breaking the send ledger on purpose, to show that it loses and doubles nothing.

    server.py   a mail server in a process of its own: drops, hangs, refuses and holds as planned, and writes down
                when each final dot came
    hands.py    workers in forked processes that are killed or frozen at a line of the engine, or told to stop
    house.py    a PostgreSQL and a Valkey of these tests' own, which may be crashed
    account.py  what was sent, what arrived and what the ledger says: lost and doubled are counted here

Each run is short and seeded in the suite; `make faults` runs its long form. Both print a table of what they counted.
"""
