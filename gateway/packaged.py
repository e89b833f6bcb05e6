"""Where the data that travels with the code stands: `schemas/` and `config/`.

A wheel carries them as `gateway/_data/<kind>`; a checkout has them at its root. No other code builds such a path.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def data_folder(kind: str) -> Path:
    """The folder of packaged data, `kind` being "schemas" or "config"."""
    packaged = Path(str(files("gateway"))) / "_data" / kind
    if packaged.is_dir():
        return packaged
    return Path(__file__).resolve().parent.parent / kind
