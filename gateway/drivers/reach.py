"""Whom questions may go to: named hosts, or any; addresses that are anybody's, and none of this machine's neighbours.

Sources: the IANA registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890 and its updates), of multicast,
and of IPv6 global unicast.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path

ANY_HOST = "*"
HTTPS = 443
DOCUMENT_SECONDS = 15.0

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a carrier's NAT; also one cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # public by its number, and yet a cloud's own service inside every machine of it
        "169.254.0.0/16",  # link-local; also most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, with Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address of anybody's choice inside
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom questions may go to.

    hosts      names ("school.example", "school.example:8443"), whatever is below one ("*.school.example"), or "*":
               every host of the public internet at the usual port; an online check is asked of named hosts alone
    networks   networks beside the public internet in which named hosts may stand
    authority  a certificate authority (PEM) beside those that this system trusts
    seconds    for all questions of one document
    """

    hosts: tuple[str, ...] = (ANY_HOST,)
    networks: tuple[IpNetwork, ...] = ()
    authority: Path | None = None
    seconds: float = DOCUMENT_SECONDS

    def names(self, host: str, port: int) -> bool:
        """Whether a host is named, and not only meant by "*"."""
        shown = host if port == HTTPS else f"{host}:{port}"
        return any(shown == one or (one.startswith("*.") and shown.endswith(one[1:])) for one in self.hosts)

    def allows(self, host: str, port: int, *, check: bool) -> bool:
        """Whether a question may go to a host."""
        anybody = ANY_HOST in self.hosts and not check and port == HTTPS and "." in host
        return anybody or self.names(host, port)

    def permits(self, host: str, port: int, address: str) -> bool:
        """Whether a host's name may stand for an address."""
        try:
            number = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return is_public(number) or (self.names(host, port) and is_in(number, self.networks))


def is_public(address: IpAddress) -> bool:
    """Whether an address is one of the public internet; one that holds an IPv4 address is judged by that."""
    plain = _without_wrapping(address)
    if isinstance(plain, IPv4Address):
        return not any(plain in network for network in _NOT_PUBLIC_4)
    return plain in _GLOBAL_6 and not any(plain in network for network in _NOT_PUBLIC_6)


def is_in(address: IpAddress, networks: tuple[IpNetwork, ...]) -> bool:
    """Whether an address belongs to one of the networks; again an IPv4 address inside it counts."""
    plain = _without_wrapping(address)
    return any(plain.version == network.version and plain in network for network in networks)


def _without_wrapping(address: IpAddress) -> IpAddress:
    """The IPv4 address that connecting would reach: of `::ffff:a.b.c.d`, and of NAT64 (RFC 6052)."""
    if not isinstance(address, IPv6Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address
