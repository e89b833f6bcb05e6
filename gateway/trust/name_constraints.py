"""Names that a CA may vouch for (RFC 5280, 4.2.1.10), for what seals carry: directory names.

`cryptography`'s verifier knows DNS names and IP addresses only, and doesn't look at the subject; seals are named by
their subject. Constraints on a kind of name that neither judge knows fail when the certificate has such a name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from cryptography import x509
from cryptography.x509.oid import NameOID

_Rdn = frozenset[tuple[str, str]]


def outside_constraints(
    certificate: x509.Certificate, constraints: x509.NameConstraints, *, dns_and_ip_judged_elsewhere: bool
) -> bool:
    """Whether a name of the certificate breaks the constraints, or can't be judged."""
    judged: tuple[type[x509.GeneralName], ...] = (x509.DirectoryName,)
    if dns_and_ip_judged_elsewhere:
        judged += (x509.DNSName, x509.IPAddress)
    permitted, excluded = list(constraints.permitted_subtrees or ()), list(constraints.excluded_subtrees or ())
    names = _names(certificate)
    constrained = {type(base) for base in permitted + excluded}
    if any(type(name) in constrained and not isinstance(name, judged) for name in names):
        return True
    directory_names = [_rdns(name.value) for name in names if isinstance(name, x509.DirectoryName)]
    return any(_breaks(name, _bases(permitted), _bases(excluded)) for name in directory_names)


def constrains_directory_names(constraints: x509.NameConstraints | None) -> bool:
    """Whether a subtree of directory names is permitted or excluded."""
    if constraints is None:
        return False
    bases = [*(constraints.permitted_subtrees or ()), *(constraints.excluded_subtrees or ())]
    return any(isinstance(base, x509.DirectoryName) for base in bases)


def _breaks(name: tuple[_Rdn, ...], permitted: list[tuple[_Rdn, ...]], excluded: list[tuple[_Rdn, ...]]) -> bool:
    if any(_under(name, base) for base in excluded):
        return True
    return bool(permitted) and not any(_under(name, base) for base in permitted)


def _names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    if list(certificate.subject):
        names.append(x509.DirectoryName(certificate.subject))
    # A mailbox in the subject counts as one too; which one doesn't matter, since mailboxes can't be judged.
    if certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        names.append(x509.RFC822Name("in-the-subject@invalid"))
    with contextlib.suppress(x509.ExtensionNotFound):
        names += list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    return names


def _bases(subtrees: Iterable[x509.GeneralName]) -> list[tuple[_Rdn, ...]]:
    return [_rdns(base.value) for base in subtrees if isinstance(base, x509.DirectoryName)]


def _under(name: tuple[_Rdn, ...], base: tuple[_Rdn, ...]) -> bool:
    return name[: len(base)] == base


def _rdns(name: x509.Name) -> tuple[_Rdn, ...]:
    """A name ready to compare: case and runs of spaces don't count (RFC 5280, 7.1)."""
    return tuple(
        frozenset((attribute.oid.dotted_string, " ".join(str(attribute.value).casefold().split())) for attribute in rdn)
        for rdn in name.rdns
    )
