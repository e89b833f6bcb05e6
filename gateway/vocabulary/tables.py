"""Reads the packaged code tables (CSV with a header line, UTF-8), once each."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


def read_text(name: str, *, package: str = "gateway.vocabulary") -> str:
    """The text of a packaged table."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


@cache
def read_rows(name: str, *, package: str = "gateway.vocabulary") -> tuple[tuple[str, ...], ...]:
    """The rows of a packaged CSV table, without its header."""
    rows = csv.reader(read_text(name, package=package).splitlines())
    return tuple(tuple(row) for row in rows)[1:]
