"""Reads one line of a function in LLVM's text form, token by token: https://llvm.org/docs/LangRef.html."""

from __future__ import annotations

import math
import re
import struct

from qrelay.local.readers.llvm import (
    Branch,
    Call,
    Compute,
    Global,
    Instruction,
    Local,
    Phi,
    Pointer,
    Return,
    Switch,
    Typed,
    Value,
)
from qrelay.local.refusal import ExecutionRefused

__all__ = ["Cursor", "integer_width", "refused", "wrapped"]

_WORDS = {"true": True, "false": False}
_TOKEN = re.compile(
    r'c?"[^"]*"|[%@]"[^"]*"|[%@!#][-\w$.]+|0x[HKLMR]?[0-9A-Fa-f]+|[-+]?\d+\.\d*(?:[eE][-+]?\d+)?|-?\d+'
    r"|\.\.\.|[A-Za-z_][\w.$]*|[(){}\[\]<>,=*:!|]|(?P<stray>\S)"
)
_PARAMETER_WORDS = {"zeroext", "signext", "noundef", "nonnull", "writeonly", "readonly", "nocapture", "immarg", "inreg",
                    "noalias", "returned"}  # fmt: skip
_CALL_WORDS = {"tail", "musttail", "notail", "fastcc", "ccc"} | _PARAMETER_WORDS
_BINARY = {"add", "sub", "mul", "sdiv", "udiv", "srem", "urem", "and", "or", "xor", "shl", "lshr", "ashr",
           "fadd", "fsub", "fmul", "fdiv", "frem"}  # fmt: skip
_CONVERSIONS = {"zext", "sext", "trunc", "sitofp", "uitofp", "fptosi", "fptoui"}
_FLAG_WORDS = {"nsw", "nuw", "exact", "disjoint", "fast", "nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc",
               "nneg", "inbounds", "samesign"}  # fmt: skip
_INTEGER = re.compile(r"i(\d{1,9})")
_MAX_WIDTH = 128  # bits; LLVM allows millions, and one such number fills the memory


class Cursor:
    """Walks the tokens of one instruction."""

    def __init__(self, line: str, number: int) -> None:
        self.line, self.number, self.at = line, number, 0
        self.tokens: list[str] = []
        for found in _TOKEN.finditer(line):
            if found["stray"]:
                raise refused(number, f"unexpected character {found['stray']!r}")
            self.tokens.append(found.group())

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise refused(self.number, f"the line ends too early: {self.line[:80]}")
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if (found := self.take()) != token:
            raise refused(self.number, f"expected {token!r}, found {found!r}")

    def rest(self) -> str:
        return " ".join(self.tokens[self.at :])

    def skip(self, words: set[str]) -> None:
        while self.peek() in words:
            self.take()

    def type(self) -> str:
        token = self.take()
        if token in ("[", "{", "<"):
            closing = {"[": "]", "{": "}", "<": ">"}[token]
            while self.peek() != closing:
                token += " " + self.take()
            token += self.take()
        while self.peek() == "*":
            token += self.take()
        return token

    def local(self) -> str:
        token = self.take()
        if not token.startswith("%"):
            raise refused(self.number, f"expected a local name, found {token!r}")
        return token[1:].strip('"')

    def typed(self) -> Typed:
        kind = self.type()
        while self.peek() in _PARAMETER_WORDS or self.peek() in ("align", "dereferenceable"):
            if self.take() in ("align", "dereferenceable"):
                while self.peek() in ("(", ")") or self.peek().isdigit():
                    self.take()
        return kind, self.value(kind)

    def value(self, kind: str) -> Value:
        token = self.take()
        if token.startswith("%"):
            return Local(token[1:].strip('"'))
        if token.startswith("@"):
            return Global(token[1:].strip('"'))
        if kind.endswith("*") or kind == "ptr":
            return self.address(token)
        if token in _WORDS and kind == "i1":
            return _WORDS[token]
        if kind in ("double", "float"):
            return self.real(token)
        if re.fullmatch(r"-?\d{1,40}", token):
            number, width = int(token), integer_width(kind, self.number)
            return bool(number & 1) if kind == "i1" else wrapped(number, width)
        raise refused(self.number, f"{token!r} is no value of type {kind}")

    def real(self, token: str) -> float:
        if re.fullmatch(r"0x[0-9A-Fa-f]+", token) and len(token) <= 18:
            number = float(struct.unpack(">d", int(token, 16).to_bytes(8, "big"))[0])
        elif re.fullmatch(r"[-+]?\d+\.\d*(?:[eE][-+]?\d+)?", token):
            number = float(token)
        else:
            raise refused(self.number, f"{token!r} is not a floating-point constant of LLVM")
        if not math.isfinite(number):
            raise refused(self.number, f"{token} is not a finite number")
        return number

    def address(self, word: str) -> Value:
        if word == "null":
            return Pointer(0)
        if word == "inttoptr":
            self.expect("(")
            kind, number = self.typed()
            self.expect("to")
            self.type()
            self.expect(")")
            if not _INTEGER.fullmatch(kind) or not isinstance(number, int) or number < 0:
                raise refused(self.number, f"inttoptr of {kind} {number!r} is no address")
            return Pointer(int(number))
        if word in ("getelementptr", "bitcast"):
            self.skip(_FLAG_WORDS)
            self.expect("(")
            inside = self.at
            depth = 1
            while depth:
                depth += {"(": 1, ")": -1}.get(self.take(), 0)
            names = [word for word in self.tokens[inside : self.at] if word.startswith("@")]
            if len(names) == 1:
                return Global(names[0][1:].strip('"'))
        raise refused(self.number, f"{word!r} is no address that this reader knows")

    def instruction(self) -> Instruction:
        dest = None
        if self.peek().startswith("%") and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1] == "=":
            dest = self.local()
            self.take()
        self.skip(_CALL_WORDS)
        opcode = self.take()
        instruction = self._operation(dest, opcode)
        rest = self.peek()
        if rest and not (rest.startswith("#") and isinstance(instruction, Call)) and not self.rest().startswith(", !"):
            raise refused(self.number, f"unexpected {rest!r}")
        return instruction

    def _operation(self, dest: str | None, opcode: str) -> Instruction:
        if opcode == "call":
            return self._call(dest)
        if opcode == "br":
            return self._branch()
        if opcode == "ret":
            if self.peek() == "void":
                self.take()
                return Return(None)
            return Return(self.typed())
        if opcode == "switch":
            return self._switch()
        if dest is None:
            raise refused(self.number, f"instruction {opcode!r} is not part of the QIR that is read here")
        if opcode == "phi":
            return self._phi(dest)
        self.skip(_FLAG_WORDS)
        if opcode in _BINARY or opcode in ("icmp", "fcmp"):
            mode = self.take() if opcode in ("icmp", "fcmp") else ""
            self.skip(_FLAG_WORDS)
            kind, left = self.typed()
            self.expect(",")
            return Compute(dest, opcode, mode, ((kind, left), (kind, self.value(kind))))
        if opcode == "fneg":
            return Compute(dest, opcode, "", (self.typed(),))
        if opcode == "select":
            condition = self.typed()
            self.expect(",")
            then = self.typed()
            self.expect(",")
            return Compute(dest, opcode, "", (condition, then, self.typed()))
        if opcode in _CONVERSIONS:
            value = self.typed()
            self.expect("to")
            return Compute(dest, opcode, self.type(), (value,))
        raise refused(self.number, f"instruction {opcode!r} is not part of the QIR that is read here")

    def _call(self, dest: str | None) -> Call:
        self.skip(_CALL_WORDS | _FLAG_WORDS)
        kind = self.type()
        callee = self.take()
        if callee == "(":  # the function's whole type may stand before its name
            while self.peek() and not self.peek().startswith("@"):
                self.take()
            callee = self.take()
        if not callee.startswith("@"):
            raise refused(self.number, f"only named functions can be called, not {callee!r}")
        self.expect("(")
        args = []
        while self.peek() != ")":
            args.append(self.typed())
            if self.peek() == ",":
                self.take()
            elif self.peek() != ")":
                raise refused(self.number, f"expected ',' or ')', found {self.peek()!r}")
        self.expect(")")
        return Call(dest, kind, callee[1:].strip('"'), tuple(args))

    def _branch(self) -> Branch:
        if self.peek() == "label":
            self.take()
            label = self.local()
            return Branch(None, label, label)
        kind, condition = self.typed()
        if kind != "i1":
            raise refused(self.number, f"a branch asks for an i1, not {kind}")
        self.expect(",")
        self.expect("label")
        then = self.local()
        self.expect(",")
        self.expect("label")
        return Branch(condition, then, self.local())

    def _switch(self) -> Switch:
        value = self.typed()
        self.expect(",")
        self.expect("label")
        default = self.local()
        self.expect("[")
        cases = []
        while self.peek() != "]":
            _, constant = self.typed()
            self.expect(",")
            self.expect("label")
            if not isinstance(constant, int):
                raise refused(self.number, "the cases of a switch must be constants")
            cases.append((int(constant), self.local()))
        self.expect("]")
        return Switch(value, default, tuple(cases))

    def _phi(self, dest: str) -> Phi:
        self.skip(_FLAG_WORDS)
        kind = self.type()
        incoming = []
        while True:
            self.expect("[")
            value = self.value(kind)
            self.expect(",")
            label = self.local()
            self.expect("]")
            incoming.append(((kind, value), label))
            if self.peek() != "," or self.rest().startswith(", !"):
                return Phi(dest, tuple(incoming))
            self.take()


def integer_width(kind: str, line: int) -> int:
    """The number of bits of an integer type."""
    found = _INTEGER.fullmatch(kind)
    if not found or not 1 <= int(found[1]) <= _MAX_WIDTH:
        raise refused(line, f"whole numbers are of type i1 to i{_MAX_WIDTH} here, not of type {kind}")
    return int(found[1])


def wrapped(number: int, width: int) -> int:
    """The number as a signed integer of ``width`` bits."""
    half = 1 << (width - 1)
    return (number + half) % (2 * half) - half


def refused(line: int, message: str) -> ExecutionRefused:
    return ExecutionRefused("CompilationError", f"line {line}: {message}")
