"""Reading whole documents: a badge, a learner record with the credentials and the graph inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from adapters.openbadges import credentials, learners, terms
from adapters.openbadges.graph import Graph
from adapters.openbadges.nodes import Nodes, enter, text, when
from adapters.openbadges.studies import Around, Studies, has_achievement
from gateway.errors import Refused
from gateway.kit.contract import Reading
from gateway.kit.json_cursor import JsonCursor, JsonReading
from gateway.kit.json_facts import remember
from gateway.kit.telling import Origins
from gateway.model.document import DocumentFacts
from gateway.model.leaves import key_of
from gateway.model.record import Achievement, Enrolment, Learner, Organisation, Record, Relation, Report, Study


def read_badge(value: Mapping[str, Any], origins: Origins | None = None) -> Reading:
    """Read a credential about one achievement.

    Raises:
        Refused: `openbadges.no_achievement` for one that states none, such as an endorsement.
    """
    reading, nodes = JsonReading(value), Nodes(origins)
    root = reading.root
    if not has_achievement(root):
        raise Refused(
            "openbadges.no_achievement",
            "got a credential that states no achievement, expected one at /credentialSubject/achievement",
            advice="Endorsements are about a badge or an issuer, not about a learner: they have nothing to translate.",
        )
    facts = credentials.facts(root)
    around = _around(root, facts, [root])
    studies = Studies(nodes)
    subject = root.one("credentialSubject")
    study = studies.study(root, around)
    report = _report(root, around, studies, [study])
    learner = Learner() if subject is None else learners.learner(subject, nodes)
    return Reading(record=Record(learner=learner, reports=(report,)), document=facts, losses=reading.finish().losses)


def read_clr(value: Mapping[str, Any], origins: Origins | None = None) -> Reading:
    """Read a Comprehensive Learner Record.

    Raises:
        Refused: `clr.no_subject` where it is about nobody.
    """
    reading, nodes = JsonReading(value), Nodes(origins)
    root = reading.root
    subject = root.one("credentialSubject")
    if subject is None:
        raise Refused("clr.no_subject", "got no credentialSubject, expected one object at /credentialSubject")
    facts = credentials.facts(root)
    inside = [one for one in subject.each("verifiableCredential") if terms.is_badge(one.value) and has_achievement(one)]
    around = _around(root, facts, inside)
    learner = _learner(subject, inside, nodes)
    studies = Studies(nodes)
    for one in inside:
        _facts_inside(one, facts)
    graph = Graph(subject, inside)
    made = _tree(graph, studies, around)
    report = _report(root, around, studies, [made[n] for n in graph.roots])
    relations = tuple(_relation(found, graph, made, nodes) for found in graph.others)
    return Reading(
        record=Record(learner=learner, reports=(report,), relations=relations),
        document=facts,
        losses=reading.finish().losses,
    )


def _tree(graph: Graph, studies: Studies, around: Around) -> dict[int, Study]:
    """Each credential as a study with its parts, the innermost first."""
    made: dict[int, Study] = {}
    for n in graph.innermost_first:
        parts = tuple(made[child] for child in graph.children[n])
        made[n] = studies.study(graph.credentials[n], around, parts)
    return made


def _relation(found: tuple[JsonCursor, int, int], graph: Graph, made: dict[int, Study], nodes: Nodes) -> Relation:
    association, source, target = found
    kind = graph.take(association)
    return nodes.made(Relation(kind=kind, source=key_of(made[source]), target=key_of(made[target])), association)


def _facts_inside(credential: JsonCursor, facts: DocumentFacts) -> None:
    """What a credential inside says of itself as a file: proofs, status, schemas, its id."""
    for name in credentials.ABOUT_THE_FILE:
        remember(credential, name, dict_of(facts))


def dict_of(facts: DocumentFacts) -> dict[str, str]:
    """The further facts of a document, while it is being read."""
    if not isinstance(facts.other, dict):
        raise TypeError("the facts of a document that is being read are a dict")
    return facts.other


# --- who reports -----------------------------------------------------------------------------------------------------


def _around(root: JsonCursor, facts: DocumentFacts, inside: list[JsonCursor]) -> Around:
    issuer = facts.issuer or Organisation()
    derived = facts.derived is not None
    start, end = (
        next((root.value[name] for name in names if name in root.value), None)
        for names in (credentials.STARTS, credentials.ENDS)
    )
    alone = inside == [root]
    return Around(
        reporter=_reporter(issuer, inside) if derived else issuer,
        issuer=root.value.get("issuer"),
        issued=start,
        expires=None if alone else end,
        derived=derived,
    )


def _reporter(issuer: Organisation, inside: list[JsonCursor]) -> Organisation:
    """Who reports in a translation: the commonest creator, the first of several."""
    apart = [JsonReading(one.value).root for one in inside]  # what is read to count isn't taken by it
    achievements = [
        found for one in apart for subject in one.each("credentialSubject") for found in subject.each("achievement")
    ]
    bodies = [body for found in achievements for body in Nodes().issuers(found, "creator")]
    counted = Counter(body.model_dump_json() for body in bodies)
    return max(bodies, key=lambda body: counted[body.model_dump_json()], default=issuer)


def _report(root: JsonCursor, around: Around, studies: Studies, made: list[Study]) -> Report:
    is_clr = terms.CLR in terms.types_of(root.value)
    issuer = credentials.issuer_of(root, studies.nodes)
    reporter = around.reporter if around.derived or issuer is None else issuer
    issued = (when(root, "awardedDate") if is_clr else None) or _start(root)
    report = Report(
        issuer=reporter,
        issued=issued,
        title=text(root, "name") if is_clr else {},
        description=text(root, "description") if is_clr else {},
        valid_until=next((found for name in credentials.ENDS if (found := when(root, name)) is not None), None),
        achievements=tuple(one for one in made if isinstance(one, Achievement)),
        enrolments=tuple(one for one in made if isinstance(one, Enrolment)),
        grading_schemes=tuple(studies.schemes),
    )
    return studies.nodes.made(report, root, "report")


def _start(root: JsonCursor) -> str | None:
    return next((found for name in credentials.STARTS if (found := when(root, name)) is not None), None)


# --- the learner -----------------------------------------------------------------------------------------------------


def _learner(subject: JsonCursor, inside: list[JsonCursor], nodes: Nodes) -> Learner:
    """The learner of the whole; where the subject of the whole says nothing, that of the first credential inside."""
    subjects = [found for one in inside for found in one.each("credentialSubject")]
    enter(subject, "credentialSubject")
    first = subject if learners.says_who(subject) else next(iter(subjects), subject)
    for one in subjects:
        if one is not first:
            learners.skip_copies(one, first)
    return learners.learner(first, nodes)
