"""The page as a person uses it: ask, read, follow a footnote to the exact words, and back."""

import time

import pytest
from page_fixtures import BOX, Moody, Visitor, free_port, screenshot, serving

LIST_QUESTION = "How can nerve problems make a muscle cramp?"


def test_marker_opens_the_article_at_exactly_the_quoted_words(visit, article_qa):
    visitor = visit().ask("Which muscles does ALS cramp?")
    citations = article_qa.answer("Which muscles does ALS cramp?").citations
    assert len(citations) >= 2
    visitor.page.locator(".words .marker").nth(1).click()
    assert visitor.marked() == citations[1].quote
    inside = visitor.page.evaluate(
        """() => { const mark = document.querySelector('.sheet mark').getBoundingClientRect(),
                          sheet = document.querySelector('.sheet').getBoundingClientRect();
                   return new Promise(done => setTimeout(() => {
                     const m = document.querySelector('.sheet mark').getBoundingClientRect();
                     done(m.top >= sheet.top && m.bottom <= sheet.bottom); }, 900)); }"""
    )
    assert inside
    screenshot(visitor, "desktop")


def test_every_citation_of_every_example_is_highlighted_to_the_letter(visit, article_qa):
    visitor = visit()
    for number, example in enumerate(article_qa.corpus.settings.examples, start=1):
        visitor.ask(example)
        history = []  # each example stands alone, whatever was asked before
        shown = visitor.page.locator(".reply").nth(number - 1)
        answer = article_qa.answer(example, history)
        quotes = shown.locator(".words .marker").evaluate_all("all => all.map(marker => marker.dataset.quote)")
        if shown.locator(".understood").count() == 0:
            assert quotes == [citation.quote for citation in answer.citations]
        for position, quote in enumerate(quotes):
            shown.locator(".words .marker").nth(position).evaluate("marker => marker.click()")
            visitor.page.wait_for_function("document.querySelector('.marker.current') !== null")
            assert visitor.marked() == quote


def test_examples_of_the_corpus_are_offered_and_asked_by_a_click(visit, article_qa):
    visitor = visit()
    offered = visitor.page.locator("#chat .example").all_text_contents()
    assert [example.strip() for example in offered] == list(article_qa.corpus.settings.examples)
    visitor.page.locator("#chat .example").nth(4).click()
    visitor.answered()
    assert article_qa.corpus.settings.examples[4] in visitor.page.locator("#chat .user-row").inner_text()


def test_disclaimer_is_always_visible(visit, article_qa):
    visitor = visit()
    assert visitor.page.get_by_text(article_qa.corpus.settings.disclaimer).is_visible()
    visitor.ask(LIST_QUESTION)
    assert visitor.page.get_by_text(article_qa.corpus.settings.disclaimer).is_visible()


def test_sources_name_their_section_and_legend_explains_the_look(visit):
    visitor = visit().ask("Which muscles does ALS cramp?")
    source = visitor.page.locator(".sources li").first
    assert source.locator(".leaf").inner_text() == "Amyotrophic Lateral Sclerosis (ALS)"
    assert source.locator("[role=img]").get_attribute("aria-label") == "word for word"
    assert "own words" in visitor.page.locator(".legend").inner_text()


def test_other_passages_open_in_the_article(visit):
    visitor = visit().ask("Which muscles does ALS cramp?")
    visitor.page.locator(".found summary").click()
    visitor.page.locator(".found a").first.click()
    snippet = visitor.page.locator(".found .snippet").first.inner_text().rstrip("…")
    assert " ".join(visitor.marked().split())[:60] == snippet[:60]


def test_completed_question_is_shown_and_can_be_changed(visit):
    visitor = visit().ask("Tell me about multiple sclerosis").ask("Where are its cramps?")
    understood = visitor.page.locator(".understood q").inner_text()
    assert "multiple sclerosis" in understood
    visitor.page.locator(".understood .refine").click()
    assert visitor.page.input_value(BOX) == understood


def test_silence_names_the_closest_sections_and_opens_them(visit):
    visitor = visit().ask("Who painted the Mona Lisa?")
    assert "Not in this article" in visitor.page.locator(".not-here").inner_text()
    assert visitor.page.locator(".words").count() == 0
    screenshot(visitor, "abstention")
    nearest = visitor.page.locator(".nearest a").first
    title = nearest.inner_text()
    nearest.click()
    opened = visitor.page.locator(".sheet section.here")
    assert opened.get_attribute("aria-label") == title


def test_urgent_advice_stands_above_everything_else(visit):
    visitor = visit().ask("I can't breathe. What are muscle cramps?")
    first = visitor.page.locator(".reply > *").first
    assert "urgent" in first.get_attribute("class")
    assert "emergency number" in first.inner_text()
    screenshot(visitor, "urgent")


def test_answer_grows_sentence_by_sentence(visit):
    visitor = visit()
    visitor.page.fill(BOX, "What is the difference between CMT and myotonic dystrophy? slowly")
    visitor.page.press(BOX, "Enter")
    visitor.page.wait_for_selector(".words .marker")
    early = visitor.page.locator(".words .marker").count()
    visitor.answered()
    assert 0 < early < visitor.page.locator(".words .marker").count()


def test_stopped_answer_keeps_what_was_shown(visit):
    visitor = visit()
    visitor.page.fill(BOX, "What is the difference between CMT and myotonic dystrophy? slowly")
    visitor.page.press(BOX, "Enter")
    visitor.page.wait_for_selector(".words .marker")
    visitor.page.locator("#question .stop-button").click()
    visitor.ask("What does an EMG show?")  # while the server still lets go of the first
    assert visitor.page.locator(".words .marker").count() >= 2
    assert visitor.page.locator(".cut-short").count() == 1
    page_texts = visitor.page.locator("#chat .user-row").all_inner_texts()
    assert ["slowly" in text for text in page_texts] == [True, False]


def test_escape_stops_and_the_stopped_question_can_be_asked_again(visit):
    visitor = visit()
    page = visitor.page
    page.keyboard.type("What is the difference between CMT and myotonic dystrophy? slowly")
    page.keyboard.press("Enter")
    page.wait_for_selector(".words .marker")
    page.keyboard.press("Escape")
    page.wait_for_selector(".cut-short")
    assert page.locator("#chat .user-row").count() == 1
    retry = page.get_by_role("button", name="Retry")
    retry.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.cut-short').length === 0")
    visitor.answered()
    assert page.locator(".reply .words .marker").count() >= 2


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_earlier_turn_is_deleted(visit, by):
    visitor = visit().ask("What does an EMG show?").ask("please break").ask("Which muscles does ALS cramp?")
    page = visitor.page
    for turn, left in [(1, 2), (0, 1)]:
        button = page.locator("#chat .bot-row").nth(turn).locator(".delete")
        if by == "mouse":
            button.click()
        else:
            button.focus()
            page.keyboard.press("Enter")
        page.wait_for_function(f"document.querySelectorAll('#chat .user-row').length === {left}")
    assert "ALS" in page.locator("#chat .user-row").inner_text()
    assert page.evaluate("document.activeElement.closest('#question') !== null")
    page.wait_for_timeout(500)
    visitor.reload()
    visitor.answered(1)
    assert "ALS" in page.locator("#chat .user-row").inner_text()


def test_edit_and_retry_by_keyboard(visit):
    visitor = visit().ask("What does an EMG show?")
    page = visitor.page
    page.get_by_role("button", name="Edit").focus()
    page.keyboard.press("Enter")
    page.locator("#chat .user-row textarea").wait_for()
    page.locator("#chat .user-row textarea").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("What is myotonia?")
    page.get_by_role("button", name="Submit").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#chat .user-row').innerText.includes('myotonia')")
    visitor.answered(1)


def test_link_to_an_answer_asks_it_once(visit):
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    visitor.ask("Tell me about multiple sclerosis").ask("Where are its cramps?")
    page = visitor.page
    page.get_by_role("button", name="Copy link").last.click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(visitor.server + "?q=")

    other = visit(link.removeprefix(visitor.server))
    other.answered(1)
    assert other.page.locator(".words").inner_text() == page.locator(".words").last.inner_text()
    assert other.page.locator(".understood").count() == 0
    assert "q=" not in other.page.url
    other.reload()
    other.answered(1)


def test_link_to_an_answer_and_a_place_does_both(visit, article_qa):
    visitor = visit("?q=What%20does%20an%20EMG%20show%3F#s7.2:4351-4391")
    visitor.answered(1)
    assert visitor.marked() == article_qa.corpus.documents[0].text[4351:4391]
    assert visitor.page.url.endswith("/#s7.2:4351-4391")


def test_failure_is_friendly_and_the_next_question_works(visit):
    visitor = visit().ask("please break")
    said = visitor.page.locator(".failure").inner_text()
    assert "Something went wrong" in said
    assert "the secret inside" not in visitor.page.content()
    visitor.ask("What does an EMG show?")
    assert visitor.page.locator(".words .marker").count() >= 1


def test_question_that_is_too_long_comes_back_to_be_shortened(visit):
    visitor = visit()
    long = "why " * 1000
    visitor.page.fill(BOX, long)
    visitor.page.press(BOX, "Enter")
    visitor.answered()
    assert "at most 2,000" in visitor.page.locator(".failure").inner_text()
    assert visitor.page.input_value(BOX).strip() == long.strip()


@pytest.mark.parametrize("blank", ["", "   ", "\t"])
def test_blank_question_asks_nothing(visit, blank):
    visitor = visit()
    visitor.page.fill(BOX, blank)
    visitor.page.press(BOX, "Enter")
    visitor.page.wait_for_timeout(400)
    assert visitor.page.locator("#chat .user-row").count() == 0


@pytest.mark.parametrize("odd", ["🦵🦵🦵", "¿Qué es la ELA?", "\u202eesrever", "a\u0000b"])
def test_odd_questions_get_a_reply(visit, odd):
    visitor = visit().ask(odd)
    assert visitor.page.locator(".reply, .failure").count() == 1


def test_words_of_a_visitor_are_never_markup(visit):
    text = "<img src=x onerror=alert(1)> <b>bold</b> **stars** $$x$$ [link](javascript:alert(1)) &lt; why?"
    visitor = visit().ask(text)
    shown = visitor.page.locator("#chat .user-row .message-content")
    assert shown.inner_text() == text
    assert shown.locator("img, b, strong, a, .katex").count() == 0


def test_two_visitors_never_see_each_other(visit):
    one, two = visit(), visit()
    one.page.fill(BOX, "Tell me about multiple sclerosis slowly")
    one.page.press(BOX, "Enter")
    two.ask("please break")
    one.answered()
    assert one.page.locator(".failure").count() == 0
    assert "break" not in one.page.locator("#chat").inner_text()
    assert "sclerosis" not in two.page.locator("#chat").inner_text()


def test_conversation_survives_a_reload(visit, article_qa):
    visitor = visit().ask("Which muscles does ALS cramp?").ask("Who painted the Mona Lisa?")
    before = visitor.page.locator(".reply").all_inner_texts()
    visitor.reload()
    visitor.answered(2)
    assert visitor.page.locator(".reply").all_inner_texts() == before
    visitor.page.locator(".words .marker").first.click()
    assert visitor.marked() == article_qa.answer("Which muscles does ALS cramp?").citations[0].quote


def test_retry_undo_edit_and_clear(visit):
    visitor = visit().ask("What does an EMG show?").ask("Which muscles does ALS cramp?")
    page = visitor.page
    page.get_by_role("button", name="Retry").click()
    page.wait_for_timeout(300)
    visitor.answered(2)

    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("document.querySelectorAll('#chat .user-row').length === 1")
    assert page.input_value(BOX) == "Which muscles does ALS cramp?"

    page.get_by_role("button", name="Edit").first.click()
    page.locator("#chat .user-row textarea").fill("What is <myotonia> & why?")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_function("document.querySelector('#chat .user-row').innerText.includes('myotonia')")
    visitor.answered(1)
    assert page.locator("#chat .user-row .message-content").inner_text() == "What is <myotonia> & why?"

    page.wait_for_timeout(500)  # until the suggestions that follow the answer have come
    page.get_by_role("button", name="Clear").click()
    page.wait_for_selector("#chat .example")
    page.wait_for_function("Object.values(localStorage).every(kept => kept.length < 100)")
    visitor.reload()
    page.wait_for_selector("#chat .example")
    assert page.locator("#chat .user-row").count() == 0


def test_suggestions_are_answered(visit):
    visitor = visit().ask("Which muscles does ALS cramp?")
    visitor.page.wait_for_selector("#following button")
    visitor.page.locator("#following button").first.click()
    visitor.answered(2)
    assert visitor.page.locator(".reply").last.locator(".words .marker").count() >= 1


def test_keyboard_alone_reaches_the_words_and_comes_back(visit, article_qa):
    visitor = visit()
    page = visitor.page
    page.keyboard.type("Which muscles does ALS cramp?")
    page.keyboard.press("Enter")
    visitor.answered()
    page.locator(".words .marker").first.focus()
    assert page.locator("#quote-card").is_visible()
    assert (
        article_qa.answer("Which muscles does ALS cramp?").citations[0].quote
        in page.locator("#quote-card").inner_text()
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert visitor.marked() == article_qa.answer("Which muscles does ALS cramp?").citations[1].quote
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className").split()[0] == "marker"
    assert page.locator(".sheet mark").count() == 0


def test_back_button_returns_to_the_marker(visit):
    visitor = visit().ask("Which muscles does ALS cramp?")
    visitor.page.locator(".words .marker").first.click()
    visitor.page.locator(".pane .back").click()
    assert visitor.page.evaluate("document.activeElement.textContent") == "1"


@pytest.mark.parametrize("fragment", ["#s7.2", "#s7.2:4351-4391"])
def test_permalink_opens_its_place(visit, article_qa, fragment):
    visitor = visit(fragment)
    if ":" in fragment:
        assert visitor.marked() == article_qa.corpus.documents[0].text[4351:4391]
    else:
        visitor.page.wait_for_selector("[id='s7.2'].here")


def test_contents_lead_to_every_section(visit, article_qa):
    visitor = visit()
    visitor.page.locator(".contents summary").click()
    links = visitor.page.locator(".contents a")
    assert links.count() == len(article_qa.corpus.documents[0].sections)
    links.last.click()
    visitor.page.wait_for_selector("[id='s9'].here")


def test_article_stands_there_whole(visit, article_qa):
    shown = visit().page.locator(".sheet").inner_text()
    for passage in article_qa.corpus.passages:
        for sentence in passage.sentences:
            assert article_qa.corpus.documents[0].text[sentence.start : sentence.end] in shown


def test_export_is_markdown_with_footnotes(visit, tmp_path):
    visitor = visit().ask("Which muscles does ALS cramp?")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "conversation.md")
    text = (tmp_path / "conversation.md").read_text(encoding="utf-8")
    assert "## Which muscles does ALS cramp?" in text
    assert "[^1-1]" in text
    assert "\n[^1-1]: " in text


def test_copy_takes_the_sources_along(visit):
    visitor = visit(permissions=["clipboard-read", "clipboard-write"]).ask("Which muscles does ALS cramp?")
    visitor.page.locator(".copy[data-copy]").click()
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    assert "[2]" in copied
    assert "Amyotrophic Lateral Sclerosis (ALS): “" in copied


def test_phone_shows_everything_without_sideways_scrolling(visit, article_qa):
    visitor = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = visitor.page
    assert not page.locator(".sheet").is_visible()
    visitor.ask("Which muscles does ALS cramp?")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator(".words .marker").first.tap()
    assert visitor.marked() == article_qa.answer("Which muscles does ALS cramp?").citations[0].quote
    screenshot(visitor, "phone")
    assert page.locator(".sheet").is_visible()
    page.locator(".close-pane").tap()
    page.locator(".sheet").wait_for(state="hidden")


def test_dark_follows_the_system_and_the_switch(visit):
    visitor = visit(color_scheme="dark")
    background = "getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
    dark = visitor.page.evaluate(background)
    assert sum(int(part) for part in dark[4:-1].split(",")) < 150
    visitor.ask("Tell me about multiple sclerosis").ask("Where are its cramps?")
    visitor.page.locator(".reply").last.locator(".words .marker").first.click()
    screenshot(visitor, "dark")
    visitor.page.locator(".light-or-dark").click()
    assert visitor.page.evaluate(background) != dark


def test_reduced_motion_is_respected(visit):
    visitor = visit(reduced_motion="reduce").ask("What does an EMG show?")
    assert (
        visitor.page.evaluate("getComputedStyle(document.querySelector('.words p, .words ul')).animationName") == "none"
    )


def test_first_sentence_comes_quickly(visit):
    visitor = visit().ask("What does an EMG show?")
    started = time.perf_counter()
    visitor.page.fill(BOX, "Which muscles does ALS cramp?")
    visitor.page.press(BOX, "Enter")
    visitor.page.wait_for_function("document.querySelectorAll('.reply .words').length === 2")
    assert time.perf_counter() - started < 3  # the bar is 0.3 s; a busy machine is not a failure


def test_server_functions_open_documents_only(visit, server):
    visitor: Visitor = visit()
    answer = visitor.page.request.get(f"{server}gradio_api/file=/etc/passwd")
    assert answer.status in (403, 404)


def test_thumb_and_reason_are_kept_and_survive_a_reload(visit, feedback):
    visitor = visit().ask("Tell me about peripheral neuropathy")
    page = visitor.page
    page.get_by_role("button", name="Like", exact=True).click()
    page.wait_for_timeout(500)
    assert [(v.good, v.question, v.sections) for v in feedback.verdicts()] == [
        (True, "Tell me about peripheral neuropathy", ("Peripheral Neuropathy",))
    ]
    visitor.reload()
    visitor.answered()
    page.get_by_role("button", name="Feedback").hover()
    page.get_by_role("button", name="The source does not say this").click()
    page.wait_for_timeout(500)
    assert [(v.good, v.reason) for v in feedback.verdicts()] == [(False, "wrong_source")]


def test_server_that_dies_in_the_middle_leaves_the_conversation(browser, article_qa):
    port = free_port()
    first = serving(Moody(article_qa), port=port)
    visitor = Visitor(browser, next(first)).open().ask("What does an EMG show?")
    visitor.page.fill(BOX, "What is the difference between CMT and myotonic dystrophy? slowly")
    visitor.page.press(BOX, "Enter")
    visitor.page.wait_for_function("document.querySelectorAll('.reply').length === 2")
    next(first, None)
    second = serving(Moody(article_qa), port=port)
    next(second)
    visitor.reload()
    visitor.answered(2)
    assert visitor.page.locator(".cut-short").count() == 1
    visitor.ask("Which muscles does ALS cramp?")
    assert visitor.page.locator(".reply").count() == 3
    visitor.context.close()
    next(second, None)


def test_print_shows_the_conversation_and_the_quoted_words(visit, article_qa):
    visitor = visit(color_scheme="dark").ask("Which muscles does ALS cramp?")
    visitor.page.emulate_media(media="print")
    assert not visitor.page.locator(".sheet").is_visible()
    assert not visitor.page.locator(BOX).is_visible()
    assert not visitor.page.locator(".acts").is_visible()
    words = "marker => getComputedStyle(marker, '::after').content"
    quote = article_qa.answer("Which muscles does ALS cramp?").citations[0].quote
    assert quote in visitor.page.locator(".sources .marker").first.evaluate(words)
    chat, disclaimer = (visitor.page.locator(part).bounding_box() for part in ("#chat", "#disclaimer"))
    assert disclaimer["y"] >= chat["y"] + chat["height"] - 1
