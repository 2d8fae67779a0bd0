"""The same modules as LLVM bitcode, built with pyqir's builder (extra `bitcode`).

pyqir's LLVM has opaque pointers only, so that is what the bitcode has. The builder makes every instruction that the
adaptive profiles need here but division.

Source: pyqir (github.com/qir-alliance/pyqir), `Builder` and `Module`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from qrelay.errors import ConfigurationError, InvalidOption
from qrelay.formats.qir_calls import (
    ATTRIBUTES,
    CALLS,
    COMPUTATIONS,
    ENTRY_POINT,
    MEASURE,
    READ,
    RESET,
    TURNS,
    records,
)
from qrelay.program import Layout, Operation
from qrelay.program.gates import GATES as TABLE

__all__ = ["Bitcode"]

_WORDS = {
    "and": "and_",
    "or": "or_",
    "xor": "xor",
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "shl": "shl",
    "lshr": "lshr",
}


class Bitcode:
    """A module in pyqir's hands: `qrelay.formats.qir_calls.Code`, and what a whole module has besides.

    Raises ConfigurationError where pyqir is not installed.
    """

    def __init__(self) -> None:
        try:
            import pyqir
        except ImportError:
            raise ConfigurationError(
                "bitcode=True needs pyqir. Install it by `pip install 'qrelay[bitcode]'`, or send the text."
            ) from None
        self.open = True
        self._pyqir = pyqir
        self._context = pyqir.Context()
        self._module = pyqir.qir_module(self._context, ENTRY_POINT, qir_major_version=1, qir_minor_version=0)
        self._void = pyqir.Type.void(self._context)
        self._number = pyqir.IntType(self._context, 64)
        self._bit = pyqir.IntType(self._context, 1)
        self._double = pyqir.Type.double(self._context)
        self._entry = pyqir.Function(
            pyqir.FunctionType(self._void, []), pyqir.Linkage.EXTERNAL, ENTRY_POINT, self._module
        )
        self._builder = pyqir.Builder(self._context)
        self._builder.insert_at_end(pyqir.BasicBlock(self._context, "block_0", self._entry))
        self._pointer = pyqir.qubit(self._context, 0).type
        self._functions: dict[str, Any] = {}
        self._qubits: dict[int, Any] = {}
        self._results: dict[int, Any] = {}
        self._labels = 0
        self._aims: set[str] = set()
        self._blocks: dict[str, Any] = {}

    def gates(self, operations: Sequence[Operation]) -> None:
        for name, qubits, params in operations:
            self.gate(name, qubits, params)

    def gate(self, name: str, qubits: tuple[int, ...], params: tuple[float, ...]) -> None:
        arguments = [self._qubit(qubit) for qubit in qubits]
        if params:
            if not isfinite(params[0]):
                raise ArithmeticError(name)  # the writer knows which operation that is
            arguments.insert(0, self._pyqir.const(self._double, float(params[0])))
        kinds = [self._double] * (name in TURNS) + [self._pointer] * TABLE[name].num_qubits
        self._builder.call(self._function(CALLS[name], kinds), arguments)

    def measure(self, qubit: int, result: int) -> None:
        function = self._function(MEASURE, [self._pointer, self._pointer], irreversible=True)
        self._builder.call(function, [self._qubit(qubit), self._result(result)])

    def reset(self, qubit: int) -> None:
        self._builder.call(self._function(RESET, [self._pointer], irreversible=True), [self._qubit(qubit)])

    def read(self, result: int) -> Any:
        return self._builder.call(self._function(READ, [self._pointer], answer=self._bit), [self._result(result)])

    def constant(self, number: int) -> Any:
        return self._pyqir.const(self._number, number)

    def compute(self, word: str, left: Any, right: Any) -> Any:
        if word not in _WORDS:
            raise InvalidOption(
                f"The program needs {word}, which pyqir's builder cannot write. Leave bitcode out: text can.",
                option="bitcode",
            )
        return getattr(self._builder, _WORDS[word])(left, right)

    def compare(self, word: str, left: Any, right: Any) -> Any:
        return self._builder.icmp(getattr(self._pyqir.IntPredicate, word.upper()), left, right)

    def widen(self, value: Any) -> Any:
        return self._builder.zext(value, self._number)

    def label(self) -> str:
        self._labels += 1
        return f"block_{self._labels}"

    def place(self, label: str) -> None:
        self.jump(label)
        if label in self._aims:
            self._builder.insert_at_end(self._block(label))
            self.open = True

    def jump(self, label: str) -> None:
        if self.open:
            self._builder.br(self._aim(label))
            self.open = False

    def branch(self, truth: Any, yes: str, no: str) -> None:
        self._builder.condbr(truth, self._aim(yes), self._aim(no))
        self.open = False

    def finish(self, layout: Layout, results: Mapping[int, int], profile: str) -> bytes:
        """The whole module, once LLVM's verifier is content. Results as in `qrelay.formats.qir_text.Text.finish`."""
        pyqir = self._pyqir
        byte_pointer = pyqir.PointerType(pyqir.IntType(self._context, 8))
        nothing = pyqir.Constant.null(byte_pointer)
        for kind, number in records(layout):
            name = f"__quantum__rt__{kind}_record_output"
            if kind == "result":
                what = self._result(results.get(number, number))
                self._builder.call(self._function(name, [self._pointer, byte_pointer]), [what, nothing])
            else:
                self._builder.call(self._function(name, [self._number, byte_pointer]), [self.constant(number), nothing])
        self._builder.ret(None)
        attributes = {
            "entry_point": "",
            "output_labeling_schema": "",
            "qir_profiles": ATTRIBUTES[profile],
            "required_num_qubits": str(layout.num_qubits),
            "required_num_results": str(layout.num_clbits),
        }
        for name, value in attributes.items():
            pyqir.add_string_attribute(self._entry, name, value)
        for name, kind in COMPUTATIONS[profile]:
            # the builder has no lists of metadata, so a module that has nothing else brings them along
            flag = f'!llvm.module.flags = !{{!0}}\n!0 = !{{i32 5, !"{name}", !{{!"{kind}"}}}}\n'
            self._module.link(pyqir.Module.from_ir(self._context, flag, name))
        problem = self._module.verify()
        if problem is not None:
            raise RuntimeError(f"LLVM refuses the module that was built: {problem}")
        data: bytes = self._module.bitcode
        return data

    def _function(self, name: str, kinds: list[Any], *, answer: Any = None, irreversible: bool = False) -> Any:
        function = self._functions.get(name)
        if function is None:
            pyqir = self._pyqir
            kind = pyqir.FunctionType(self._void if answer is None else answer, kinds)
            function = self._functions[name] = pyqir.Function(kind, pyqir.Linkage.EXTERNAL, name, self._module)
            if irreversible:
                pyqir.add_string_attribute(function, "irreversible")
        return function

    def _qubit(self, index: int) -> Any:
        found = self._qubits.get(index)
        if found is None:
            found = self._qubits[index] = self._pyqir.qubit(self._context, index)
        return found

    def _result(self, index: int) -> Any:
        found = self._results.get(index)
        if found is None:
            found = self._results[index] = self._pyqir.result(self._context, index)
        return found

    def _block(self, label: str) -> Any:
        found = self._blocks.get(label)
        if found is None:
            found = self._blocks[label] = self._pyqir.BasicBlock(self._context, label, self._entry)
        return found

    def _aim(self, label: str) -> Any:
        self._aims.add(label)
        return self._block(label)
