"""Several corpora in one page: each looks and speaks as its owner says, and no conversation meets another."""

from __future__ import annotations

import re

import pytest
from page_fixtures import BOX
from server_fixtures import serving

from corpus import load_corpus
from corpus.colours import PAPER_DARK, contrast
from corpus.errors import SettingsError
from corpus.settings import Theme, read_settings
from qa import ArticleQA
from qa.page.choices import choices
from qa.page.look import look_of, style, theme_style
from qa.page.texts import read_texts
from qa.server.corpora import Corpora
from qa.server.service import Service
from qa.server.settings import ServerSettings
from qa.server.web import create_app

TEXTS = read_texts()
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="#a02020"/></svg>'
BAKERY = """title = "The bakery"
examples = ["At how many degrees does bread bake?"]
disclaimer = "Mind the oven."
logo = "logo.svg"
[theme]
accent = "#8a1c1c"
"""


@pytest.fixture(scope="module")
def bakery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bakery")
    (folder / "corpus.toml").write_text(BAKERY)
    (folder / "logo.svg").write_text(LOGO)
    (folder / "bread.md").write_text("# Bread\n\n## Ovens\n\nBread bakes at 230 degrees in a hot oven.")
    return folder


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("theme = 3", r"`theme` must be a table \[theme\] with accent and accent_dark"),
        ("[theme]\ncolour = '#123456'", r"must be a table \[theme\]"),
        ("[theme]\naccent = 'red'", "write a colour as #rrggbb"),
        ("[theme]\naccent = 3", "write a colour as #rrggbb"),
        ("[theme]\naccent = '#ffff00'", r"by 1\.0 to 1 only; words in it need 4\.5 to 1 to be read: choose a darker"),
        ("[theme]\naccent_dark = '#222222'", "choose a lighter one"),
        ("[theme]\naccent = '#123456;} body{display:none'", "write a colour as #rrggbb"),
        ("logo = 3", "`logo` must be a text"),
        ("logo = 'bread.md'", r"must be a picture that ends in \.svg, \.png"),
        ("logo = 'none.png'", "names 'none.png', which is no file below"),
        ("logo = '../outside.png'", "which is no file below"),
        ("logo = 'big.png'", "has 201 kB, more than the 200 kB of a logo"),
    ],
)
def test_a_look_that_cannot_be_is_refused(tmp_path, text, complaint):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (tmp_path / "outside.png").write_bytes(b"x")
    (folder / "bread.md").write_text("Bread.")
    (folder / "big.png").write_bytes(bytes(201_000))
    (folder / "corpus.toml").write_text(text)
    with pytest.raises(SettingsError, match=complaint):
        read_settings(folder / "corpus.toml")


def test_the_owners_colour_takes_the_products_place(bakery):
    theme = load_corpus(bakery).settings.theme
    sheet = theme_style(theme)
    light, dark = re.findall(r"--accent: (#\w+)", sheet)[-2:]
    assert light == "#8a1c1c"
    assert contrast(dark, PAPER_DARK) >= 4.5
    assert "FONTS" not in style("FOLDER")
    assert theme_style(Theme()) == ""
    assert "--on-accent: #0d1a1d" in theme_style(Theme(accent_dark="#ffcc66"))


def test_the_header_offers_the_other_corpora(bakery):
    corpus = load_corpus(bakery)
    offered = choices(["The <b>akery", "Other"], ["/", "/corpora/other/"], "/")
    header = look_of(corpus, TEXTS, offered).header
    assert '<a href="./" dir="auto" aria-current="page">The &lt;b&gt;akery</a>' in header
    assert '<a href="corpora/other/" dir="auto">Other</a>' in header
    assert 'src="data:image/svg+xml;base64,' in header
    assert "corpora" not in look_of(corpus, TEXTS, offered[:1]).header


@pytest.fixture(scope="module")
def two_corpora(article_qa, bakery, encoder):
    from app import mount  # noqa: PLC0415  (gradio, only where a page is tested)

    baker = ArticleQA.from_corpus(load_corpus(bakery), encoder)
    service = Service(Corpora({"article": lambda: article_qa, "the-bakery": lambda: baker}), ServerSettings())
    server = create_app(service)
    mount(server, service)
    service.ready = True
    with serving(server, service) as address:
        yield f"{address}/"


def choose(visitor, number):
    """Choose a corpus; what the page that is left says of requests that were cut off does not count."""
    said = len(visitor.complaints)
    before = visitor.page.locator("h1").inner_text()
    visitor.page.locator(".corpora summary").click()
    visitor.page.locator(".corpora a").nth(number).click()
    visitor.page.wait_for_function("before => document.querySelector('h1')?.innerText !== before", arg=before)
    visitor.page.wait_for_selector(BOX)
    del visitor.complaints[said:]


def test_one_page_offers_both_and_conversations_do_not_mix(visit, two_corpora):
    visitor = visit(at=two_corpora).ask("What does an EMG show?")
    page = visitor.page
    accent = page.evaluate("getComputedStyle(document.querySelector('.gradio-container')).getPropertyValue('--accent')")
    page.locator(".corpora summary").click()
    assert page.locator(".corpora a").all_text_contents() == [page.locator("h1").inner_text(), "The bakery"]
    page.locator(".corpora summary").click()
    choose(visitor, 1)
    page.wait_for_selector("text=Mind the oven.")
    assert page.locator("h1").inner_text() == "The bakery"
    assert page.locator("#chat .user-row").count() == 0
    page.wait_for_selector("text=At how many degrees does bread bake?")
    assert page.locator(".logo").evaluate("logo => logo.complete && logo.naturalWidth > 0")
    assert page.locator("#header").bounding_box()["height"] < 60
    theirs = "getComputedStyle(document.querySelector('.gradio-container')).getPropertyValue('--accent').trim()"
    assert page.evaluate(theirs) == "#8a1c1c" != accent.strip()
    assert "an EMG" not in visitor.ask("At how many degrees does bread bake?").page.locator("#chat").inner_text()
    assert "230 degrees" in page.locator(".words").inner_text()
    choose(visitor, 0)
    page.wait_for_selector("#chat .user-row")
    assert page.locator("#chat .user-row").count() == 1
    assert "an EMG" in page.locator("#chat .user-row").inner_text()
    visitor.ask("What does an EMG record?")
    assert "230 degrees" not in page.locator("#chat").inner_text()
