"""How an answer is read: one file an output format, bytes and Layout in, Outcome out.

Pure functions: no framework, no service, no I/O.
`Outcome` keeps shots bit-packed and says honestly what the service returned.
"""
