"""All settings of a node."""

from __future__ import annotations

from pydantic import model_validator

from gateway.drivers.processes import ProcessLimits
from gateway.drivers.reach import Reach
from gateway.model.verdict import SubIndication
from gateway.node.settings.delivery import (
    DeliverySection,
    HandOverSection,
    NodeSection,
    PeerSection,
    ReceiveSection,
    RetentionSection,
)
from gateway.node.settings.online import OnlineSection
from gateway.node.settings.section import Section
from gateway.node.settings.translation import (
    AdaptersSection,
    LimitsSection,
    PolicySection,
    SealSection,
    TrustSection,
    WorkSection,
)
from gateway.readers.limits import Limits
from gateway.translate.sealing import Sealable


class Settings(Section):
    """All settings of a node."""

    node: NodeSection
    seal: tuple[SealSection, ...] = ()
    trust: tuple[TrustSection, ...] = ()
    adapters: AdaptersSection = AdaptersSection()
    policy: PolicySection = PolicySection()
    limits: LimitsSection = LimitsSection()
    work: WorkSection = WorkSection()
    online: OnlineSection = OnlineSection()
    peer: tuple[PeerSection, ...] = ()
    delivery: DeliverySection = DeliverySection()
    receive: ReceiveSection = ReceiveSection()
    hand_over: HandOverSection = HandOverSection()
    retention: RetentionSection = RetentionSection()

    @model_validator(mode="after")
    def _each_kind_once(self) -> Settings:
        kinds = [kind for seal in self.seal for kind in seal.profiles]
        twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
        if twice:
            message = f"seal: got {', '.join(twice)} more than once in `for`, expected each kind of seal once"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _each_peer_once(self) -> Settings:
        ids = [self.node.id, *(peer.id for peer in self.peer)]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            message = f"peer: got the id {', '.join(twice)} more than once, expected one node for each participant"
            raise ValueError(message)
        return self

    def bounds(self) -> Limits:
        """The limits as the readers know them."""
        return Limits(**self.limits.model_dump())

    def work_limits(self) -> ProcessLimits:
        """What one job may use."""
        work = self.work
        return ProcessLimits(wall_seconds=work.seconds, cpu_seconds=work.cpu_seconds, memory_bytes=work.memory_bytes)

    def reach(self) -> Reach | None:
        """Whom questions may go to; None: nobody is asked."""
        return Reach(**self.online.model_dump(exclude={"attested"})) if self.online.hosts else None

    def sealable(self) -> Sealable:
        """Adapter id to the sub-indications that this node's policy lets pass."""
        named: dict[str, frozenset[SubIndication]] = {}
        for entry in self.policy.seal_indeterminate:
            named[entry.adapter] = named.get(entry.adapter, frozenset()) | frozenset(entry.sub_indications)
        return named
