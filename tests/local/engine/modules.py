"""QIR modules around a few lines of code, and the jobs that send them."""

from __future__ import annotations

import re

JOB = {"input_format": "qir.v1", "output_format": "microsoft.quantum-results.v2"}
SAMPLED = JOB | {"provider": "rigetti", "target": "rigetti.sim.qvm"}
ADAPTIVE = JOB | {"provider": "quantinuum", "target": "quantinuum.sim.h2-1e"}
FLOATS = JOB | {"provider": "quantinuum", "target": "quantinuum.sim.helios-1e"}
EXACT = JOB | {"provider": "ionq", "target": "ionq.simulator"}


def module(body: str, *, qubits: int, results: int, profile: str = "base_profile", declare: str = "") -> str:
    """A module around some lines of code, with a declaration for everything it calls."""
    declared = {}
    for kind, name, arguments in re.findall(r"call (?:zeroext )?(\w+) @(\w+)\((.*)\)", body):
        types = [word.partition(" ")[0] for word in re.split(r",\s*(?![^()]*\))", arguments) if word]
        declared[name] = f"declare {kind} @{name}({', '.join(types)})"
    attributes = ['"entry_point" "output_labeling_schema"', f'"qir_profiles"="{profile}"']
    attributes += [f'"required_num_qubits"="{qubits}"', f'"required_num_results"="{results}"']
    return f"""%Result = type opaque
%Qubit = type opaque

define void @ENTRYPOINT__main() #0 {{
entry:
{body}
  ret void
}}

{chr(10).join(declared.values())}
{declare}
attributes #0 = {{ {" ".join(attributes)} }}

!llvm.module.flags = !{{!0, !1, !2, !3}}
!0 = !{{i32 1, !"qir_major_version", i32 1}}
!1 = !{{i32 7, !"qir_minor_version", i32 0}}
!2 = !{{i32 1, !"dynamic_qubit_management", i1 false}}
!3 = !{{i32 1, !"dynamic_result_management", i1 false}}
"""


def q(index: int) -> str:
    return f"%Qubit* inttoptr (i64 {index} to %Qubit*)"


def r(index: int) -> str:
    return f"%Result* inttoptr (i64 {index} to %Result*)"


def call(name: str, *arguments: str, form: str = "body") -> str:
    return f"  call void @__quantum__qis__{name}__{form}({', '.join(arguments)})"


def record(*results: int) -> str:
    lines = [f"  call void @__quantum__rt__array_record_output(i64 {len(results)}, i8* null)"]
    lines += [f"  call void @__quantum__rt__result_record_output({r(index)}, i8* null)" for index in results]
    return "\n".join(lines)


BELL = "\n".join(
    [call("ry", "double 0x3FF0000000000000", q(0)), call("cx", q(0), q(1)), call("m", q(0), r(0)),
     call("m", q(1), r(1)), record(1, 0)]
)  # fmt: skip
