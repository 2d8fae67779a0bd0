"""What every service can do: accounts, targets, jobs, sessions, waiting, HTTP.

Knows neither which service it talks to nor which framework is asking.
A service joins by implementing `Service`; frameworks use `Account`.
"""
