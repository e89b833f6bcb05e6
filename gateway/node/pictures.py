"""The picture that a credential is baked into: a caller's own, or a page of what the credential says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.errors import ConfigError, RequestError
from gateway.kit.contract import Source
from gateway.node.startup import Node
from gateway.translate.baking import bake
from gateway.translate.engine import Inputs
from gateway.verify.engine import verify
from gateway.verify.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Baked:
    """A picture with a credential in it; `missing` are characters that a drawn page can't show."""

    octets: bytes
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Baker:
    """Bakes the results of one translation. `given` is the caller's picture; None: pages are drawn."""

    node: Node
    terms: Terms
    keyword: str
    given: bytes | None

    def baked(self, credential: bytes, source: Source, inputs: Inputs) -> Baked:
        """The credential in its picture, which shows what a stranger reads in it."""
        if self.given is not None:
            return Baked(octets=self._bake(self.given, credential))
        assert self.node.renderer is not None  # noqa: S101 - `baker` refused to begin without
        document = verify(credential, adapters=self.node.adapters, terms=replace(self.terms, conformity=False))
        pages = self.node.renderer.draw(document.read().record, source, replace(inputs, languages=inputs.languages[:1]))
        return Baked(octets=self._bake(pages.images[0].png, credential), missing=pages.missing)

    def _bake(self, picture: bytes, credential: bytes) -> bytes:
        return bake(picture, self.keyword, credential, limits=self.node.limits)


def baker(node: Node, terms: Terms, keyword: str, given: bytes | None, *, draft: bool) -> Baker:
    """Whoever bakes.

    Raises:
        RequestError: `picture.unsealed`: a caller's picture doesn't say that it stands on a draft.
        ConfigError: `pages.not_installed`.
    """
    if given is not None and draft:
        raise RequestError(
            "picture.unsealed",
            "got a picture for a draft, which nobody would see to be one",
            advice="leave the picture out: the page that is drawn says that it is a draft",
        )
    if given is None and node.renderer is None:
        raise ConfigError(
            "pages.not_installed",
            "a credential is baked into a page image, and nothing that draws pages is installed",
            advice="install it with: pip install 'testamur[pages]', or give a picture of your own",
        )
    return Baker(node=node, terms=terms, keyword=keyword, given=given)
