"""A page over several documents: their list comes when it is asked for, and leads to each of them."""

from page_fixtures import serving

from corpus import make_corpus, read_text
from qa import ArticleQA


def test_list_of_documents_leads_to_each(visit, encoder):
    texts = {"one.md": "# Ovens\n\nAn oven bakes bread.", "two.md": "# Cellars <b>\n\nA cellar keeps <i>wine</i> cool."}
    documents = [read_text(text, suffix=".md", document_id=name) for name, text in texts.items()]
    served = serving(ArticleQA.from_corpus(make_corpus(documents), encoder))
    visitor = visit(at=next(served))
    page, links = visitor.page, visitor.page.locator(".documents a")
    assert links.count() == 0
    page.locator(".documents summary").click()
    links.first.wait_for()
    assert links.all_text_contents() == ["Ovens", "Cellars <b>"]
    assert page.locator(".documents a[aria-current]").inner_text() == "Ovens"
    links.nth(1).click()
    page.wait_for_function("document.querySelector('.sheet article').dataset.document === 'two.md'")
    assert "A cellar keeps <i>wine</i> cool." in page.locator(".sheet").inner_text()
    assert page.evaluate("location.hash") == "#two.md/"
    assert page.evaluate("document.activeElement.id") == "article-title"
    page.locator(".documents summary").click()
    page.wait_for_selector(".documents a[aria-current]")
    assert page.locator(".documents a[aria-current]").inner_text() == "Cellars <b>"
    links.first.click()
    page.wait_for_function("document.querySelector('.sheet article').dataset.document === 'one.md'")
    next(served, None)
