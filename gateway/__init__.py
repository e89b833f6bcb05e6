"""Testamur: verify, translate and deliver learning credentials between national systems."""
