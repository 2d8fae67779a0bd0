"""OpenQASM 3 to the reference syntax tree of https://openqasm.com, by the parser that belongs to it."""

from __future__ import annotations

import threading
from typing import Any

import openqasm3.parser

from qrelay.local.refusal import ExecutionRefused

__all__ = ["parse", "place"]

_MAX_LENGTH = 1 << 20  # the parser reads some 60 kB a second, and holds the interpreter meanwhile
_reference: Any = openqasm3.parser  # it names the parts of the grammar, without types
_turn = threading.Lock()  # ANTLR's tables of decisions belong to the process


class _SyntaxWrong(Exception):
    def __init__(self, line: int, column: int, words: str) -> None:
        super().__init__(f"[line {line}] column {column + 1}: {words}")


class _Listener:
    """Stops at the first error; ANTLR's own would write to standard error and go on."""

    def syntaxError(self, _recognizer: Any, _symbol: Any, line: int, column: int, words: str, _error: Any) -> None:  # noqa: N802
        raise _SyntaxWrong(line, column, words)

    def reportAmbiguity(self, *_: Any) -> None:  # noqa: N802
        """What the grammar decides by itself."""

    reportAttemptingFullContext = reportContextSensitivity = reportAmbiguity  # noqa: N815


def parse(text: str) -> Any:
    """Parse a program; returns an ``openqasm3.ast.Program``.

    Raises ExecutionRefused (``CompilationError``) with line and column, and for texts longer than one MiB.
    """
    if len(text) > _MAX_LENGTH:
        raise ExecutionRefused("CompilationError", f"the program is longer than {_MAX_LENGTH} characters")
    with _turn:
        try:
            lexer = _reference.qasm3Lexer(_reference.InputStream(text))
            tree = _reference.qasm3Parser(_reference.CommonTokenStream(lexer))
            for source in (lexer, tree):
                source.removeErrorListeners()
                source.addErrorListener(_Listener())
            return _reference.QASMNodeVisitor().visitProgram(tree.program())
        except _SyntaxWrong as error:
            raise ExecutionRefused("CompilationError", str(error)) from None
        except RecursionError:
            raise ExecutionRefused("CompilationError", "the program nests too deeply") from None
        except Exception as error:  # noqa: BLE001 - the parser has no common error: ValueError, AttributeError, …
            raise ExecutionRefused("CompilationError", f"this is not OpenQASM 3: {error}"[:300]) from None


def place(node: Any) -> str:
    """Where a node stands, in Braket's words."""
    return f"[line {node.span.start_line}]"
