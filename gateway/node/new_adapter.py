"""Beginning an adapter: a distribution of its own that is found, enabled, and keeps the laws from the first minute."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.drivers.files import write_folder
from gateway.errors import RequestError
from gateway.packaged import data_folder

_TEMPLATE = "newsystem"
_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")


def begin_adapter(name: str, folder: Path) -> tuple[Path, ...]:
    """Write the beginning of an adapter `name` into a folder that isn't there yet; the files written.

    Raises:
        RequestError: `request.adapter_name`, `request.out_in_use`, `request.not_writable`.
    """
    if not _NAME.fullmatch(name):
        raise RequestError(
            "request.adapter_name",
            f"got the name {name!r}, expected small letters and digits, a letter first",
            advice="take a short name of the system: lanterna, chsi, ladok",
        )
    if folder.exists():
        raise RequestError("request.out_in_use", f"{folder} is there already", advice="name another with --folder")
    source = data_folder("config") / "new-adapter"
    found = sorted(file for file in source.rglob("*") if file.is_file() and file.suffix != ".pyc")
    files = {_place(file.relative_to(source), name): _renamed(file.read_text("utf-8"), name) for file in found}
    for place in {place.parent for place in files}:
        (folder / place).mkdir(parents=True, exist_ok=True)
        write_folder(folder / place, {p.name: octets for p, octets in files.items() if p.parent == place})
    return tuple(folder / place for place in files)


def _place(path: Path, name: str) -> Path:
    return Path(f"{name}_adapter", *path.parts[1:]) if path.parts[0] == "package" else path


def _renamed(text: str, name: str) -> bytes:
    return text.replace(_TEMPLATE.capitalize(), name.capitalize()).replace(_TEMPLATE, name).encode()
