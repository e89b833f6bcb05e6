"""Reading the results of a credential: grades, and whether something was achieved, failed or is under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from adapters.openbadges import terms
from adapters.openbadges.nodes import Nodes, enter, node_id, text
from gateway.kit.json_cursor import JsonCursor
from gateway.model.leaves import keys
from gateway.model.record import Assessment, Code, GradingScheme
from gateway.model.texts import Text

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
        grade = self._grade(result, described)
        if not grade and stated is None:
            return None
        kind, scheme = None, None
        if described is not None:
            result.skip("resultDescription")
            kind, scheme = _type(described), self._scheme(described)
        made = Assessment(
            grade=grade,
            status=stated,
            scheme=scheme,
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

    def _grade(self, result: JsonCursor, described: JsonCursor | None) -> Text:
        grade = text(result, "value", self._language)
        if grade or described is None:
            return grade
        levels = [one for one in described.each("rubricCriterionLevel") if "id" in one.value]
        found = next((one for one in levels if one.value["id"] == result.value.get("achievedLevel")), None)
        if found is None:
            return {}
        result.skip("achievedLevel")
        found.skip("id")
        enter(found, "rubricCriterionLevel")
        return text(found, "name", self._language)

    def _scheme(self, described: JsonCursor) -> str | None:
        """Note what describes a result as a grading scheme once, and give its key in the report."""
        enter(described, "resultDescription")
        allowed = described.scalars("allowedValue")
        if allowed:
            described.note("approximated", "allowedValue", detail="the values from low to high became one text")
        copied = described.value.get("name") == described.value.get("resultType")
        name = text(described, "name", self._language)
        scheme = GradingScheme(
            identifiers=node_id(described),
            title={} if copied else name,
            description={self._language: ", ".join(allowed)} if allowed else {},
        )
        if scheme == GradingScheme():
            return None
        if scheme not in self._schemes:
            self._schemes.append(self._nodes.made(scheme, described))
        return keys(self._schemes)[self._schemes.index(scheme)]


def _type(described: JsonCursor) -> str | None:
    kind = described.scalar("resultType")
    return None if kind in (None, ORDINARY) else terms.without_extension(kind or "")
