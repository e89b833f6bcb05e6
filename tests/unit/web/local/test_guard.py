"""Who may use the local API (attacks H1, H2)."""

from __future__ import annotations

import itertools
import uuid

from gateway.web.local.app import ROUTES
from gateway.web.local.routes import Route
from tests.local_api import TOKEN, Api, api_of, lonely_node

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
ID = str(uuid.uuid4())
WRONG = ("x" * 43, TOKEN.secret[:-1], TOKEN.secret + "x", "", "null")


def path_of(route: Route) -> str:
    parts = {"id": ID, "sender": "south.example.org", "number": "0", "alarm": "7"}
    return route.path.format(**parts)


PATHS = {path_of(route): route for route in ROUTES}
ALLOWED = {path: {r.method for r in ROUTES if path_of(r) == path} for path in PATHS}


async def test_h1_every_route_with_every_method_answers_nobody_without_the_token(api: Api):
    for (path, route), method in itertools.product(PATHS.items(), METHODS):
        if route.open:
            continue
        for token in (None, *WRONG):
            answer = await api(method, path, token=token)
            assert answer.status == 401, (method, path)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert method == "HEAD" or answer.code == "request.token"


async def test_h1_with_the_token_every_route_knows_its_own_methods_alone(api: Api):
    for path, method in itertools.product(PATHS, METHODS):
        answer = await api(method, path)
        if method in ALLOWED[path]:
            assert answer.status not in {401, 405, 500}, (method, path)
        else:
            assert answer.status == 405, (method, path)
            assert set(answer.headers["Allow"].split(",")) == ALLOWED[path]


async def test_h1_a_path_that_is_nearly_one_is_none(api: Api):
    for path in ("/", "/v1", "/v1/verify/", "/V1/verify", "/v1//verify", "/livez/", "/v2/verify", "/v1/verify%00"):
        assert (await api("POST", path, token=None)).code == "request.token"
        assert (await api("POST", path)).code == "request.unknown_path"


async def test_h1_an_open_path_with_something_behind_it_is_not_open(api: Api):
    for path in ("/livez/../v1/inbox", "/livez%2f..%2fv1%2finbox", "/metrics/x", "/readyz;/v1/inbox"):
        assert (await api.get(path, token=None)).status in {401, 404}


async def test_h1_a_method_is_not_overridden(api: Api):
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert (await api.get("/v1/verify", headers={header: "POST"})).code == "request.method"


async def test_h1_two_tokens_or_another_scheme_are_none(api: Api):
    for value in (f"Basic {TOKEN.secret}", TOKEN.secret, f"Bearer  {TOKEN.secret} x", "Bearer"):
        assert (await api.get("/v1/inbox", token=None, headers={"Authorization": value})).code == "request.token"


async def test_h1_a_token_in_the_query_or_a_cookie_is_none(api: Api):
    assert (await api.get(f"/v1/inbox?token={TOKEN.secret}", token=None)).code == "request.token"
    assert (await api.get("/v1/inbox", token=None, headers={"Cookie": f"token={TOKEN.secret}"})).code == "request.token"


FOREIGN = (
    "attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example:8461", "[::2]:1", "", "127.0.0.1@x"
)  # fmt: skip


async def test_h2_dns_rebinding_a_name_that_is_not_ours_is_refused_even_with_the_token(api: Api):
    for host, path in itertools.product(FOREIGN, ("/v1/inbox", "/livez", "/metrics")):
        answer = await api.get(path, headers={"Host": host})
        assert (answer.status, answer.code) == (421, "request.host")


async def test_h2_the_names_of_this_machine_are_known(api: Api):
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1:8461", "[::1]:8461", "127.0.0.1"):
        assert (await api.get("/v1/inbox", headers={"Host": host})).status == 200


async def test_h2_no_page_from_elsewhere_may_read_an_answer(api: Api):
    headers = {"Origin": "https://attacker.example", "Access-Control-Request-Method": "POST"}
    for method, path in (("OPTIONS", "/v1/verify"), ("GET", "/v1/inbox"), ("GET", "/livez")):
        answer = await api(method, path, headers=headers)
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_elsewhere_than_on_the_loopback_checks_and_metrics_need_the_token(tmp_path):
    async with lonely_node(tmp_path) as running, api_of(running, host="192.0.2.7") as api:
        for path in ("/livez", "/startupz", "/readyz"):
            assert (await api.get(path, token=None)).status == 200
        for path in ("/metrics", "/readyz?verbose"):
            assert (await api.get(path, token=None)).code == "request.token"
            assert (await api.get(path)).status == 200
        assert (await api.get("/livez", headers={"Host": "192.0.2.7:8461"})).status == 200
