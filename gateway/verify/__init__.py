"""Gathers evidence, then judges it: the only maker of `VerifiedDocument`."""
