"""Whether an ELMO document keeps its format's rules: the schema, and the rules that no schema can tell.

Conformity never touches the verdict: genuine sealed files deviate from their own schema. Findings are PASSED, WARNING
or NOT_CHECKED, and hold places and names of elements, never a value of the document.

The rules are those of the annotations in the official schema 1.7 (elmo-schemas, EUPL), one function each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import islice

from lxml import etree

from adapters.elmo import names
from adapters.elmo.schema import Fault, faults
from gateway.kit.xml_cursor import XmlReading, collapsed
from gateway.model.verdict import Finding, Status

MOST = 50
"""No check lists more deviations than this of one document."""

Deviation = tuple[etree._Element, str]  # noqa: SLF001 - the class has no other name


def check(tree: etree._ElementTree) -> tuple[Finding, ...]:
    """The findings on one document: each check passes, warns (at most 50 times) or says that it wasn't made."""
    elmo = Elmo(tree)
    findings = [*_namespace(elmo), *_schema(elmo)]
    for name, meaning, rule in RULES:
        found = list(islice(rule(elmo), MOST))
        check = f"conformity.elmo.{name}"
        if not found:
            findings.append(_passed(check, meaning))
        findings += [_warning(check, elmo.place(element), sentence) for element, sentence in found]
    return tuple(findings)


class Elmo:
    """The tree, and its elements by local name, gathered in one pass."""

    def __init__(self, tree: etree._ElementTree) -> None:
        self.tree = tree
        self.namespace = etree.QName(tree.getroot()).namespace or ""
        self._prefix = f"{{{self.namespace}}}" if self.namespace else ""
        self._opportunity = self._tag("learningOpportunitySpecification")
        self._reports = self._tag("report"), self._tag("recognitionReport")
        self._places = XmlReading(tree, frozenset())
        self._kinds: dict[etree._Element | None, str] = {None: ""}
        self._report_around: dict[etree._Element, etree._Element | None] = {}
        tagged: defaultdict[str, list[etree._Element]] = defaultdict(list)
        for element in tree.iter(etree.Element):
            tagged[element.tag].append(element)
        self._named = {
            name: elements
            for tag, elements in tagged.items()
            if tag.startswith(self._prefix) and "}" not in (name := tag.removeprefix(self._prefix))
        }

    def all(self, name: str) -> list[etree._Element]:
        """Every element of a local name, in order."""
        return self._named.get(name, [])

    @property
    def local_names(self) -> list[str]:
        """The local names met."""
        return list(self._named)

    def child(self, parent: etree._Element, name: str) -> etree._Element | None:
        """The first child of a local name."""
        return next(parent.iterchildren(self._tag(name)), None)

    def children(self, parent: etree._Element, name: str) -> list[etree._Element]:
        """The children of a local name."""
        return list(parent.iterchildren(self._tag(name)))

    def token(self, parent: etree._Element, name: str) -> str:
        """The text of the first child of a name, white space collapsed; "" when there is none."""
        child = self.child(parent, name)
        return "" if child is None else token(child)

    def opportunities(self, element: etree._Element) -> Iterator[etree._Element]:
        """The learning opportunities around an element, the nearest first."""
        return element.iterancestors(self._opportunity)

    def report(self, element: etree._Element) -> etree._Element | None:
        """The report around an element, also one that a recognition rests on; the same for all in one parent."""
        over = element.getparent()
        if over is None:
            return None
        if over not in self._report_around:
            found = over if over.tag in self._reports else next(over.iterancestors(*self._reports), None)
            self._report_around[over] = found
        return self._report_around[over]

    def _tag(self, name: str) -> str:
        return self._prefix + name

    def place(self, element: etree._Element) -> str:
        """Where an element stands."""
        return self._places.place(element)

    def opportunity(self, element: etree._Element) -> etree._Element | None:
        """The learning opportunity around an element."""
        return next(self.opportunities(element), None)

    def is_opportunity(self, element: etree._Element) -> bool:
        """Whether an element is a learning opportunity."""
        return element.tag == self._opportunity

    def kind(self, opportunity: etree._Element | None) -> str:
        """The type of a learning opportunity, "" where it has none."""
        if opportunity is not None and opportunity not in self._kinds:
            self._kinds[opportunity] = self.token(opportunity, "type")
        return self._kinds[opportunity]


def token(element: etree._Element) -> str:
    """An element's text with white space collapsed."""
    return collapsed(element.text or "")


@cache
def _passed(check: str, meaning: str) -> Finding:
    """The finding of a rule that is kept: made once, for its words are the rule's."""
    return Finding(check=check, status=Status.PASSED, explanation=meaning)


def _warning(check: str, place: str, sentence: str) -> Finding:
    return Finding(check=check, status=Status.WARNING, about=place, explanation=sentence)


def _namespace(elmo: Elmo) -> list[Finding]:
    check = "conformity.elmo.namespace"
    if elmo.namespace in (names.V1, names.V2):
        return [_passed(check, "The namespace is one of ELMO.")]
    got = f"got the namespace {elmo.namespace!r}" if elmo.namespace else "got no namespace"
    return [_warning(check, elmo.place(elmo.tree.getroot()), f"{got}, expected {names.V1!r}")]


def _schema(elmo: Elmo) -> list[Finding]:
    check = "conformity.elmo.schema"
    if elmo.namespace != names.V1:
        sentence = "There is a schema for ELMO 1.x in its own namespace only."
        return [Finding(check=check, status=Status.NOT_CHECKED, explanation=sentence)]
    found: list[Fault] = faults(elmo.tree, MOST)
    if not found:
        return [_passed(check, "The document follows the schema of ELMO 1.7.")]
    return [_warning(check, elmo.place(fault.element), fault.sentence) for fault in found]


# --- the rules, in the order of the facts ----------------------------------------------------------------------------


def one_learner(elmo: Elmo) -> Iterator[Deviation]:
    """All reports are about one learner, who stands once, under the root."""
    for learner in elmo.all("learner"):
        if learner.getparent() is not elmo.tree.getroot() or learner is not elmo.all("learner")[0]:
            yield learner, "got another learner here, expected one learner for all reports, under the root"


def local_identifier(elmo: Elmo) -> Iterator[Deviation]:
    """A local identifier is unique among an issuer's opportunities of one type; without a type, by itself."""
    seen: dict[tuple[object, ...], set[str]] = {}
    issuers: dict[etree._Element | None, tuple[str, ...]] = {}
    for identifier in elmo.all("identifier"):
        opportunity = identifier.getparent()
        if identifier.get("type") != "local" or opportunity is None or not elmo.is_opportunity(opportunity):
            continue
        report = elmo.report(opportunity)
        if report not in issuers:
            issuers[report] = _issuer(elmo, report)
        kind, kinds = elmo.kind(opportunity), seen.setdefault((issuers[report], token(identifier)), set())
        if kind in kinds or (kinds and "" in (kind, *kinds)):
            yield (
                identifier,
                "got a local identifier that another opportunity of this issuer has too: ask the issuer",
            )
        kinds.add(kind)


def _issuer(elmo: Elmo, report: etree._Element | None) -> tuple[str, ...]:
    issuer = None if report is None else elmo.child(report, "issuer")
    if report is None or issuer is None:
        return ()
    return tuple(token(i) for i in elmo.children(issuer, "identifier")) or (elmo.place(report),)


def nesting(elmo: Elmo) -> Iterator[Deviation]:
    """Degree Programme, Module, Course, Class stand inside each other in this order; a degree may hold a degree."""
    for wrapper in elmo.all("hasPart"):
        outer = elmo.kind(elmo.opportunity(wrapper))
        for part in elmo.children(wrapper, "learningOpportunitySpecification") if outer else ():
            kind = elmo.kind(part)
            if outer == "Class" and kind:
                yield part, f"got a {_kind(kind)} inside a Class, expected no type there"
            elif outer in names.OPPORTUNITY_KINDS and kind in names.OPPORTUNITY_KINDS and not _may_hold(outer, kind):
                yield part, f"got a {kind} inside a {outer}, expected the order {', '.join(names.OPPORTUNITY_KINDS)}"


def _kind(kind: str) -> str:
    return kind if kind in names.OPPORTUNITY_KINDS else "typed part"


def _may_hold(outer: str, inner: str) -> bool:
    order = names.OPPORTUNITY_KINDS
    return order.index(outer) < order.index(inner) or outer == inner == "Degree Programme"


def credits_once(elmo: Elmo) -> Iterator[Deviation]:
    """ECTS credits stand on an opportunity or on its parts, not on both."""
    schemes = (scheme for scheme in elmo.all("scheme") if token(scheme).casefold() == "ects")
    having = dict.fromkeys(opportunity for s in schemes if (opportunity := elmo.opportunity(s)) is not None)
    for opportunity in having:
        if any(outer in having for outer in elmo.opportunities(opportunity)):
            yield opportunity, "got ECTS credits inside an opportunity that has ECTS credits itself: don't add them up"


def credit_value(elmo: Elmo) -> Iterator[Deviation]:
    """Nobody earns fewer credits than none."""
    for credit in elmo.all("credit"):
        if elmo.token(credit, "value").startswith("-"):
            yield credit, "got negative credits, expected none or more: ask the issuer what was meant"


_ALL = Decimal(100)


def shortened_grading(elmo: Elmo) -> Iterator[Deviation]:
    """The three shares of a shortened grading are about 100 per cent together; never are all others lower."""
    for grading in elmo.all("shortenedGrading"):
        try:
            shares = [Decimal(elmo.token(grading, f"percentage{which}")) for which in ("Lower", "Equal", "Higher")]
        except InvalidOperation:
            continue  # the schema's business
        if abs(sum(shares, Decimal()) - _ALL) > 1:
            yield grading, "got shares that aren't about 100 per cent together"
        if shares[0] == _ALL:
            yield grading, "got 100 per cent of lower results, which can't be: the learner is counted too"


def grading_scheme(elmo: Elmo) -> Iterator[Deviation]:
    """A grading scheme that an instance names stands in the same report."""
    known: dict[etree._Element | None, set[str]] = {}
    for scheme in elmo.all("gradingScheme"):
        known.setdefault(scheme.getparent(), set()).add(collapsed(scheme.get("localId", "")))
    for reference in elmo.all("gradingSchemeLocalId"):
        if token(reference) not in known.get(elmo.report(reference), ()):
            yield reference, "got the local id of a grading scheme that isn't in this report"


def attachment_reference(elmo: Elmo) -> Iterator[Deviation]:
    """An attachment that an instance names is in the document."""
    known = {token(i) for attachment in elmo.all("attachment") for i in elmo.children(attachment, "identifier")}
    for attachments in elmo.all("attachments"):
        for reference in elmo.children(attachments, "ref"):
            if token(reference) not in known:
                yield reference, "got a reference to an attachment that isn't in the document"


def group_reference(elmo: Elmo) -> Iterator[Deviation]:
    """A group that an instance names is in the document; ids are unique among the groups of one type."""
    groups: dict[str, set[str]] = {}
    for group_type in elmo.all("groupType"):
        known = groups.setdefault(group_type.get("id", ""), set())
        for group in elmo.children(group_type, "group"):
            if group.get("id") in known:
                yield group, "got the id of a group twice in one group type"
            known.add(group.get("id", ""))
    for grouping in elmo.all("grouping"):
        if grouping.get("idref", "") not in groups.get(grouping.get("typeref", ""), set()):
            yield grouping, "got a reference to a group that isn't in the document"


_TAGS = (
    "a|abbr|b|big|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|script|small|span|strong|style|sub|sup|t[dhr]|u|ul"
)
_MARKUP = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!\[CDATA\[|&(?:#\d+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
_TEXTS = (
    *("title", "description", "resultLabel", "givenNames", "familyName", "birthName"),
    *("placeOfBirth", "alternativeName", "scheme", "grouping", "additionalInformation"),
)


def plain_text(elmo: Elmo) -> Iterator[Deviation]:
    """Texts are plain: markup may stand in descriptionHtml alone."""
    for name in _TEXTS:
        for element in elmo.all(name):
            text = element.text or ""
            if ("<" in text or "&" in text) and _MARKUP.search(text):
                yield element, "got markup in a plain text"


def attachment_form(elmo: Elmo) -> Iterator[Deviation]:
    """Attachments are PDF; a transcript of records stands inside a report, an EMREX transcript outside."""
    for attachment in elmo.all("attachment"):
        for content in elmo.children(attachment, "content"):
            if not (content.text or "").lstrip().startswith("data:application/pdf;base64,"):
                yield content, "got content that isn't a PDF in a data URI: receivers may ignore it"
        kind, parent = elmo.token(attachment, "type"), attachment.getparent()
        outside = parent is elmo.tree.getroot()
        if kind == "EMREX transcript" and not outside:
            yield attachment, "got an EMREX transcript here, expected it outside the reports: it is of the whole file"
        if kind == "Transcript of Records" and outside:
            yield attachment, "got a Transcript of Records here, expected it in the report of its institution"


def credit_scheme(elmo: Elmo) -> Iterator[Deviation]:
    """The scheme of ECTS credits is written "ects"; other spellings are understood all the same."""
    for scheme in elmo.all("scheme"):
        if token(scheme) != "ects" and token(scheme).casefold() == "ects":
            yield scheme, 'got the ECTS credit scheme in another spelling, expected "ects"'


def unknown_element(elmo: Elmo) -> Iterator[Deviation]:
    """Every element is known; an unknown one is ignored, as the format asks, and listed among the losses."""
    for name in elmo.local_names:
        if name not in names.ELEMENTS:
            for element in elmo.all(name):
                yield element, "got an element that ELMO doesn't have: it is ignored"


def signature_reference(elmo: Elmo) -> Iterator[Deviation]:
    """A seal has one reference, to the whole document (URI=""), and carries its certificate."""
    for seal in elmo.tree.getroot().findall(f"{{{names.DS}}}Signature"):
        references = seal.findall(f"{{{names.DS}}}SignedInfo/{{{names.DS}}}Reference")
        if len(references) != 1 or references[0].get("URI") != "":
            yield seal, 'got a seal with other references than one to the whole document (URI="")'
        if seal.find(f"{{{names.DS}}}KeyInfo/{{{names.DS}}}X509Data/{{{names.DS}}}X509Certificate") is None:
            yield seal, "got a seal without its certificate"


def term_of_course(elmo: Elmo) -> Iterator[Deviation]:
    """An academic term is told of courses, not of whole degree programmes."""
    for term in elmo.all("academicTerm"):
        if elmo.kind(elmo.opportunity(term)) == "Degree Programme":
            yield term, "got one academic term for a degree programme, expected it on courses"


def empty_country(elmo: Elmo) -> Iterator[Deviation]:
    """A country that isn't known is left out, never written as an empty element."""
    for name in ("country", "citizenship", "countryOfBirth"):
        for country in elmo.all(name):
            if not token(country):
                yield country, "got an empty country, expected no element when it isn't known"


Rule = Callable[[Elmo], Iterator[Deviation]]

RULES: tuple[tuple[str, str, Rule], ...] = tuple(
    (rule.__name__, (rule.__doc__ or "").strip(), rule)
    for rule in (
        one_learner,
        local_identifier,
        nesting,
        credits_once,
        credit_value,
        shortened_grading,
        grading_scheme,
        attachment_reference,
        group_reference,
        plain_text,
        attachment_form,
        credit_scheme,
        unknown_element,
        signature_reference,
        term_of_course,
        empty_country,
    )
)
"""Name, meaning and function of each rule: rule 7 of the facts is three of them, rule 9 one with two halves."""
