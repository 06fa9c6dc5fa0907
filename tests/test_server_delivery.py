"""How files and the page reach a browser: named early, packed once, kept for good, and nothing else touched."""

import httpx
import pytest
from server_fixtures import run_apart
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from qa.page.bundle import early_links, needed
from qa.server.delivery import FOR_GOOD, Delivery, PageFiles

HEAD = '<html><head><script type="module" src="./assets/a.js"></script></head></html>'


def reply_of(*requests, body=HEAD, packed=()):
    """Send requests, each a path and its headers, to one `Delivery`; give the replies and what the app behind saw."""
    seen = []

    async def behind(request):
        seen.append(request.url.path)
        if request.url.path.endswith("/"):
            return HTMLResponse(body, headers=dict(packed))
        if "missing" in request.url.path:
            return PlainTextResponse("nothing here", 404)
        return Response(request.url.path, headers={"Content-Type": "text/javascript"})

    files = PageFiles('<link rel="x">', frozenset({"assets/a.js", "assets/missing.js"}))
    app = Delivery(
        Starlette(routes=[Route("/{path:path}", behind, methods=["GET", "POST"])]), {"/": files, "/other/": files}
    )

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            return [await client.request(method, path, headers=headers) for method, path, headers in requests]

    return run_apart(ask()), seen


def test_page_names_its_files_before_its_first_script():
    (page, post), _ = reply_of(("GET", "/", {}), ("POST", "/", {}))
    assert page.text == HEAD.replace("<script", '<link rel="x"><script')
    assert int(page.headers["content-length"]) == len(page.content)
    assert post.text == HEAD


@pytest.mark.parametrize(("body", "packed"), [("<p>no script</p>", ()), (HEAD, {"Content-Encoding": "identity"})])
def test_page_that_looks_otherwise_stays_as_it_is(body, packed):
    (page,), _ = reply_of(("GET", "/", {}), body=body, packed=packed)
    assert page.text == body


def test_lasting_file_is_made_once_for_all_pages_and_each_packing():
    plain, packed = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip, br"}
    paths = ["/assets/a.js", "/other/assets/a.js", "/assets/a.js"]
    replies, seen = reply_of(*[("GET", path, headers) for headers in (plain, packed) for path in paths])
    assert seen == ["/assets/a.js", "/assets/a.js"]
    assert {reply.headers["cache-control"] for reply in replies} == {FOR_GOOD}
    assert {reply.text for reply in replies} == {"/assets/a.js"}


def test_what_is_no_request_passes():
    seen = []

    async def behind(scope, receive, send):
        seen.append(scope["type"])

    run_apart(Delivery(behind, {})({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]


def test_everything_else_is_asked_for_each_time():
    asked = [
        ("GET", "/assets/missing.js", {}),
        ("GET", "/assets/b.js", {}),
        ("GET", "/v1/documents/assets/a.js", {}),
        ("GET", "/assets/a.js", {"Range": "bytes=0-3"}),
        ("POST", "/assets/a.js", {}),
    ]
    replies, seen = reply_of(*asked, *asked)
    assert seen == [path for _, path, _ in asked] * 2
    assert [reply.status_code for reply in replies[:2]] == [404, 200]
    assert not any("cache-control" in reply.headers for reply in replies)


def test_bundle_is_read_for_what_a_component_needs(tmp_path):
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text('<script type="module" src="./assets/index-1.js"></script>')
    table = 'const __vite__mapDeps=(i,m=0,d=(m.f||(m.f=["./{}"])))=>i.map(i=>d[i]);'
    (assets / "index-1.js").write_text(table.format('core-1.js","./core-1.css","./gone-1.js'))
    (assets / "core-1.js").write_text(
        table.format('box-1.js","./box-1.css","./map-1.js')
        + "x={box:{component:()=>v(()=>import(`./box-1.js`),__vite__mapDeps([0,1]),import.meta.url)},"
        "map:{component:()=>v(()=>import(`./map-1.js`),__vite__mapDeps([2]),import.meta.url)}}"
    )
    for name in ("core-1.css", "box-1.js", "box-1.css", "map-1.js"):
        (assets / name).write_text("")
    files = needed(tmp_path, ["box", "unheard-of"])
    assert files == ("assets/core-1.js", "assets/core-1.css", "assets/box-1.js", "assets/box-1.css")
    assert '<link rel="modulepreload" href="./assets/box-1.js">' in early_links(files)
    assert needed(tmp_path / "nowhere", ["box"]) == ()
