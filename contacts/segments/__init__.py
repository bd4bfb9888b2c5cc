"""Segments: a saved, dynamic question about stakeholders.

    JSON definition → check (names every unknown by name) → compile → one Q of Exists → count, list, explain

Apps add criteria in their `criteria.py`; the compiler knows none of them by name.
"""
