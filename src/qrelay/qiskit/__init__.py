"""Qiskit's face of qrelay: reader, target, backend, job, provider.

Knows Qiskit and `cloud/`; knows no service and does no HTTP.
`Provider(account).get_backend(name)` is where users start.
"""
