"""Schemas by name: packaged, compiled once, and never fetched from anywhere."""

from __future__ import annotations

import threading

import pytest

from gateway.errors import AdapterError
from gateway.kit import schemas
from gateway.kit.schemas import json_schema, schema_bytes, xml_schema

XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</xs:schema>'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(schemas, "data_folder", lambda kind: tmp_path / kind)
    json_schema.cache_clear()
    schemas._COMPILED.__dict__.clear()
    (tmp_path / "schemas").mkdir()
    yield tmp_path / "schemas"
    json_schema.cache_clear()
    schemas._COMPILED.__dict__.clear()


def test_a_schema_is_compiled_once(folder):
    (folder / "a.xsd").write_text(XSD.format('<xs:element name="a"/>'))
    (folder / "a.json").write_text('{"type": "object"}')
    assert xml_schema("a.xsd") is xml_schema("a.xsd")
    assert json_schema("a.json") is json_schema("a.json")
    assert json_schema("a.json").is_valid({})
    assert not json_schema("a.json").is_valid([])


def test_each_thread_has_its_own_xsd(folder):
    """libxml2 keeps the errors of the last validation in the schema: two threads would read each other's."""
    (folder / "a.xsd").write_text(XSD.format('<xs:element name="a"/>'))
    found = []
    thread = threading.Thread(target=lambda: found.append(xml_schema("a.xsd")))
    thread.start()
    thread.join()
    assert found[0] is not xml_schema("a.xsd")


def test_an_xsd_may_include_its_neighbours(folder):
    (folder / "part.xsd").write_text(XSD.format('<xs:element name="a"/>'))
    (folder / "a.xsd").write_text(XSD.format('<xs:include schemaLocation="part.xsd"/>'))
    assert xml_schema("a.xsd") is not None


@pytest.mark.parametrize("location", ["http://attacker.example/x.xsd", "../x.xsd", "file:///etc/x.xsd"])
def test_an_xsd_that_reaches_out_is_refused(folder, location):
    (folder.parent / "x.xsd").write_text(XSD.format(""))
    (folder / "a.xsd").write_text(XSD.format(f'<xs:include schemaLocation="{location}"/>'))
    with pytest.raises(AdapterError) as error:
        xml_schema("a.xsd")
    assert error.value.code == "schema.broken"


def test_a_json_schema_that_reaches_out_is_refused(folder):
    (folder / "a.json").write_text('{"$ref": "https://attacker.example/x.json"}')
    with pytest.raises(AdapterError) as error:
        json_schema("a.json")
    assert error.value.code == "schema.broken"


@pytest.mark.parametrize("name", ["nothing.xsd", "../secret", "/etc/passwd", ""])
def test_a_name_names_a_file_of_the_folder(folder, name):
    (folder.parent / "secret").write_text("x")
    with pytest.raises(AdapterError) as error:
        schema_bytes(name)
    assert error.value.code == "schema.unknown"


def test_an_adapter_from_outside_brings_its_own():
    assert b"gateway" in schema_bytes("py.typed", "gateway") or schema_bytes("py.typed", "gateway") == b""
