"""Reading the results of a credential: grades, and whether something was achieved, failed or is under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from adapters.openbadges import terms
from adapters.openbadges.nodes import Nodes, enter, node_id, text
from gateway.kit.json_cursor import JsonCursor
from gateway.model.leaves import keys
from gateway.model.record import Assessment, Code, GradingScheme, ScaleLevel

Status = Literal["passed", "failed", "in-progress", "interrupted", "left"]
STATUSES: Mapping[str, Status] = {
    "Completed": "passed",
    "Failed": "failed",
    "Enrolled": "in-progress",
    "InProgress": "in-progress",
    "OnHold": "interrupted",
    "Withdrew": "left",
}
"""ResultStatusType; `Provisional` says nothing about whether it was achieved."""

ORDINARY = "Result"
"""The type of a result that says nothing more."""


class Results:
    """The results of one credential, with what describes them."""

    def __init__(
        self, nodes: Nodes, schemes: list[GradingScheme], subject: JsonCursor, achievement: JsonCursor, language: str
    ) -> None:
        self._nodes = nodes
        self._schemes = schemes
        self._results = subject.each("result")
        self._described = {str(found.value.get("id")): found for found in achievement.each("resultDescription")}
        self._language = language

    def status(self) -> Status:
        """Whether it was achieved: a failed result counts before one under way, and that before a completed one."""
        said = [STATUSES.get(str(result.value.get("status"))) for result in self._results]
        unachieved = [status for status in said if status is not None and status != "passed"]
        return "failed" if "failed" in said else unachieved[0] if unachieved else "passed"

    def assessments(self) -> tuple[Assessment, ...]:
        """Each result that says more than whether it was achieved."""
        status = self.status()
        made = [self._assessment(enter(result, "result"), status) for result in self._results]
        return tuple(one for one in made if one is not None)

    def _assessment(self, result: JsonCursor, status: Status) -> Assessment | None:
        described = self._described.get(str(result.value.get("resultDescription")))
        stated = self._own_status(result, status)
        level = self._level_reached(result, described)
        grade = text(result, "value", self._language) or ({} if level is None else self._levels(described)[level].title)
        if not grade and stated is None:
            return None
        kind, scheme = None, None
        if described is not None:
            result.skip("resultDescription")
            kind, scheme = _type(described), self._scheme(described)
        if level is not None:
            result.skip("achievedLevel")
        made = Assessment(
            grade=grade,
            status=stated,
            scheme=scheme,
            level=None if level is None else keys(self._levels(described))[level],
            alignments=self._nodes.aligned(result, self._language),
            kinds=() if kind is None else (Code(scheme=terms.RESULT_TYPE, value=kind),),
        )
        return self._nodes.made(made, result)

    def _own_status(self, result: JsonCursor, status: Status) -> Code | None:
        """The status of a result where it isn't that of the whole."""
        said = result.scalar("status")
        if said == "InProgress":
            result.note("approximated", "status", **{"from": said}, detail="under way, as Enrolled is")
        if said is None or STATUSES.get(said) == status:
            return None
        return Code(scheme=terms.RESULT_STATUS, value=said)

    def _level_reached(self, result: JsonCursor, described: JsonCursor | None) -> int | None:
        """The number of the level that a result names, among those of its description."""
        named = result.value.get("achievedLevel")
        if described is None or named is None:
            return None
        names = [one.value.get("id") for one in described.each("rubricCriterionLevel")]
        return names.index(named) if named in names else None

    def _levels(self, described: JsonCursor | None) -> tuple[ScaleLevel, ...]:
        """The levels of a scale; what marks the least that passes is the id of one of them."""
        several = [] if described is None else described.each("rubricCriterionLevel")
        least = None if described is None else described.value.get("requiredLevel")
        return tuple(
            self._level(found, is_least=least is not None and found.value.get("id") == least) for found in several
        )

    def _level(self, cursor: JsonCursor, *, is_least: bool) -> ScaleLevel:
        enter(cursor, "rubricCriterionLevel")
        made = ScaleLevel(
            identifiers=node_id(cursor),
            title=text(cursor, "name", self._language),
            description=text(cursor, "description", self._language),
            rank=cursor.scalar("level"),
            points=cursor.scalar("points"),
            required=True if is_least else None,
            alignments=self._nodes.aligned(cursor, self._language),
        )
        return self._nodes.made(made, cursor)

    def _scheme(self, described: JsonCursor) -> str | None:
        """Note what describes a result as a grading scheme once, and give its key in the report."""
        enter(described, "resultDescription")
        copied = described.value.get("name") == described.value.get("resultType")
        name = text(described, "name", self._language)
        levels = self._levels(described)
        if any(level.required for level in levels):
            described.skip("requiredLevel")
        scheme = GradingScheme(
            identifiers=node_id(described),
            title={} if copied else name,
            values=tuple(described.scalars("allowedValue")),
            minimum=described.scalar("valueMin"),
            maximum=described.scalar("valueMax"),
            required=described.scalar("requiredValue"),
            levels=levels,
            alignments=self._nodes.aligned(described, self._language),
        )
        if scheme == GradingScheme():
            return None
        if scheme not in self._schemes:
            self._schemes.append(self._nodes.made(scheme, described))
        return keys(self._schemes)[self._schemes.index(scheme)]


def _type(described: JsonCursor) -> str | None:
    kind = described.scalar("resultType")
    return None if kind in (None, ORDINARY) else terms.without_extension(kind or "")
