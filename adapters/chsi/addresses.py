"""Addresses of the register: which are its own, and where a report is asked for.

Nothing that a document names is ever followed: the address is made here, and the code is posted, so that no address
that anybody keeps or logs holds it.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from adapters.chsi.numbers import verification_code

HOST = "www.chsi.com.cn"
ASK = f"https://{HOST}/xlcx/bg.do"
"""Where the online check answers; the fields `vcode` and `srcid` are posted."""

_PATHS = ("/xlcx/bg.do", "/xlcx/rhsq.jsp")


def fault_of(url: str) -> str:
    """Why an address isn't one of the register's online check; "" where it is."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "can't be read as an address"
    if "@" in parts.netloc:
        return "hides its host behind a user's name"
    if not host.isascii() or "xn--" in host:
        return "has a host of other letters than ASCII, which look alike"
    if host != HOST or port not in (None, 443):
        return f"is of another host than {HOST}"
    if parts.scheme != "https":
        return "isn't https"
    if parts.path not in _PATHS:
        return "is of another page than the online check"
    codes = [value for name, value in parse_qsl(parts.query, keep_blank_values=True) if name == "vcode"]
    if len(codes) != 1:
        return "names no verification code, or several"
    return "" if verification_code(codes[0]) is not None else "names a verification code that can't be one"
