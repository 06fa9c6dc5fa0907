"""The page in a browser while its documents are indexed anew."""

from __future__ import annotations

import pytest
from page_fixtures import serving

from corpus import load_corpus
from index import store
from index.building import renew
from index.cache import CACHE_VARIABLE
from qa import ArticleQA
from qa.live import LiveQA

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="#a02020"/></svg>'
ACCENT = "getComputedStyle(document.querySelector('.gradio-container')).getPropertyValue('--accent').trim()"


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "oven.md").write_text(
        "# Baking\n\n## Ovens\n\nThe oven is 100 degrees warm.\n\n## Flour\n\nFlour is white."
    )
    return folder


def test_an_open_page_answers_from_the_new_documents(notes, encoder, visit):
    folder = store.default_folder(notes, encoder)
    live = LiveQA(ArticleQA(renew(folder, load_corpus(notes), encoder)[0]), notes)
    served = serving(live)
    visitor = visit(at=next(served))
    page = visitor.page
    visitor.ask("How warm is the oven?")
    page.locator("#chat .words .marker").first.click()
    assert visitor.marked() == "The oven is 100 degrees warm."

    (notes / "a first document.md").write_text("# Cellars\n\n## Ovens\n\nNo oven stands in the cellar, it is cool.")
    said = "The oven is 250 degrees warm."
    (notes / "oven.md").write_text(f"# Baking\n\n## Flour\n\nFlour is white.\n\n## Ovens\n\nMind your hands. {said}")
    renew(folder, load_corpus(notes), encoder)
    assert live.refresh()

    page.locator("#chat .words .marker").first.click()
    assert visitor.marked() == "The oven is 100 degrees warm."
    page.keyboard.press("Escape")
    visitor.ask("How warm is the oven?")
    assert "250 degrees" in page.locator("#chat .bot-row").last.inner_text()
    assert "The documents have changed since" in page.locator("#chat .bot-row").first.inner_text()
    page.wait_for_function("document.querySelector('.sheet')?.textContent.includes('250 degrees')")
    page.locator("#chat .bot-row").last.locator(".words .marker", has_text="1").first.click()
    page.wait_for_function("document.querySelector('.sheet article')?.dataset.document === 'oven.md'")
    assert visitor.marked() in (said, "Mind your hands.")
    (notes / "corpus.toml").write_text('title = "All of it"')
    assert live.refresh()
    visitor.reload()
    page.wait_for_function("document.querySelector('.masthead h1')?.textContent === 'All of it'")
    page.wait_for_function("document.querySelector('.sheet')?.textContent.includes('250 degrees')")
    assert page.title() == "All of it · Footnote"
    page.close()  # an open page would ask a server that is gone
    next(served, None)


def test_who_loads_the_page_sees_what_its_owner_decided_since(notes, encoder, visit):
    (notes / "corpus.toml").write_text('title = "Bakery"\nexamples = ["What is flour?"]')
    folder = store.default_folder(notes, encoder)
    live = LiveQA(ArticleQA(renew(folder, load_corpus(notes), encoder)[0]), notes)
    served = serving(live)
    address = next(served)
    visitor, staying = visit(at=address), visit(at=address)
    page = visitor.page
    page.wait_for_selector("#chat .example:has-text('What is flour?')")
    product = page.evaluate(ACCENT)
    staying.ask("How warm is the oven?")

    (notes / "logo.svg").write_text(LOGO)
    (notes / "corpus.toml").write_text(
        'title = "The old bakery"\nexamples = ["How warm is the oven?"]\ndisclaimer = "Mind <the> oven."\n'
        'logo = "logo.svg"\nthreshold = 0.2\n[theme]\naccent = "#8a1c1c"'
    )
    visitor.reload()
    page.wait_for_selector("#disclaimer:has-text('Mind <the> oven.')")
    page.wait_for_selector("#chat .example:has-text('How warm is the oven?')")
    page.wait_for_function("document.title === 'The old bakery · Footnote'")
    assert page.locator("#chat .example").count() == 1
    assert page.locator("h1").inner_text() == "The old bakery"
    assert page.locator(".logo").evaluate("logo => logo.complete && logo.naturalWidth > 0")
    assert page.locator("#header").bounding_box()["height"] < 60
    assert page.evaluate(ACCENT) == "#8a1c1c"
    page.click(".light-or-dark")
    assert page.evaluate(ACCENT) not in (product, "#8a1c1c")
    page.click(".light-or-dark")
    page.click("#chat .example")
    visitor.answered()
    assert "100 degrees" in page.locator(".words").inner_text()

    assert staying.page.evaluate(ACCENT) == product
    assert staying.page.locator(".logo").count() == 0
    staying.ask("What colour has flour?")
    assert staying.page.evaluate(ACCENT) == product
    staying.reload()
    staying.page.wait_for_selector("#disclaimer:has-text('Mind <the> oven.')")
    assert staying.page.evaluate(ACCENT) == "#8a1c1c"
    assert staying.page.locator("#chat .user-row").count() == 2

    (notes / "corpus.toml").write_text("theme = 'none'")  # cannot be used: what was before stays
    visitor.reload()
    page.wait_for_selector("#disclaimer:has-text('Mind <the> oven.')")
    (notes / "corpus.toml").unlink()
    visitor.reload()
    page.wait_for_function("document.querySelector('.masthead h1')?.textContent === 'Baking'")
    page.wait_for_function("!document.querySelector('#disclaimer')?.textContent.trim()")
    assert page.evaluate(ACCENT) == product
    assert page.locator(".logo").count() == 0
    for each in (visitor, staying):
        each.page.close()  # an open page would ask a server that is gone
    next(served, None)
