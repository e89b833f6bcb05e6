"""Documents of credit banks, China's National Credit Bank and Korea's Academic Credit Bank System: our own profile."""

from adapters.creditbank.adapter import ADAPTER

__all__ = ["ADAPTER"]
