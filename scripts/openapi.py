"""Write schemas/openapi.json from the local API's table of routes: python -m scripts.openapi."""

from __future__ import annotations

import json
from importlib.metadata import version

from gateway.packaged import data_folder
from gateway.web.local.openapi import describe

FILE = data_folder("schemas") / "openapi.json"


def written() -> str:
    """The whole file."""
    return json.dumps(describe(version("testamur")), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
