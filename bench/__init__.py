"""What writing a circuit costs, beside the tools people use otherwise: `python -m bench`, or `nox -s bench`."""
