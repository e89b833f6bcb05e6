"""ELMO, the format of EMREX."""

from adapters.elmo.adapter import ADAPTER

__all__ = ["ADAPTER"]
