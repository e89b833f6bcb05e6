"""Schemas by name, read from the packaged data (or an adapter's own package) and compiled once.

Nothing is ever fetched: an XSD may import its neighbours in the folder and nothing else, a JSON Schema refers to itself
alone.
"""

from __future__ import annotations

import json
import threading
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lxml import etree

from gateway.errors import AdapterError
from gateway.packaged import data_folder

_COMPILED = threading.local()


def schema_path(name: str, package: str = "") -> Path:
    """Where a schema stands. `package` is the import name of an adapter from outside that brings its own.

    Raises:
        AdapterError: `schema.unknown`; the functions that compile one also `schema.broken`.
    """
    folder = Path(str(files(package))) if package else data_folder("schemas")
    path = folder / name
    if not path.is_file() or folder.resolve() not in path.resolve().parents:
        raise AdapterError("schema.unknown", f"got the schema name {name!r}, expected a file under schemas/")
    return path


def schema_bytes(name: str, package: str = "") -> bytes:
    """A schema's bytes."""
    return schema_path(name, package).read_bytes()


def xml_schema(name: str, package: str = "") -> etree.XMLSchema:
    """A compiled XSD, one a thread: libxml2 keeps the errors of the last validation in it."""
    compiled: dict[tuple[str, str], etree.XMLSchema] = _COMPILED.__dict__.setdefault("schemas", {})
    if (name, package) not in compiled:
        path = schema_path(name, package)
        parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
        parser.resolvers.add(_Neighbours(path.parent))
        try:
            compiled[name, package] = etree.XMLSchema(etree.parse(path, parser))
        except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
            raise _broken(name, error) from error
    return compiled[name, package]


@cache
def json_schema(name: str, package: str = "") -> Any:
    """A compiled JSON Schema (a validator of jsonschema-rs), one for the process: it holds no state."""
    import jsonschema_rs  # imported here: adapters of XML do without it

    try:
        return jsonschema_rs.validator_for(json.loads(schema_bytes(name, package)), retriever=_nothing)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise _broken(name, error) from error


def _broken(name: str, error: Exception) -> AdapterError:
    return AdapterError("schema.broken", f"the schema {name} can't be compiled: {error}")


class _Neighbours(etree.Resolver):
    """Lets an XSD import files of its own folder, and refuses everything else."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder.resolve()

    def resolve(self, url: str, _public_id: str | None, context: Any) -> Any:  # type: ignore[override]
        """The neighbour, or an error."""
        path = Path(url.removeprefix("file://")).resolve()
        if self._folder not in path.parents:
            raise OSError(f"a reference to {url}, expected a file beside the schema")
        return self.resolve_filename(str(path), context)  # type: ignore[attr-defined]  # the stubs lack it


def _nothing(address: str) -> Any:
    raise OSError(f"a reference to {address}, expected a schema that needs no other")
