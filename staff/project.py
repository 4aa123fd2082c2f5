"""Where things stand, and the environment in which Rasa runs quietly."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "models" / "bowe.tar.gz"
LOGS = ROOT / "var" / "log"
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
    "OMP_NUM_THREADS": "1",
    "SANIC_HOST": "127.0.0.1",  # for rasa_sdk as the benchmarks start it; ours needs no telling
}


def quiet_environment(**more: str) -> dict[str, str]:
    """The environment of this process with telemetry off and the frameworks' noise silenced."""
    return {**os.environ, **QUIET, **more}


def python() -> str:
    """The interpreter of the project's environment."""
    return sys.executable
