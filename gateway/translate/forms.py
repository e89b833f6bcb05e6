"""How a result is packed where its format leaves a choice: a credential with its proof inside, a token, a picture."""

from __future__ import annotations

from gateway.errors import RequestError
from gateway.kit.contract import Adapter, Draft, Form, Manifest

_TYPES = {"jwt": "application/jwt", "png": "image/png"}
_ENDINGS = {"jwt": ".jwt", "png": ".png"}


def choose_form(target: Adapter, asked: Form | None, *, usual: Form | None, draft: bool) -> Form | None:
    """The form of the results: what is asked for, else what the seal's settings say, else the format's own.

    None for formats that have one alone, and for drafts, which nothing is sealed of.

    Raises:
        RequestError: `request.no_such_form`, `request.form_unsealed`.
    """
    forms = target.manifest.forms
    if asked is not None and asked not in forms:
        raise RequestError(
            "request.no_such_form",
            f"got the form {asked!r}, and documents of {target.manifest.id!r} have {_told(target.manifest)}",
            advice="leave the form out, or translate for another system: `testamur adapters list` shows them",
        )
    if draft and asked == "jwt":
        raise RequestError(
            "request.form_unsealed",
            "got the form 'jwt' for a draft, and a token is a seal",
            advice="leave --unsealed out, or take the form 'json'",
        )
    if draft:
        return "png" if asked == "png" else None
    if asked is not None or not forms:
        return asked
    return usual if usual in forms else forms[0]


def packed_type(draft: Draft, form: Form | None) -> str:
    """The media type of a result in that form."""
    return _TYPES.get(form or "", draft.media_type)


def packed_extension(draft: Draft, form: Form | None) -> str:
    """The ending of the name of its file, with its dot."""
    return _ENDINGS.get(form or "", "." + draft.extension.removeprefix("."))


def _told(manifest: Manifest) -> str:
    return f"{', '.join(manifest.forms)}" if manifest.forms else "no choice of forms"
