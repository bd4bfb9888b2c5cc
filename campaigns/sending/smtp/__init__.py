"""The wire: a crew of sessions with mail servers, each over a line of its own.

transport.py   what the engine asks for; crew.py looks after sessions that pool.py keeps between groups
session.py     the protocol, exact about what is known when it breaks; line.py the bytes
"""
