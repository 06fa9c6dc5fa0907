"""Every citation of every answer to the article's question set opens the page at its quote, to the letter."""

import json

from qa.page.address import address


def test_every_citation_is_highlighted_to_the_letter(visit, article_qa, shared):
    questions = [json.loads(line) for line in (shared / "data/article/dev.jsonl").read_text("utf-8").splitlines()]
    quotes = {}
    for question in questions:
        for citation in article_qa.answer(question["question"], question["history"]).citations:
            span = (citation.start, citation.end)
            quotes[address(article_qa.corpus, citation.document_id, citation.section_id, span)] = citation.quote
    assert len(quotes) > 30
    marked = visit().page.evaluate(
        """async (addresses) => {
            const marked = {};
            for (const address of addresses) {
                const arrived = new Promise((done) => window.addEventListener("hashchange", done, { once: true }));
                location.hash = address;
                await arrived;
                marked[address] = [...document.querySelectorAll(".sheet mark")].map((m) => m.textContent).join("");
            }
            return marked;
        }""",
        list(quotes),
    )
    assert marked == quotes
