"""A fictional learner's ELMO 1.7, for tests of whole translations."""

from __future__ import annotations

ELMO = "https://github.com/emrex-eu/elmo-schemas/tree/v1"


def elmo(courses: int = 3, *, institutions: tuple[str, ...] = ("University of Examplia",), grade: str = "8") -> bytes:
    """A degree with courses, one report for each institution; the first course has the grade given."""
    reports = "".join(_report(name, courses, grade) for name in institutions)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<elmo xmlns="{ELMO}">
  <generatedDate>2026-02-03T04:05:06Z</generatedDate>
  <learner>
    <citizenship>FI</citizenship>
    <givenNames>Élodie Eleni</givenNames><familyName>Nemo</familyName><bday>2001-02-03</bday>
  </learner>{reports}
</elmo>
""".encode()


def _report(name: str, courses: int, grade: str) -> str:
    parts = "".join(_course(n, grade if n == 1 else str(n % 5 + 4)) for n in range(1, courses + 1))
    return f"""
  <report>
    <issuer><country>FI</country><identifier type="schac">examplia.example</identifier>
      <title xml:lang="en">{name}</title><url>https://examplia.example/</url></issuer>
    <learningOpportunitySpecification>
      <identifier type="local">BSC</identifier>
      <title xml:lang="en">Bachelor of Examples</title><title xml:lang="el">Πτυχίο Παραδειγμάτων</title>
      <type>Degree Programme</type>
      <specifies><learningOpportunityInstance>
        <start>2022-09-01</start><date>2025-06-15</date><status>passed</status>
        <credit><scheme>ects</scheme><value>{courses * 5}</value></credit>
        <languageOfInstruction>en</languageOfInstruction>
      </learningOpportunityInstance></specifies>{parts}
    </learningOpportunitySpecification>
    <issueDate>2026-02-03T04:05:06Z</issueDate>
  </report>"""


def _course(number: int, grade: str) -> str:
    return f"""
      <hasPart><learningOpportunitySpecification>
        <identifier type="local">EX-{number:03}</identifier>
        <title xml:lang="en">Course {number} &amp; practice</title><title xml:lang="el">Μάθημα {number}</title>
        <type>Course</type>
        <specifies><learningOpportunityInstance>
          <date>2024-06-0{number % 9 + 1}</date><status>passed</status>
          <resultLabel>{grade}</resultLabel>
          <credit><scheme>ects</scheme><value>5</value></credit>
        </learningOpportunityInstance></specifies>
      </learningOpportunitySpecification></hasPart>"""
