"""Chinese higher-education reports (CHSI): the partner profile as JSON, nested or flat, and the verification page."""

from adapters.chsi.adapter import ADAPTER

__all__ = ["ADAPTER"]
