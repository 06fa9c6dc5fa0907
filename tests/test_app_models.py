"""A real language model behind the page: what the check holds back can be read on demand, and stands nowhere else."""

import pytest
from page_fixtures import BOX, Visitor, serving

from qa import ArticleQA
from qa.generators.language_model import LanguageModel, Limits
from qa.generators.llama_chat import LlamaChat
from qa.phrases import LEFT_OUT, NOTHING_CONFIRMED

QUESTIONS = ["Tell me about myotonic dystrophy", "How does MS affect the legs?", "What is ALS?"]
PATIENCE = 300


@pytest.mark.slow
def test_what_smollm2_could_not_prove_is_shown_on_demand(browser, article_qa):
    limits = Limits(deadline=PATIENCE, silence=PATIENCE, evidence=4, tokens=80)
    qa = ArticleQA(article_qa.index, LanguageModel(LlamaChat.packaged(), limits))
    served = serving(qa, answer_seconds=PATIENCE)
    visitor = Visitor(browser, next(served)).open()
    visitor.context.set_default_timeout(1000 * PATIENCE)
    page = visitor.page
    for question in QUESTIONS:
        visitor.ask(question)
        reply = page.locator("#chat .bot-row").last
        if reply.locator(".held-back").count():
            break
    held_back = reply.locator(".held-back")
    assert held_back.count() == 1, "the model proved all that it said three times: ask harder questions"
    refused = [quoted.strip('“”"') for quoted in held_back.locator("q").all_text_contents()]
    assert refused
    assert not held_back.locator("q").first.is_visible()
    left_out = LEFT_OUT.format(count=len(refused), s="" if len(refused) == 1 else "s")
    assert held_back.locator("summary").inner_text() in (left_out, NOTHING_CONFIRMED)

    held_back.locator("summary").click()
    assert held_back.locator("q").first.is_visible()
    assert all(why.strip() for why in held_back.locator(".why").all_text_contents())
    shown = reply.locator(".words").inner_text()
    assert not any(sentence in shown for sentence in refused)
    sentences = reply.locator(".words .verbatim, .words .reworded")
    assert sentences.count() >= 1
    for position in range(sentences.count()):
        assert sentences.nth(position).evaluate("sentence => sentence.nextElementSibling?.matches('.marker')")
    assert page.locator(BOX).is_enabled()
    assert not visitor.complaints
    visitor.context.close()
    next(served, None)
