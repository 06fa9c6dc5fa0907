"""A corpus that means harm stands on the page as plain text: headings, quotes, panes and exports."""

import pytest
from markdown_it import MarkdownIt
from page_fixtures import BOX, Moody, serving

from corpus import make_corpus, read_text
from corpus.settings import CorpusSettings
from qa import ArticleQA

EVIL = """# Evil <script>alert('title')</script>

## Cramps <img src=x onerror=alert(1)> &amp; more

A cramp <script>alert('body')</script> is a painful &lt;b&gt; tightening of a muscle
<img src=x onerror=alert(2)> in the leg.

## Relief [click](javascript:alert(3))

Relief from a cramp comes from stretching, see <a href="javascript:alert(4)" onclick="alert(5)">the *link*</a>
and ${alert(6)} {{7*7}}.

## Direction \u202egnorw\u202c words

The word \u202eelbatsop\u202c stands the wrong way round in the sentence about direction & `code` | pipes.
"""


@pytest.fixture(scope="module")
def evil_qa(encoder):
    document = read_text(EVIL, title="Evil", suffix=".md", document_id="evil \"<i>'.md")
    settings = CorpusSettings(
        title="<img src=x onerror=alert(7)>",
        disclaimer="</p><script>alert(8)</script>",
        examples=("What is a <b>cramp</b>?",),
    )
    return ArticleQA.from_corpus(make_corpus([document], settings), encoder)


@pytest.fixture(scope="module")
def evil_server(evil_qa):
    yield from serving(Moody(evil_qa))


def test_everything_is_plain_text(visit, evil_qa, evil_server, tmp_path):
    visitor = visit(at=evil_server)
    page = visitor.page
    for question in (
        "What is a cramp?",
        "Where does relief from a cramp come from?",
        "Which word stands the wrong way round?",
    ):
        visitor.ask(question)
        cited = page.locator(".reply").last.locator(".words .marker")
        assert cited.count() >= 1
        for position in range(cited.count()):
            cited.nth(position).hover()
            cited.nth(position).click()
            assert visitor.marked() == cited.nth(position).get_attribute("data-quote")
            assert visitor.marked() in evil_qa.corpus.documents[0].text
    page.locator(".found summary").last.click()
    for room in ("#header", "#chat .message-wrap", "#reader", "#disclaimer", "#quote-card"):
        planted = page.locator(room).locator(
            "script, img, b, i:not([class]), a[href^='javascript'], [onerror], [onclick]"
        )
        assert planted.count() == 0, room
    assert page.locator("#disclaimer").inner_text() == "</p><script>alert(8)</script>"
    assert "<img src=x onerror=alert(1)> &" in page.locator(".sheet").inner_text()
    assert "49" not in page.locator(".sheet").inner_text()

    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "evil.md")
    rendered = MarkdownIt("commonmark", {"html": True}).render((tmp_path / "evil.md").read_text(encoding="utf-8"))
    assert not any(tag in rendered for tag in ("<script", "<img", "<a ", "<b>", "<em>", "<code>"))


def test_examples_are_plain_text_and_asked_as_they_stand(visit, evil_server):
    visitor = visit(at=evil_server)
    assert visitor.page.locator("#chat .example").inner_text().strip() == "What is a <b>cramp</b>?"
    visitor.page.locator("#chat .example").click()
    visitor.answered()
    assert visitor.page.locator("#chat .user-row .message-content").inner_text() == "What is a <b>cramp</b>?"


def test_suggestions_are_plain_text(visit, evil_server):
    visitor = visit(at=evil_server).ask("What is a cramp?")
    visitor.page.wait_for_selector("#following button")
    assert visitor.page.locator("#following").locator("img, script, b").count() == 0
    assert visitor.page.locator(BOX).is_enabled()
