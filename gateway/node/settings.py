"""A node's settings, from a TOML file (config/node.toml shows every key).

Unknown keys are refused with a suggestion, and everything wrong in a file is said at once. Secrets never stand in the
file: a passphrase comes from the environment. Paths are relative to the settings file.
"""

from __future__ import annotations

import difflib
import tomllib
import typing
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from gateway.drivers.private_keys import PASSPHRASE_VARIABLE
from gateway.errors import ConfigError
from gateway.kit.contract import SealProfile
from gateway.model.noun import Noun
from gateway.model.verdict import SubIndication
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.translate.sealing import NEVER_SEALED, Sealable

STANDARD_FILE = Path("node.toml")
"""Where settings are looked for when nobody names a file."""

LEGACY = "legacy"
_LARGEST = 1024 * 1024


def _beside_settings(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path.expanduser()


def _policy(name: str, info: ValidationInfo) -> str:
    return str(_beside_settings(Path(name), info)) if name.endswith(".toml") else name


def _may_be_named(sub: SubIndication) -> SubIndication:
    if sub in NEVER_SEALED:
        message = f"no policy can seal a source with {sub.value}: nothing vouches for what would be sealed"
        raise ValueError(message)
    return sub


FilePath = Annotated[Path, AfterValidator(_beside_settings)]
PolicyName = Annotated[str, Field(min_length=1), AfterValidator(_policy)]
Text = Annotated[str, Field(min_length=1)]


class _Section(Noun):
    model_config = ConfigDict(validate_default=False, str_strip_whitespace=True)


class NodeSection(_Section):
    """`[node]`: who this node is."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$")]


class SealSection(_Section):
    """`[[seal]]`: a key, its certificate, and the kinds of seal it makes."""

    profiles: tuple[SealProfile, ...] = Field(alias="for", min_length=1)
    key: FilePath
    certificate: FilePath
    passphrase_variable: Text = PASSPHRASE_VARIABLE


class TrustSection(_Section):
    """`[[trust]]`: one anchor and its terms. `policy` None is the node's default."""

    anchor: FilePath
    policy: PolicyName | None = None
    until: date | None = None
    issuers: tuple[Text, ...] = Field(default=(), alias="for")

    @model_validator(mode="after")
    def _legacy_ends(self) -> TrustSection:
        if self.policy == LEGACY and self.until is None:
            message = 'policy "legacy" is granted until a date: add `until = YYYY-MM-DD`'
            raise ValueError(message)
        return self


class AdaptersSection(_Section):
    """`[adapters]`: those of other distributions that may be loaded."""

    enabled: tuple[Text, ...] = ()


class SealIndeterminate(_Section):
    """`[[policy.seal_indeterminate]]`: open questions with which documents of an adapter are sealed all the same."""

    adapter: Text
    sub_indications: tuple[Annotated[SubIndication, AfterValidator(_may_be_named)], ...] = Field(min_length=1)


class PolicySection(_Section):
    """`[policy]`."""

    default: PolicyName = "strict"
    seal_indeterminate: tuple[SealIndeterminate, ...] = ()

    @model_validator(mode="after")
    def _not_legacy(self) -> PolicySection:
        if self.default == LEGACY:
            message = 'policy "legacy" is granted to named anchors, never to all: set it in a [[trust]] entry'
            raise ValueError(message)
        return self


class LimitsSection(_Section):
    """`[limits]`: units stand in config/node.toml."""

    document_bytes: int = Field(default=DEFAULT_LIMITS.document_bytes, ge=1)
    depth: int = Field(default=DEFAULT_LIMITS.depth, ge=1)
    nodes: int = Field(default=DEFAULT_LIMITS.nodes, ge=1)
    attributes: int = Field(default=DEFAULT_LIMITS.attributes, ge=1)
    namespaces: int = Field(default=DEFAULT_LIMITS.namespaces, ge=1)
    inflate_ratio: int = Field(default=DEFAULT_LIMITS.inflate_ratio, ge=1)
    containers: int = Field(default=DEFAULT_LIMITS.containers, ge=0)
    embed_bytes: int = Field(default=DEFAULT_LIMITS.embed_bytes, ge=0)
    attachment_bytes: int = Field(default=DEFAULT_LIMITS.attachment_bytes, ge=0)


class Settings(_Section):
    """All settings of a node."""

    node: NodeSection
    seal: tuple[SealSection, ...] = ()
    trust: tuple[TrustSection, ...] = ()
    adapters: AdaptersSection = AdaptersSection()
    policy: PolicySection = PolicySection()
    limits: LimitsSection = LimitsSection()

    @model_validator(mode="after")
    def _each_kind_once(self) -> Settings:
        kinds = [kind for seal in self.seal for kind in seal.profiles]
        twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
        if twice:
            message = f"seal: got {', '.join(twice)} more than once in `for`, expected each kind of seal once"
            raise ValueError(message)
        return self

    def bounds(self) -> Limits:
        """The limits as the readers know them."""
        return Limits(**self.limits.model_dump())

    def sealable(self) -> Sealable:
        """Adapter id to the sub-indications that this node's policy lets pass."""
        named: dict[str, frozenset[SubIndication]] = {}
        for entry in self.policy.seal_indeterminate:
            named[entry.adapter] = named.get(entry.adapter, frozenset()) | frozenset(entry.sub_indications)
        return named


def load_settings(file: Path) -> Settings:
    """The settings in a file.

    Raises:
        ConfigError: `config.unreadable`, `config.syntax`, `config.invalid` (with all that is wrong at once).
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            "config.unreadable",
            f"the settings {file} can't be read: {error.strerror}",
            advice="check the path; config/node.toml shows every setting",
        ) from None
    return parse_settings(data, place=str(file), folder=file.parent)


def parse_settings(data: bytes, *, place: str, folder: Path) -> Settings:
    """The settings in the bytes of a TOML file; `place` is named in errors, paths are relative to `folder`."""
    if len(data) > _LARGEST:
        raise ConfigError("config.syntax", f"{place} is over {_LARGEST} octets", advice="give the settings file")
    try:
        table = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            "config.syntax", f"{place} isn't TOML in UTF-8: {error}", advice="mend the syntax; see config/node.toml"
        ) from None
    try:
        return Settings.model_validate(table, context={"folder": folder})
    except ValidationError as error:
        faults = [_fault(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        raise faults_in(place, faults) from None


def faults_in(place: str, faults: Iterable[str]) -> ConfigError:
    """One error for all that is wrong in a settings file."""
    faults = list(faults)
    return ConfigError(
        "config.invalid",
        f"{place} has {len(faults)} fault(s):\n" + "\n".join(f"  - {fault}" for fault in faults),
        advice="compare it with config/node.toml, which shows every setting",
    )


def _fault(location: tuple[int | str, ...], kind: str, message: str) -> str:
    place = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    message = message.removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return f"{place}: unknown key{_suggestion(location)}"
    return f"{place}: {message}" if place else message


def _suggestion(location: tuple[int | str, ...]) -> str:
    """`; did you mean …?`, where a known key of that table is close."""
    section: Any = Settings
    for part in location[:-1]:
        if isinstance(part, str):
            section = _section_of(section, part)
    names = [field.alias or name for name, field in section.model_fields.items()] if section is not None else []
    close = difflib.get_close_matches(str(location[-1]), names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f", expected one of: {', '.join(names)}"


def _section_of(section: Any, name: str) -> Any:
    """The class of the table that stands under a name, or None."""
    field = section.model_fields.get(name) if section is not None else None
    if field is None:
        return None
    candidates = (field.annotation, *typing.get_args(field.annotation))
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, _Section)), None)
