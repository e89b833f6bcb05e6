"""What a translation couldn't carry as it was.

The laws that hold this list against the truth are in `gateway.kit.laws`; design and rulings in docs/no-silent-loss.md.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.model.noun import Noun

Stage = Literal["read", "convert", "write", "policy"]
Kind = Literal["dropped", "approximated", "moved", "assumed", "converted"]


class Loss(Noun):
    """One thing that was lost, changed or invented on the way.

    path     where in the record (see gateway.model.leaves); empty for what never reached it
    source   the place in the source document: `/elmo/report[1]/title[2]/@lang`, or an RFC 6901 pointer
    target   the place in the result
    from_    the value as it was, `to` as it is now (document content: protected like the document)
    to_path  where a moved value stands now
    detail   why, in plain words without personal data
    """

    stage: Stage
    kind: Kind
    path: str = ""
    source: str = ""
    target: str = ""
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    to_path: str = ""
    detail: str = ""
