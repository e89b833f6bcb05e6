"""What every section of the settings is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo

from gateway.model.noun import Noun


def beside_settings(path: Path, info: ValidationInfo) -> Path:
    """A path as the settings file means it."""
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path.expanduser()


FilePath = Annotated[Path, AfterValidator(beside_settings)]
"""A path, relative to the settings file."""

Text = Annotated[str, Field(min_length=1)]


class Section(Noun):
    """A table of the settings file."""

    model_config = ConfigDict(validate_default=False, str_strip_whitespace=True)
