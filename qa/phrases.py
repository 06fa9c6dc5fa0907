"""What the product itself says: the words around an answer that come from no corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus import Corpus, Document, Section
    from corpus.settings import CorpusSettings
    from qa.records import Citation

CANNOT_ANSWER = "does not answer this"
"""The one phrase for silence, shared by every answer that abstains and by the tests."""

MODEL_FAILED = "The language model did not answer, so these are the source’s own words."
NOTHING_CONFIRMED = "Nothing that the language model wrote could be confirmed, so these are the source’s own words."
LEFT_OUT = "Left out, since the source does not confirm it: {count} sentence{s} of the language model."
"""Notes to a visitor about what a language model wrote."""
UNANSWERED = "Not answered here: {part}"
"""About a part of a question, where an answer is plain text."""


def abstention(corpus: Corpus, nearest: Sequence[tuple[Document, Section]]) -> str:
    """Return the text of an answer that abstains, with the closest sections named, and their documents if several."""
    many = len(corpus.documents) > 1
    subject = "This collection" if many else f"“{corpus.title}”"
    text = f"{subject} {CANNOT_ANSWER}."
    if not nearest:
        return text
    quoted = [f"“{section.title}”" + (f" in “{document.title}”" if many else "") for document, section in nearest]
    named = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
    return f"{text} The closest {'section is' if len(quoted) == 1 else 'sections are'} {named}."


def urgent_advice(question: str, settings: CorpusSettings) -> str:
    """Return the corpus owner's advice for urgent words in a question, or an empty text."""
    words = question.lower().replace("’", "'")
    return next(
        (urgent.advice for urgent in settings.urgent if any(phrase.lower() in words for phrase in urgent.phrases)), ""
    )


def place_of(citation: Citation, corpus: Corpus) -> str:
    """Return where a citation stands: its document where there are several, its section, its page, and other files."""
    titles = [corpus.document(citation.document_id).title] if len(corpus.documents) > 1 else []
    place = " › ".join([*titles, citation.section_title])
    place += f", p. {citation.page}" if citation.page else ""
    return place + (f" (also in {', '.join(citation.also)})" if citation.also else "")
