"""Europass: European Digital Credentials for Learning in the European Learning Model 3.1 and 3.2."""

from adapters.europass.adapter import ADAPTER

__all__ = ["ADAPTER"]
