"""Settings of asking the outside: nobody, unless hosts are named."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.drivers.reach import ANY_HOST, DOCUMENT_SECONDS
from gateway.node.settings.section import FilePath, Section

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAMED = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?(?::[1-9][0-9]{{0,4}})?")


def _host(name: str) -> str:
    if name != ANY_HOST and not _NAMED.fullmatch(name):
        message = (
            f'got {name!r}, expected a host\'s name in small letters ("school.example", "school.example:8443"), '
            '"*.school.example" for all below one, or "*"'
        )
        raise ValueError(message)
    return name


class OnlineSection(Section):
    """`[online]`: whom this node asks about documents (`gateway.drivers.reach.Reach` says what each means).

    attested  the folder with answers of official checks that operators fetched and attest
    """

    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    authority: FilePath | None = None
    seconds: float = Field(default=DOCUMENT_SECONDS, gt=0, le=120)
    attested: FilePath | None = None
