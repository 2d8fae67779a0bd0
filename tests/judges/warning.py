"""Frameworks whose own libraries warn about themselves while a test builds its circuits."""

from __future__ import annotations

import pytest

__all__ = ["OF_THEMSELVES"]

OF_THEMSELVES = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning"),
]
"""For a module's `pytestmark`."""
