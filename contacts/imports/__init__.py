"""Imports: a partner's file becomes people without making a mess.

    receive → decode and read (streaming, strict) → map columns → stage by COPY
      → validate and match in sets → dry-run report → commit in sets → report

Only the commit writes to the book; everything before it can be thrown away.
"""
