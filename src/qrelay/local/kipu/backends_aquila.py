"""What Aquila can do, for ``paradigm`` of its capabilities: limits as QuEra publishes them, errors rounded."""

from __future__ import annotations

from typing import Any

__all__ = ["AQUILA"]

_TIMES = {  # seconds: alone, and over the whole array
    "T1": (7.5e-05, 7.5e-05),
    "T2Star": (5e-06, 5e-06),
    "T2Echo": (8e-06, 7e-06),
    "T2Rabi": (8e-06, 7e-06),
    "T2BlockadedRabi": (8e-06, 7e-06),
}
_ERRORS = {
    "rabiFrequencyErrorRel": 0.03,
    "rabiFrequencyGlobalErrorRel": 0.02,
    "rabiFrequencyInhomogeneityRel": 0.02,
    "groundDetectionError": 0.05,
    "rydbergDetectionError": 0.1,
    "groundPrepError": 0.01,
    "rydbergPrepErrorBest": 0.05,
    "rydbergPrepErrorWorst": 0.07,
    "detuningError": 1e6,
    "detuningInhomogeneity": 1e6,
}
_LATTICE_ERRORS = {  # a typical and, where there is one, a worst figure
    "fillingError": (0.008, 0.05),
    "vacancyError": (0.001, 0.005),
    "atomLossProbability": (0.005, 0.01),
    "atomCaptureProbability": (0.001, 0.002),
    "atomDetectionErrorFalsePositive": (0.001, 0.005),
    "atomDetectionErrorFalseNegative": (0.001, 0.005),
}

AQUILA: dict[str, Any] = {
    "lattice": {
        "area": {"width": 7.5e-05, "height": 7.6e-05},
        "geometry": {
            "spacingRadialMin": 4e-06,
            "spacingVerticalMin": 4e-06,
            "positionResolution": 1e-08,
            "numberSitesMax": 256,
        },
    },
    "rydberg": {
        "c6Coefficient": 5.42e-24,
        "rydbergGlobal": {
            "rabiFrequencyRange": [0.0, 1.58e7],
            "rabiFrequencyResolution": 400.0,
            "rabiFrequencySlewRateMax": 4e14,
            "detuningRange": [-1.25e8, 1.25e8],
            "detuningResolution": 0.2,
            "detuningSlewRateMax": 6e15,
            "phaseRange": [-99.0, 99.0],
            "phaseResolution": 5e-07,
            "timeResolution": 1e-09,
            "timeDeltaMin": 5e-08,
            "timeMin": 0.0,
            "timeMax": 4e-06,
        },
    },
    "performance": {
        "lattice": {
            "positionErrorAbs": 2.25e-07,
            "sitePositionError": 1e-07,
            "atomPositionError": 2e-07,
            **{f"{name}Typical": typical for name, (typical, _) in _LATTICE_ERRORS.items()},
            **{f"{name}Worst": worst for name, (_, worst) in _LATTICE_ERRORS.items()},
        },
        "rydberg": {
            "rydbergGlobal": {
                **_ERRORS,
                **{f"{name}Single": alone for name, (alone, _) in _TIMES.items()},
                **{f"{name}Ensemble": together for name, (_, together) in _TIMES.items()},
                "rabiAmplitudeRampCorrection": [
                    {"rampTime": 5e-08, "rabiCorrection": 0.92},
                    {"rampTime": 1e-07, "rabiCorrection": 1.0},
                ],
            }
        },
    },
}
"""Lengths in metres, times in seconds, frequencies in radians a second."""
