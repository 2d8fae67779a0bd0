"""What the embedded cloud raises when a payload cannot be run."""

from __future__ import annotations

__all__ = ["ExecutionRefused", "untranslatable"]


class ExecutionRefused(Exception):
    """A payload, an option or a format that the service would answer with a failed job.

    ``code`` is the service's kind of code (``InvalidInputData``, ``CompilationError``, ``InvalidProperty``,
    ``CannotTranslateOutputData``, …), ``message`` names the line or the operation that is at fault.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def untranslatable(provider: str) -> ExecutionRefused:
    """The refusal of an output format that does not go with the input format or the target, as recorded."""
    return ExecutionRefused(
        "CannotTranslateOutputData",
        f"The output returned by '{provider}' cannot be translated as specified by 'outputDataFormat'. "
        "Please ensure that 'outputDataFormat' is correct.",
    )
