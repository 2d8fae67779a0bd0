"""How a program is written: one file an input format, Program in, Payload out.

Pure functions: no framework, no service, no I/O.
A new format is one file here and one line in `catalogue.py`.
"""
