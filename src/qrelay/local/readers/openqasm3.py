"""OpenQASM 3 to the reference syntax tree of https://openqasm.com, by the parser that belongs to it."""

from __future__ import annotations

import threading
from typing import Any

import openqasm3.parser

from qrelay.local.refusal import ExecutionRefused

__all__ = ["parse", "place"]

_MAX_LENGTH = 1 << 20  # the parser reads some 60 kB a second, and holds the interpreter meanwhile
_MAX_STATEMENT = 1000  # tokens; the parser's time grows with the square of an expression's
_reference: Any = openqasm3.parser  # it names the parts of the grammar, without types
_turn = threading.Lock()  # ANTLR's tables of decisions belong to the process


class _SyntaxWrong(Exception):
    def __init__(self, line: int, column: int, words: str) -> None:
        super().__init__(f"[line {line}] column {column + 1}: {words}")


class _Listener:
    """Stops at the first error; ANTLR's own would write to standard error and go on."""

    def syntaxError(self, _recognizer: Any, _symbol: Any, line: int, column: int, words: str, _error: Any) -> None:  # noqa: N802
        raise _SyntaxWrong(line, column, words if len(words) <= 200 else f"{words[:200]}…")

    def reportAmbiguity(self, *_: Any) -> None:  # noqa: N802
        """What the grammar decides by itself."""

    reportAttemptingFullContext = reportContextSensitivity = reportAmbiguity  # noqa: N815


def parse(text: str) -> Any:
    """Parse a program; returns an ``openqasm3.ast.Program``.

    Raises ExecutionRefused (``CompilationError``) with line and column; so too for texts longer than one MiB,
    statements of more than 1,000 words and signs, and assignments such as ``|=``.
    """
    if len(text) > _MAX_LENGTH:
        raise ExecutionRefused("CompilationError", f"the program is longer than {_MAX_LENGTH} characters")
    with _turn:
        try:
            lexer = _reference.qasm3Lexer(_reference.InputStream(text))
            tokens = _reference.CommonTokenStream(lexer)
            tree = _reference.qasm3Parser(tokens)
            for source in (lexer, tree):
                source.removeErrorListeners()
                source.addErrorListener(_Listener())
            tokens.fill()
            _check_tokens(tokens.tokens)
            return _reference.QASMNodeVisitor().visitProgram(tree.program())
        except _SyntaxWrong as error:
            raise ExecutionRefused("CompilationError", str(error)) from None
        except RecursionError:
            raise ExecutionRefused("CompilationError", "the program nests too deeply") from None
        except Exception as error:  # noqa: BLE001 - the parser has no common error: ValueError, AttributeError, …
            raise ExecutionRefused("CompilationError", f"this is not OpenQASM 3: {error}"[:300]) from None


def _check_tokens(tokens: Any) -> None:
    length = 0
    for token in tokens:
        length = 0 if token.text in (";", "{", "}") else length + 1
        if length > _MAX_STATEMENT:
            raise _SyntaxWrong(token.line, token.column, f"a statement has more than {_MAX_STATEMENT} words and signs")
        if token.type == _reference.qasm3Lexer.CompoundAssignmentOperator:
            # the tree does not tell `b |= measure q` from `b = measure q`
            raise _SyntaxWrong(token.line, token.column, f"assignments by {token.text!r} are not supported")


def place(node: Any) -> str:
    """Where a node stands, in Braket's words."""
    return f"[line {node.span.start_line}]"
