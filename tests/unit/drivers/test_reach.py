"""Which addresses are public. The second opinion is Python's own reading of the registries."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.reach import is_in, is_public

ADDRESSES = st.ip_addresses()
SPECIAL = ["is_private", "is_loopback", "is_link_local", "is_multicast", "is_reserved", "is_unspecified"]
NAT64, MAPPED = int(IPv6Address("64:ff9b::")), int(IPv6Address("::ffff:0:0"))


@given(ADDRESSES)
def test_what_python_calls_special_is_not_public(address: IPv4Address | IPv6Address):
    wrapped = isinstance(address, IPv6Address) and (address.ipv4_mapped or address in ip_network("64:ff9b::/96"))
    if any(getattr(address, name) for name in SPECIAL) and not wrapped:
        assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_by_itself(address: IPv4Address):
    assert is_public(IPv6Address(MAPPED | int(address))) is is_public(address)
    assert is_public(IPv6Address(NAT64 | int(address))) is is_public(address)


@given(st.ip_addresses(v=4), st.integers(0, 2**80 - 1))
def test_addresses_that_carry_anothers_choice_are_not_public(address: IPv4Address, rest: int):
    six_to_four = IPv6Address(0x2002 << 112 | int(address) << 80 | rest)
    teredo = IPv6Address(0x20010000 << 96 | rest)
    assert not is_public(six_to_four)
    assert not is_public(teredo)


@given(st.ip_addresses(v=6))
def test_nothing_outside_global_unicast_is_public(address: IPv6Address):
    wrapped = address.ipv4_mapped is not None or address in ip_network("64:ff9b::/96")
    if is_public(address) and not wrapped:
        assert address in ip_network("2000::/3")


@given(st.ip_addresses(v=4))
def test_what_python_calls_global_is_public_but_for_what_the_table_names_beside(address: IPv4Address):
    beside = ("168.63.129.16/32", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24")
    beside += ("192.0.0.0/24", "224.0.0.0/4")
    if address.is_global and not any(address in ip_network(one) for one in beside):
        assert is_public(address)


@pytest.mark.parametrize("public", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"])
def test_what_is_public(public: str):
    assert is_public(ip_address(public))


@pytest.mark.parametrize(
    "own",
    [
        *("0.0.0.0", "10.1.2.3", "127.0.0.1", "127.255.255.254", "172.31.255.255", "192.168.0.1", "255.255.255.255"),
        *("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fe80::a9fe:a9fe"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "fec0::1"),
        *("64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "ff02::1", "5f00::1"),
        *("2001:db8::1", "3fff::1", "fc00::1", "fe80::1%eth0"),
    ],
)
def test_what_is_somebodys_own(own: str):
    assert not is_public(ip_address(own))


@given(st.ip_addresses(v=4))
def test_a_network_holds_its_addresses_in_every_form(address: IPv4Address):
    networks = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    inside = address in networks[0]
    assert is_in(address, networks) is inside
    assert is_in(IPv6Address(MAPPED | int(address)), networks) is inside
    assert not is_in(address, ())
