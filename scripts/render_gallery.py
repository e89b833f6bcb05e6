"""Write docs/gallery.md: fictional records of every adapter as pages, the first sheet of each as a picture.

`python -m scripts.render_gallery [FOLDER]`; with a folder, all of each goes there as PDF, to be looked at page by page.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from gateway.drivers.keys import SealKey
from gateway.kit.contract import Reading
from gateway.node.account import account_of, account_of_document, reading_of
from gateway.node.demo_china import attested_report
from gateway.node.demo_forgeries import altered_badge
from gateway.node.demo_keys import certificate, name_of, new_key
from gateway.node.demo_world import World, make_world
from gateway.node.render import Page, Rendered, render_now
from gateway.node.sealing import seal
from gateway.node.startup import terms as terms_of
from gateway.node.translate import Order, Translated, translate_now
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.rendering.account import Account
from gateway.rendering.pdf import draw_pictures
from gateway.rendering.telling.account import describe_account
from gateway.translate.languages import languages_of
from gateway.verify.engine import verify
from gateway.verify.terms import Terms
from tests.unit.proofs.test_merkle import BESIDE, anchored

DOCS = Path(__file__).resolve().parent.parent / "docs"
AT = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
DOTS = 54
TWO = 2
ELMO = "https://github.com/emrex-eu/elmo-schemas/tree/v1"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One record of the gallery."""

    name: str
    told: str
    octets: bytes
    languages: tuple[str, ...]
    terms: Terms | None = None
    to: str | None = None
    unsealed: bool = False


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What a fictional university says, each text with its language."""

    country: str
    university: str
    given: str
    family: str
    title: str
    language: str
    courses: tuple[str, ...]
    grades: tuple[str, ...]


ARABIC = Transcript(
    country="JO",
    university="جامعة الشاطئ المضيء",
    given="ليلى",
    family="البحري",
    title="بكالوريوس علوم البحار",
    language="ar",
    courses=("الأمواج والمد والجزر", "كيمياء البحار (CHEM-201)", "الإحصاء الحيوي", "ملاحة 1"),
    grades=("ممتاز", "جيد جداً", "٨٥", "92/100"),
)
CHINESE = Transcript(
    country="CN",
    university="明岸海洋大学",
    given="小明",
    family="王",
    title="海洋科学学士",
    language="zh",
    courses=("高等数学(上)", "海洋化学", "潮汐与波浪", "大学英语《四级》", "体育—游泳"),
    grades=("92", "良好", "88", "合格", "优"),
)
JAPANESE = Transcript(
    country="JP",
    university="光岸大学",
    given="さくら",
    family="海野",
    title="海洋学士",
    language="ja",
    courses=("微分積分学", "海洋化学実験", "韓国語 (한국어 회화)", "ゼミナール・卒業研究"),
    grades=("秀", "優", "良", "認定"),
)
MANY_SCRIPTS = Transcript(
    country="TH",
    university="มหาวิทยาลัยชายฝั่ง",
    given="\u0410da",  # the first letter is Cyrillic
    family="Nemo",
    title="วิทยาศาสตรบัณฑิต",
    language="th",
    courses=(
        "คลื่นและกระแสน้ำ",
        "समुद्र विज्ञान का परिचय",
        "מבוא לאוקיינוגרפיה (101)",
        "Океанография",
        "Ναυτιλία",
        "\U00012000 signs",
    ),
    grades=("ดีมาก", "प्रथम श्रेणी", "95", "отлично", "9,5", "A"),
)

BLOCKCERTS = {
    "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/blockcerts/v3"],
    "id": "urn:uuid:00000000-0000-4000-8000-0000000000bc",
    "type": ["VerifiableCredential", "BlockcertsCredential"],
    "issuer": "https://harbour.example/issuers/1",
    "issuanceDate": "2024-06-28T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:astrid",
        "name": "Astrid Faro",
        "claim": {"name": "Knots", "description": "Forty knots.", "criteria": "Tie them."},
    },
}


def elmo(said: Transcript) -> bytes:
    """The transcript as ELMO 1.7, unsealed."""
    root = etree.Element(f"{{{ELMO}}}elmo", nsmap={None: ELMO})

    def put(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
        made = etree.SubElement(parent, f"{{{ELMO}}}{tag}")
        for name, value in attributes.items():
            made.set("{http://www.w3.org/XML/1998/namespace}lang" if name == "lang" else name, value)
        made.text = text
        return made

    def study(parent: etree._Element, number: str, title: str, kind: str, grade: str | None) -> etree._Element:
        made = put(parent, "learningOpportunitySpecification")
        put(made, "identifier", number, type="local")
        put(made, "title", title, lang=said.language)
        put(made, "type", kind)
        instance = put(put(made, "specifies"), "learningOpportunityInstance")
        put(instance, "date", "2025-06-27")
        put(instance, "status", "passed")
        if grade is not None:
            put(instance, "resultLabel", grade)
            credit = put(instance, "credit")
            put(credit, "scheme", "ects")
            put(credit, "value", "6.0")
        return made

    put(root, "generatedDate", "2025-07-04T10:15:00+03:00")
    learner = put(root, "learner")
    put(learner, "citizenship", said.country)
    put(learner, "givenNames", said.given)
    put(learner, "familyName", said.family)
    put(learner, "bday", "2001-03-14")
    report = put(root, "report")
    issuer = put(report, "issuer")
    put(issuer, "country", said.country)
    put(issuer, "identifier", "shore.example", type="schac")
    put(issuer, "title", said.university, lang=said.language)
    put(issuer, "url", "https://shore.example/")
    award = study(report, "BSC", said.title, "Degree Programme", None)
    for number, (course, grade) in enumerate(zip(said.courses, said.grades, strict=True), 101):
        study(put(award, "hasPart"), f"C{number}", course, "Course", grade)
    put(report, "issueDate", "2025-07-01T00:00:00+03:00")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def sealed(said: Transcript, folder: Path) -> tuple[bytes, Terms]:
    """The transcript under its university's seal, and terms that trust it."""
    key = new_key()
    own = certificate(name_of(said.university, said.country), key)
    trusted = folder / f"{said.country}.pem"
    trusted.write_bytes(own.public_bytes(Encoding.PEM))
    octets = seal(elmo(said), "xmldsig", SealKey(key, (own,)), now=AT, limits=DEFAULT_LIMITS)
    return octets, terms_of((str(trusted),), at=AT)


def gallery(world: World, folder: Path) -> Iterator[Shown]:
    """One of each adapter, of each family of scripts, and of each state that a page can tell of."""
    read = {adapter: file.read_bytes() for adapter, file in world.documents.items()}
    own = world.node.terms(AT)
    yield Shown(
        name="elmo",
        told="a sealed ELMO report in Greek, for an English reader",
        octets=read["elmo"],
        languages=("en",),
        terms=own,
    )
    yield Shown(
        name="europass",
        told="a sealed Europass credential in Bulgarian, for an English reader",
        octets=read["europass"],
        languages=("en",),
        terms=own,
    )
    yield Shown(
        name="clr",
        told="a learner record with badges inside, for a Dutch reader",
        octets=read["clr"],
        languages=("nl",),
        terms=own,
    )
    badge = json.loads(read["clr"])["credentialSubject"]["verifiableCredential"][0]
    yield Shown(
        name="openbadges",
        told="one badge by itself, for a Greek reader",
        octets=json.dumps(badge, ensure_ascii=False).encode(),
        languages=("el",),
        terms=own,
    )
    yield Shown(
        name="blockcerts",
        told="a Blockcerts diploma whose chain nobody here can ask, for a Korean reader",
        octets=json.dumps(anchored(BLOCKCERTS, *BESIDE)).encode(),
        languages=("ko",),
        terms=own,
    )
    report, attested = asyncio.run(attested_report(world, AT))
    yield Shown(
        name="chsi",
        told="a Chinese report, unsealed, that an online check vouches for (a simulator here), for an English reader",
        octets=report,
        languages=("en",),
        terms=attested,
    )
    yield Shown(
        name="losses",
        told="ELMO translated into a learner record, with many losses, sealed, for a German reader",
        octets=read["elmo"],
        languages=("de",),
        to="clr",
    )
    yield Shown(
        name="failed",
        told="a forged learner record, for a French reader",
        octets=altered_badge(read["clr"]),
        languages=("fr",),
        terms=own,
    )
    yield Shown(
        name="draft",
        told="a draft translation of ELMO into Europass, for a Spanish reader",
        octets=read["elmo"],
        languages=("es",),
        to="europass",
        unsealed=True,
    )
    yield Shown(
        name="unverified",
        told="a Europass credential whose sealer nobody trusts, for a Finnish reader",
        octets=read["europass"],
        languages=("fi",),
        terms=terms_of(at=AT),
    )
    done = translate_now(world.node, Order(octets=read["europass"], to="elmo"), dt.datetime.now(dt.UTC))
    assert isinstance(done, Translated)
    trusted = terms_of(world.seals, at=AT)
    yield Shown(
        name="derived",
        told="a translation by a node, shown as such, for a Norwegian reader",
        octets=done.results[0].octets,
        languages=("nb",),
        terms=trusted,
    )
    employment = translate_now(world.node, Order(octets=read["clr"], to="ler"), dt.datetime.now(dt.UTC))
    assert isinstance(employment, Translated)
    yield Shown(
        name="ler",
        told="a learning and employment record made by a node from a learner record, for a Dutch reader",
        octets=employment.results[0].octets,
        languages=("nl",),
        terms=terms_of(world.seals, at=dt.datetime.now(dt.UTC)),
    )
    for name, told, said, languages in (
        ("arabic", "Arabic, from right to left, beside English", ARABIC, ("ar", "en")),
        ("chinese", "Chinese, beside German", CHINESE, ("zh", "de")),
        ("japanese", "Japanese with Korean words, beside Korean", JAPANESE, ("ja", "ko")),
        (
            "scripts",
            "Thai, Devanagari, Hebrew, Cyrillic, Greek; a letter that looks like another; a sign that no font has",
            MANY_SCRIPTS,
            ("en", "el"),
        ),
    ):
        octets, terms = sealed(said, folder)
        yield Shown(name=name, told=told, octets=octets, languages=languages, terms=terms)


def account(world: World, shown: Shown) -> Account:
    """What its page tells."""
    terms = shown.terms or world.node.terms(AT)
    if shown.to is None:
        document = verify(shown.octets, adapters=world.node.adapters, terms=terms)
        reading, unread = reading_of(document)
        return account_of_document(document, reading, unread, world.node, terms, languages(shown, reading))
    order = Order(octets=shown.octets, to=shown.to, unsealed=shown.unsealed)
    done = translate_now(world.node, order, dt.datetime.now(dt.UTC))
    assert isinstance(done, Translated), done
    return replace(account_of(done, world.node, terms), languages=languages(shown, done.reading))


def languages(shown: Shown, reading: Reading | None) -> tuple[str, ...]:
    """As `testamur render` chooses them: one language stands beside the document's own."""
    own = languages_of(reading.record) if reading is not None else ("en",)
    return tuple(dict.fromkeys((*shown.languages, own[0]))) if len(shown.languages) < TWO else shown.languages


def main() -> None:
    """Draw them all."""
    pages = [
        "# Records as pages\n",
        "Written by `python -m scripts.render_gallery`; every person and body is fictional. The first sheet of each.\n",
    ]
    (DOCS / "gallery").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder))
        for shown in gallery(world, Path(folder)):
            told = account(world, shown)
            pictures = draw_pictures(describe_account(told), digest=told.original.sha256, dots=DOTS)
            (DOCS / "gallery" / f"{shown.name}.png").write_bytes(pictures[0])
            print(f"{shown.name}: {told.verdict.verdict.value}, {len(told.losses)} losses, {len(pictures)} pages")
            counted = f"{told.verdict.verdict.value}, {len(told.losses)} losses, {len(pictures)} pages"
            heading = f"{shown.told[:1].upper()}{shown.told[1:]}"
            pages.append(f"## {heading}\n\n{counted}.\n\n![The first page](gallery/{shown.name}.png)\n")
            if len(sys.argv) > 1:
                page = Page(
                    octets=shown.octets,
                    form="pdf",
                    terms=shown.terms,
                    languages=shown.languages,
                    to=shown.to,
                    unsealed=shown.unsealed,
                )
                done = render_now(world.node, page, dt.datetime.now(dt.UTC))
                assert isinstance(done, Rendered)
                (Path(sys.argv[1]) / f"{shown.name}.pdf").write_bytes(done.octets)
    (DOCS / "gallery.md").write_text("\n".join(pages), "utf-8")


if __name__ == "__main__":
    main()
