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
