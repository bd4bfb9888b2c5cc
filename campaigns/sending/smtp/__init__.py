"""The wire: a crew of sessions with mail servers, each over a line of its own.

transport.py   what the engine asks for
servers.py     the servers of the settings; connecting.py greets, encrypts and signs in
route.py       one server as this process knows it, with sessions that pool.py keeps between groups
crew.py        looks after many sessions at once; fleet.py does so over several servers
standing.py    tells pages and health which servers get nothing at the moment
session.py     the protocol, exact about what is known when it breaks; line.py the bytes
"""
