"""Small faults, seeded: what may be wrong in an ELMO document, one mutator a function.

Each mutator changes the tree in place and says whether it found something to change.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from lxml import etree

ELMO = "https://github.com/emrex-eu/elmo-schemas/tree/v1"
DS = "http://www.w3.org/2000/09/xmldsig#"
ADDRESS = "https://github.com/erasmus-without-paper/ewp-specs-types-address/tree/stable-v1"
XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

NAMES = [
    "generatedDate",
    "learner",
    "report",
    "attachment",
    "groups",
    "extension",
    "citizenship",
    "identifier",
    "givenNames",
    "familyName",
    "bday",
    "placeOfBirth",
    "birthName",
    "currentAddress",
    "gender",
    "issuer",
    "learningOpportunitySpecification",
    "issueDate",
    "gradingScheme",
    "country",
    "title",
    "url",
    "type",
    "description",
    "content",
    "groupType",
    "group",
    "subjectArea",
    "iscedCode",
    "descriptionHtml",
    "specifies",
    "hasPart",
    "learningOpportunityInstance",
    "start",
    "date",
    "end",
    "academicTerm",
    "status",
    "gradingSchemeLocalId",
    "resultLabel",
    "shortenedGrading",
    "resultDistribution",
    "credit",
    "level",
    "languageOfInstruction",
    "engagementHours",
    "attachments",
    "ref",
    "grouping",
    "diplomaSupplement",
    "version",
    "introduction",
    "section",
    "additionalInformation",
    "percentageLower",
    "category",
    "scheme",
    "value",
    "dateOfBirth",
    "alternativeName",
    "qualification",
    "unheardOf",
    "elmo",
]
ATTRIBUTES = (
    "type id sortingKey localId number label count typeref idref version Id URI Algorithm unheardOf "
    f"{{{XML}}}lang {{{XML}}}space {{{XML}}}base {{{XML}}}id {{urn:x}}a {{{XSI}}}nil {{{XSI}}}type {{{XSI}}}schemaLocation"
).split()
# Right and wrong for every simple type that the format has: closed lists, numbers, dates, languages, countries, base64.
VALUES = [
    "",
    " ",
    "\n\t",
    "passed",
    " passed ",
    "Passed",
    "failed",
    "in-progress",
    "in progress",
    "completed",
    "Degree Programme",
    "Degree  Programme",
    "Degree",
    "Module",
    "Course",
    "Class",
    "Module group",
    "course",
    "Diploma",
    "Diploma Supplement",
    "Micro Credential",
    "Other",
    "other",
    "Letter of Nomination",
    "Thesis",
    "Bachelor",
    "Master",
    "PhD",
    "BACHELOR",
    "-",
    "EQF",
    "ects",
    "ECTS",
    "0",
    "1",
    "2",
    "3",
    "9",
    "+1",
    "01",
    "-1",
    "-0",
    "7.5",
    ".5",
    "5.",
    "7,5",
    "1e3",
    "NaN",
    "INF",
    "12345678901234567890",
    "2024-02-29",
    "2023-02-29",
    "2024-13-01",
    "2024-01-01Z",
    "2024-01-01+14:00",
    "2024-01-01+15:00",
    "24-01-01",
    "0000-01-01",
    "-0001-01-01",
    "2024-1-1",
    "01.02.2024",
    "2024-01-01T00:00:00",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:00.123456789+02:00",
    "2024-01-01T25:00:00Z",
    "2024-01-01 00:00:00",
    " 2024-01-01 ",
    "SE",
    "se",
    "XX",
    "XK",
    "GL",
    "SS",
    "UK",
    "EL",
    "SWE",
    " SE",
    "PS",
    "CN",
    "TW",
    "HK",
    "1",
    "1.1",
    "..",
    "1a",
    "A",
    "text/html",
    "data:application/pdf;base64,AAAA",
    "AAAA",
    "A AA A",
    "AAA",
    "!!!!",
    "http://x.example/",
    "not a uri %zz",
    "ftp:",
    "ä ö",
    "王小明",
    "a\nb",
]
LANGUAGES = [
    "sv",
    "EN",
    "zh-Hant",
    "no",
    "",
    "x",
    "deutsch1x",
    "toolonglanguage",
    "en_GB",
    "und",
    "i-klingon",
    "e n",
    "1a",
]
TYPES = [
    "Attachment",
    "Groups",
    "DiplomaSupplement",
    "LearningOpportunitySpecification",
    "TokenWithOptionalLang",
    "Unknown",
]


def mutated(base: etree._ElementTree, random: Random, faults: int = 1) -> etree._ElementTree:
    """A copy of the document with that many faults in it."""
    tree = deepcopy(base)
    for _ in range(faults):
        while not random.choice(MUTATORS)(tree, random):
            pass
    return tree


def _elements(tree: etree._ElementTree) -> list[etree._Element]:
    return [e for e in tree.iter() if isinstance(e.tag, str)]


def _any(tree: etree._ElementTree, random: Random) -> etree._Element:
    return random.choice(_elements(tree))


def _inner(tree: etree._ElementTree, random: Random) -> etree._Element | None:
    inner = _elements(tree)[1:]
    return random.choice(inner) if inner else None


def _leaves(tree: etree._ElementTree) -> list[etree._Element]:
    return [e for e in _elements(tree) if not len(e)]


def _namespace(element: etree._Element) -> str:
    return etree.QName(element).namespace or ""


def drop(tree: etree._ElementTree, random: Random) -> bool:
    if (element := _inner(tree, random)) is None:
        return False
    element.getparent().remove(element)
    return True


def duplicate(tree: etree._ElementTree, random: Random) -> bool:
    if (element := _inner(tree, random)) is None:
        return False
    element.addnext(deepcopy(element))
    return True


def reorder(tree: etree._ElementTree, random: Random) -> bool:
    parents = [e for e in _elements(tree) if len(e) > 1]
    if not parents:
        return False
    parent = random.choice(parents)
    parent.insert(random.randrange(len(parent)), random.choice(list(parent)))
    return True


def move(tree: etree._ElementTree, random: Random) -> bool:
    element, parent = _inner(tree, random), _any(tree, random)
    if element is None or parent in element.iter():
        return False
    parent.insert(random.randint(0, len(parent)), element)
    return True


def rename(tree: etree._ElementTree, random: Random) -> bool:
    element = _any(tree, random)
    element.tag = f"{{{_namespace(element)}}}{random.choice(NAMES)}" if _namespace(element) else random.choice(NAMES)
    return True


def other_namespace(tree: etree._ElementTree, random: Random) -> bool:
    element = _any(tree, random)
    namespace = random.choice(["", "urn:x", DS, ADDRESS, ELMO, ELMO.replace("v1", "v1.3.0"), ELMO.replace("v1", "v2")])
    element.tag = f"{{{namespace}}}{etree.QName(element).localname}" if namespace else etree.QName(element).localname
    return True


def change_value(tree: etree._ElementTree, random: Random) -> bool:
    leaves = _leaves(tree)
    random.choice(leaves).text = random.choice(VALUES)
    return bool(leaves)


def change_same_kind(tree: etree._ElementTree, random: Random) -> bool:
    """Change a leaf of a name chosen first, so that rare elements are met as often as frequent ones."""
    leaves = _leaves(tree)
    name = random.choice(sorted({e.tag for e in leaves}))
    random.choice([e for e in leaves if e.tag == name]).text = random.choice(VALUES)
    return True


def empty_text(tree: etree._ElementTree, random: Random) -> bool:
    random.choice(_leaves(tree)).text = None
    return True


def stray_text(tree: etree._ElementTree, random: Random) -> bool:
    _any(tree, random).tail = "stray" if (element := _inner(tree, random)) is not None else None
    return element is not None


def change_attribute(tree: etree._ElementTree, random: Random) -> bool:
    having = [e for e in _elements(tree) if e.attrib]
    if not having:
        return False
    element = random.choice(having)
    element.set(random.choice(list(element.attrib)), random.choice(VALUES))
    return True


def drop_attribute(tree: etree._ElementTree, random: Random) -> bool:
    having = [e for e in _elements(tree) if e.attrib]
    if not having:
        return False
    element = random.choice(having)
    del element.attrib[random.choice(list(element.attrib))]
    return True


def add_attribute(tree: etree._ElementTree, random: Random) -> bool:
    name = random.choice(ATTRIBUTES)
    value = random.choice(["true", "preserve", *TYPES]) if name.startswith(f"{{{XSI}}}") else random.choice(VALUES)
    _any(tree, random).set(name, value)
    return True


def set_language(tree: etree._ElementTree, random: Random) -> bool:
    speaking = [e for e in _elements(tree) if f"{{{XML}}}lang" in e.attrib] or _elements(tree)
    random.choice(speaking).set(f"{{{XML}}}lang", random.choice(LANGUAGES))
    return True


def set_country(tree: etree._ElementTree, random: Random) -> bool:
    places = [e for e in _elements(tree) if etree.QName(e).localname in {"country", "citizenship"}]
    if not places:
        return False
    first, second = random.choice("ABCDEGIKLMNPSTXZ"), random.choice("ABCDEGIKLMNPSTXZ")
    random.choice(places).text = first + second
    return True


def unknown_element(tree: etree._ElementTree, random: Random) -> bool:
    parent = _any(tree, random)
    namespace = random.choice([None, "urn:x", _namespace(parent) or None])
    child = etree.Element(f"{{{namespace}}}unheardOf" if namespace else "unheardOf")
    child.text = "new"
    parent.insert(random.randint(0, len(parent)), child)
    return True


def fill_extension(tree: etree._ElementTree, random: Random) -> bool:
    """Put something into an extension: other namespaces may stand there, known ones are checked, our own is refused."""
    extensions = [e for e in _elements(tree) if etree.QName(e).localname in {"extension", "introduction", "Object"}]
    if not extensions:
        return False
    known = {"Signature": DS, "KeyName": DS, "X509Data": DS, "street-address": ADDRESS, "elmo": ELMO, "title": ELMO}
    name, namespace = random.choice([*known.items(), ("anything", "urn:x"), ("anything", "")])
    child = etree.SubElement(random.choice(extensions), f"{{{namespace}}}{name}" if namespace else name)
    child.text = random.choice(["", "text"])
    if random.random() < 0.5:
        etree.SubElement(child, f"{{{ADDRESS}}}country").text = random.choice(["SE", "Sweden"])
    return True


def add_extension(tree: etree._ElementTree, random: Random) -> bool:
    element = _any(tree, random)
    extension = etree.SubElement(element, f"{{{ELMO}}}extension")
    etree.SubElement(extension, "{urn:x}note").text = "x"
    return True


def address_variant(tree: etree._ElementTree, random: Random) -> bool:
    addresses = [e for e in _elements(tree) if etree.QName(e).localname == "currentAddress"]
    if not addresses:
        return False
    names = [
        "recipientName",
        "addressLine",
        "streetName",
        "buildingNumber",
        "unit",
        "postalCode",
        "locality",
        "country",
    ]
    parts = [etree.Element(f"{{{ADDRESS}}}{random.choice(names)}") for _ in range(random.randint(0, 4))]
    if random.random() < 0.6:
        parts.sort(key=lambda part: names.index(etree.QName(part).localname))
    address = random.choice(addresses)
    address[:] = parts
    for part in parts:
        part.text = "SE"
    return True


def second_signature(tree: etree._ElementTree, random: Random) -> bool:
    signatures = [e for e in _elements(tree) if e.tag == f"{{{DS}}}Signature"]
    if not signatures:
        return False
    parent = random.choice(
        [tree.getroot(), *[e for e in _elements(tree) if etree.QName(e).localname == "diplomaSupplement"]]
    )
    parent.append(deepcopy(random.choice(signatures)))
    return True


def empty_signature(tree: etree._ElementTree, random: Random) -> bool:
    etree.SubElement(tree.getroot(), f"{{{DS}}}Signature")
    return True


MUTATORS: list[Callable[[etree._ElementTree, Random], bool]] = [
    drop, duplicate, reorder, move, rename, other_namespace, change_value, change_same_kind, empty_text, stray_text,
    change_attribute, drop_attribute, add_attribute, set_language, set_country, unknown_element, fill_extension,
    add_extension, address_variant, second_signature, empty_signature,
]  # fmt: skip
