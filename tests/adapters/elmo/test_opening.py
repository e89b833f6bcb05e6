"""What a document states is looked up apart from its reading: on issuers the two must never disagree."""

from __future__ import annotations

import pytest

from adapters.elmo import ADAPTER
from gateway.kit import Document
from gateway.model.record import Organisation
from tests.adapters.elmo.reading import SMALL, WHOLE, read, without

ISSUERS = {
    "nothing": "",
    "nothing in it": "<title/><identifier/><country/>",
    "a type without a value": '<title>School</title><identifier type="erasmus"> </identifier>',
    "an identifier without a type": "<title>School</title><identifier> a  b </identifier>",
    "a language without a text": '<title xml:lang="en"/><title xml:lang="nb">Skole</title>',
    "two texts in one language": '<title xml:lang="EN">First</title><title xml:lang=" en ">Second</title>',
    "no language": '<title xml:lang="">School \n of  Sea</title>',
    "a comment in the name": "<title>School <!-- not -->of Sea<?print?>faring</title>",
    "a name of another namespace": '<title xmlns="urn:other">Other</title><title>School</title>',
    "a country in a code list": '<country type="ISO">no</country><title>School</title>',
    "a country by the spelling of the EU": "<country>EL</country><country>NO</country><title>School</title>",
    "a country that is none": "<country>Examplia</country><title>School</title>",
}


def compared(issuer: Organisation | None) -> Organisation | None:
    """What an issuer is known by: no more of it is compared with a certificate."""
    if issuer is None:
        return None
    return Organisation(legal_name=issuer.legal_name, identifiers=issuer.identifiers, country=issuer.country)


def stated(document: str) -> list[Organisation]:
    found = ADAPTER.open(Document(document.encode(), "xml")).stated
    return [issuer for issuer in (found.issuer, *found.other_issuers) if issuer is not None]


@pytest.mark.parametrize("issuer", ISSUERS.values(), ids=ISSUERS.keys())
@pytest.mark.parametrize("language", ["", ' xml:lang="pt-BR"'], ids=["no language around", "a language around"])
def test_the_issuer_stated_is_the_issuer_read(issuer, language):
    rest = without(SMALL, "<issuer>", "</issuer>").replace("<report", f"<report{language}", 1)
    head, report, tail = rest.partition(f"<report{language}>")
    assert report
    document = f"{head}{report}<issuer>{issuer}</issuer>{tail}"
    assert stated(document) == [compared(read(document).record.reports[0].issuer)]


@pytest.mark.parametrize("document", [WHOLE, SMALL], ids=["whole", "small"])
def test_every_issuer_read_is_stated_once(document):
    reports = read(document).record.reports
    expected = {compared(report.issuer).model_dump_json() for report in reports}
    assert sorted(expected) == sorted(issuer.model_dump_json() for issuer in stated(document))
