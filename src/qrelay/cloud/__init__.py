"""What every service can do: accounts, targets, jobs, sessions, waiting, HTTP.

Knows neither which service it talks to nor which framework is asking.
A service joins by implementing `Service`; frameworks use `Account`.
"""

from __future__ import annotations

from qrelay.cloud.account import Account
from qrelay.cloud.clock import Clock, SystemClock
from qrelay.cloud.job import Job
from qrelay.cloud.service import JobRecord, JobState, Service, SessionRecord, SessionState, Submission
from qrelay.cloud.session import OutsideSession, Session, SessionFace, current_session
from qrelay.cloud.target import GateProperties, Limits, QubitProperties, Target

__all__ = [
    "Account",
    "Clock",
    "GateProperties",
    "Job",
    "JobRecord",
    "JobState",
    "Limits",
    "OutsideSession",
    "QubitProperties",
    "Service",
    "Session",
    "SessionFace",
    "SessionRecord",
    "SessionState",
    "Submission",
    "SystemClock",
    "Target",
    "current_session",
]
