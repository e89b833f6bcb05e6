"""What holds for all tests: generated input is judged by what it finds, never by how busy the machine is."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from gateway.drivers.logs import log_to
from gateway.model.noun import Noun
from tests import typist

typist.begin()
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


_unlooked = Noun.made.__func__


@classmethod
def _looked_at(cls: type[Noun], **values: Any) -> Noun:
    """As `Noun.made`, and held against the noun that validation makes of the values."""
    noun, validated = _unlooked(cls, **values), cls(**values)
    assert noun == validated
    assert list(noun.__dict__) == list(validated.__dict__)
    assert noun.model_fields_set == validated.model_fields_set
    return noun


Noun.made = _looked_at


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that this process logs while a test runs, as lines of JSON."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    log_to(stream, level=logging.DEBUG)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
