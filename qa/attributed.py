"""Claims put in the text's mouth: "The article says that X. Quote it." asks for nothing; X has to be checked."""

from __future__ import annotations

import re

from qa.self_reference import TEXT_NAMES

_WHOSE = rf"(?:the|this|that|your|our)\s+(?:same\s+)?(?:{TEXT_NAMES}|author|writer|source|report|paper)s?"
_SAYS = r"(?:says?|states?|claims?|explains?|writes?|mentions?|confirms?|shows?|admits?|tells\s+(?:us|me|you))"
_URGES = r"(?:recommends?|advises?|suggests?|warns?)"
_PLACE = (
    r"(?:(?:exact|very|relevant|matching)\s+)?(?:sentences?|lines?|passages?|places?|parts?|words?|quotes?|quotations?)"
)
_CLAIM = (
    r"\s*[:,]?\s*(?:that\s+)?[\"“'‘]?(?P<claim>[^\s\"“'‘].*?)[\"”'’]?"
    r"(?=[.!?;](?:\s|[\"”'’]|$)|,\s*(?:right|correct|true|yes|no|(?:is|does|do|are|was|were)n['’]t\b)|$)"
)
_FORMS = tuple(
    re.compile(form + _CLAIM, re.IGNORECASE)
    for form in (
        rf"^(?:\W*(?:but|and|so|well|please|ok|okay)\b\W*)?(?:as\s+)?{_WHOSE}\s+(?:(?:also|even|clearly)\s+)?{_SAYS}"
        rf"(?:\s+(?:here|there|clearly))?(?!\s+(?:about|nothing)\b)",
        rf"^\W*it\s+{_SAYS}(?:\s+(?:here|there))?(?=\s+that\b)",
        rf"\bas\s+{_WHOSE}\s+{_SAYS}",
        rf"^\W*according\s+to\s+{_WHOSE}",
        rf"\b(?:where(?:\s+in\s+{_WHOSE})?|in\s+(?:which|what)\s+{_PLACE})\s+(?:does|do)\s+(?:it|{_WHOSE})\s+{_SAYS}",
        rf"\b{_PLACE}\s+(?:that|which|where|in\s+which)\s+(?:it\s+|{_WHOSE}\s+)?(?:{_SAYS}|is\s+(?:written|said|stated))",
        rf"\bit\s+is\s+(?:written|said|stated)(?:\s+(?:here|there|in\s+{_WHOSE}))?(?=\s+that\b)",
        rf"^\W*(?:please\s+)?(?:confirm|cite\s+the\s+{_PLACE}|quote\s+the\s+{_PLACE})(?=\s*:|\s+that\b)",
        rf"\bprove\s+from\s+{_WHOSE}(?=\s+that\b)",
    )
)
_URGED = re.compile(rf"^\W*(?P<claim>{_WHOSE}\s+{_URGES}\b[^.!?]*)[.!?]\s*\S", re.IGNORECASE)
_ASKS = re.compile(
    r"^(?:what|which|who|whom|whose|when|where|why|how|whether|if|is|are|was|were|do|does|did|can|could|will|would|should)\b",
    re.IGNORECASE,
)
_ASKS_MORE = re.compile(
    r"^(?!.*\b(?:quote|cite|confirm|repeat|show|prove|where|sentence|line|passage)\b).*?\w+\W+\w+\W+\w+[^.!?]*\?",
    re.IGNORECASE,
)
"""What follows a claim and is a question of its own, neither "doesn't it?" nor "can you quote it?"."""
_FEWEST_WORDS = 3


def attributed_claim(question: str) -> str | None:
    """Return the claim that a question puts in the text's mouth, or demands to see in it; None where there is none.

    >>> attributed_claim("The article says that salt cures gout, right? Quote it.")
    'salt cures gout'
    >>> attributed_claim("Where does it say that salt cures gout?"), attributed_claim("Where does it say what helps?")
    ('salt cures gout', None)
    >>> attributed_claim("According to the guide, which salt helps?"), attributed_claim("What does it say of salt?")
    (None, None)
    >>> attributed_claim("The guide says that salt cures gout. How long does that take?")
    """
    if urged := _URGED.search(question):
        return urged["claim"]
    for form in _FORMS:
        found = form.search(question)
        if found and not (_ASKS.match(found["claim"]) or _ASKS_MORE.match(question[found.end() :])):
            return found["claim"] if len(found["claim"].split()) >= _FEWEST_WORDS else None
    return None
