"""Reads the subset of LLVM's text form that QIR modules are written in: https://llvm.org/docs/LangRef.html.

Typed and opaque pointers are read. Nothing here knows what a call means.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from qrelay.local.readers.llvm import (
    Block,
    Call,
    Function,
    Instruction,
    Module,
    Typed,
)
from qrelay.local.readers.llvm_line import Cursor, refused

__all__ = ["parse"]

_LABEL = re.compile(r'^(?:([-\w$.]+)|"([^"]*)"):')
_ATTRIBUTE = re.compile(r'"([^"]*)"(?:\s*=\s*"([^"]*)")?|(\w+)')
_GLOBAL_TEXT = re.compile(r'^@([-\w$.]+|"[^"]*")\s*=.*\bc"([^"]*)"')
_OPAQUE = re.compile(r"^%[-\w$.]+\s*=\s*type\s+opaque$")
_PASSED = ("source_filename", "target ", "module asm")


def parse(text: str) -> Module:
    """Read a module. Raises ExecutionRefused (``CompilationError``) and names the line."""
    module = Module()
    function: Function | None = None
    calls: dict[str, Call] = {}
    arguments: dict[str, Typed] = {}
    lines = enumerate(text.splitlines(), 1)
    for number, raw in lines:
        line = raw.strip()
        if function is not None and (known := calls.get(line)) is not None and function.blocks:
            function.blocks[-1].code.append((number, known))
            continue
        line = _code(line)
        if not line:
            continue
        while _open_brackets(line) and (function is not None or line.startswith("!")):
            following = next(lines, None)
            if following is None:
                raise refused(number, "the line's brackets are never closed")
            line = f"{line} {_code(following[1].strip())}"
        if function is None:
            function = _top_level(module, line, number)
        elif line == "}":
            function = None
        else:
            usual = _usual_call(line, arguments)
            if usual is not None and function.blocks:
                function.blocks[-1].code.append((number, usual))
                continue
            instruction = _body(function, line, number)
            if isinstance(instruction, Call) and instruction.dest is None:
                calls[line] = instruction
                if "(double " not in line:
                    _remember(line, instruction, arguments)
    if function is not None:
        raise refused(function.line, f"the body of @{function.name} is never closed")
    return module


_USUAL = re.compile(r"call void @([\w.]+)\((.*)\)$")
_USUAL_DOUBLE = re.compile(r"double (-?\d+\.\d*(?:[eE][-+]?\d+)?)$")


def _usual_call(line: str, arguments: Mapping[str, Typed]) -> Call | None:
    """The form of nearly every line of a long program, without the tokeniser; None for any other line."""
    if not (found := _USUAL.match(line)):
        return None
    args = []
    for text in found[2].split(", "):
        typed = arguments.get(text)
        if typed is None:
            if not (angle := _USUAL_DOUBLE.match(text)):
                return None
            typed = ("double", float(angle[1]))
            if not math.isfinite(typed[1]):
                return None
        args.append(typed)
    return Call(None, "void", found[1], tuple(args))


def _remember(line: str, call: Call, arguments: dict[str, Typed]) -> None:
    """Keep the spellings of a line's arguments, where they can be told apart by their commas alone."""
    texts = found[2].split(", ") if (found := _USUAL.match(line)) else []
    if len(texts) == len(call.args):
        for text, typed in zip(texts, call.args, strict=True):
            arguments.setdefault(text, typed)


def _code(line: str) -> str:
    """The line without its comment; a semicolon inside quotes is none."""
    if ";" not in line:
        return line
    quoted = False
    for index, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            return line[:index].rstrip()
    return line


def _open_brackets(line: str) -> bool:
    bare = re.sub(r'"[^"]*"', "", line) if '"' in line else line
    return bare.count("(") > bare.count(")") or bare.count("[") > bare.count("]")


def _top_level(module: Module, line: str, number: int) -> Function | None:
    if line.startswith(("define ", "declare ")):
        return _function(module, line, number)
    if line.startswith("attributes "):
        name, _, body = line.removeprefix("attributes ").partition("=")
        module.attributes[name.strip()] = _attributes(body)
    elif line.startswith("!"):
        name, _, body = line.partition("=")
        module.metadata[name.strip()] = body.strip().removeprefix("distinct ")
    elif found := _GLOBAL_TEXT.match(line):
        module.labels[found[1].strip('"')] = _unescaped(found[2])
    elif not (_OPAQUE.match(line) or line.startswith(_PASSED)):
        raise refused(number, f"not understood: {line[:80]}")
    return None


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), text).rstrip("\0")


def _attributes(text: str) -> dict[str, str]:
    return {found[1] or found[3] or "": found[2] or "" for found in _ATTRIBUTE.finditer(text)}


def _function(module: Module, line: str, number: int) -> Function | None:
    cursor = Cursor(line, number)
    defined = cursor.take() == "define"
    while not (
        cursor.peek().startswith(("%", "i", "[", "{")) or cursor.peek() in ("void", "ptr", "double", "float")
    ) or (cursor.peek() == "internal"):
        cursor.take()  # linkage, visibility and attributes of the returned value
    result = cursor.type()
    name = cursor.take()
    if not name.startswith("@"):
        raise refused(number, f"a function's name is missing before {name!r}")
    cursor.expect("(")
    parameters = []
    while cursor.peek() != ")":
        parameters.append(cursor.type())
        while cursor.peek() not in (",", ")"):
            cursor.take()
        if cursor.peek() == ",":
            cursor.take()
    cursor.expect(")")
    rest = cursor.rest()
    function = Function(name[1:].strip('"'), result, tuple(parameters), rest, number, [] if defined else None)
    if function.name in module.functions:
        raise refused(number, f"@{function.name} is defined twice")
    module.functions[function.name] = function
    if not defined:
        return None
    if not rest.endswith("{"):
        raise refused(number, "a definition must end in '{'")
    return function


def _body(function: Function, line: str, number: int) -> Instruction | None:
    """Add the line; the instruction that it is, where it holds no label besides."""
    assert function.blocks is not None
    if found := _LABEL.match(line):
        label = found[1] or found[2]
        if any(block.label == label for block in function.blocks):
            raise refused(number, f"block {label!r} stands twice")
        function.blocks.append(Block(label))
        line = line[found.end() :].strip()
        if not line:
            return None
    if not function.blocks:
        function.blocks.append(Block("0"))
    instruction = Cursor(line, number).instruction()
    function.blocks[-1].code.append((number, instruction))
    return None if found else instruction
