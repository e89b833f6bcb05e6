"""China's register, simulated: what its online check answers, as far as public readers of its pages tell.

It answers codes that are posted, or stand in the query: with a report (in the form of today, or the older one that
shows the name as a picture), with the errors that the register has, or with the question for a person. Every page says
that it is a sample, so that whatever is judged by one says so too (`Caveat.SIMULATED`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

PATH = "/xlcx/bg.do"
SAMPLE = "SAMPLE 样例，非学信网出具"

_CODE = re.compile(r"[0-9]{12}|[A-Z0-9]{16}")
_ERRORS = {
    "malformed": "系统检测到非法访问，不合要求的在线验证码！",
    "not_found": "此在线验证码无效！",
    "expired": "在线验证报告已过期，无法在线验证。",
    "closed": "在线验证报告已关闭，无法在线验证。",
}
_CHALLENGE = (
    '<form id="getXueLi" action="/xlcx/yzm.do" method="post"><p>请输入验证码以继续当前操作</p>'
    '<input name="cap"><img src="/capachaimg.jpg?cap=0"><input type="hidden" name="capachatok" value="0"></form>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A report as the register shows it: its title, the day of its last change, and each label with its value.

    `state` is "verified", "expired" or "closed"; `older` asks for the form of before 2021.
    """

    title: str
    updated: str
    items: Mapping[str, str]
    state: str = "verified"
    older: bool = False


@dataclass(kw_only=True)
class Register:
    """The register: reports by their codes. `suspicious` makes it ask for a person, whatever it is asked."""

    reports: dict[str, Shown]
    suspicious: bool = False
    asked: int = field(default=0, init=False)

    def answer(self, code: str) -> str:
        """The page that a code is answered with."""
        self.asked += 1
        if self.suspicious:
            return _page(_CHALLENGE)
        if not _CODE.fullmatch(code):
            return _error("malformed")
        shown = self.reports.get(code)
        if shown is None:
            return _error("not_found")
        return _report(code, shown) if shown.state == "verified" else _error(shown.state)

    def application(self) -> web.Application:
        """The register as a web application."""
        from aiohttp import web

        async def check(request: web.Request) -> web.Response:
            fields = await request.post() if request.method == "POST" else request.query
            return web.Response(text=self.answer(str(fields.get("vcode", ""))), content_type="text/html")

        app = web.Application()
        app.router.add_get(PATH, check)
        app.router.add_post(PATH, check)
        return app


def _error(state: str) -> str:
    return _page(f'<div id="rightCnt"><div class="result-error"><h2>{_ERRORS[state]}</h2></div></div>')


def _report(code: str, shown: Shown) -> str:
    return _page((_older if shown.older else _newer)(code, shown))


def _newer(code: str, shown: Shown) -> str:
    items = "".join(
        f'<div class="report-info-item"><div class="label">{html.escape(label)}</div>'
        f'<div class="value">{html.escape(value)}</div></div>'
        for label, value in shown.items.items()
    )
    return (
        f'<div id="resultTable"><h4>{html.escape(shown.title)}</h4>'
        f'<div class="update-time">更新日期：{shown.updated}</div>'
        f'{items}</div><div>在线验证码 <span class="yzm">{code}</span></div>'
    )


def _older(code: str, shown: Shown) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(label)}</td><td>{_picture() if label == '姓名' else html.escape(value)}</td></tr>"
        for label, value in shown.items.items()
    )
    return (
        f'<div id="zbrq-title">更新日期：{shown.updated}</div><h2>{html.escape(shown.title)}</h2>'
        f"<table>{rows}<tr><td>在线验证码</td><td>{code}</td></tr></table>"
    )


def _picture() -> str:
    return '<img src="/report/name.png" alt="">'


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>SAMPLE - not issued by CHSI</title></head>'
        f"<body>{body}<p>{SAMPLE}</p></body></html>"
    )
