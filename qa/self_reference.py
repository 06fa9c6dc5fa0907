"""Sentences about the text itself ("This leaflet explains what helps"): they promise an answer and give none."""

from __future__ import annotations

import re

_NAMES = (
    r"(?:articles?|blog|post|guide|leaflet|booklet|brochure|primer|handbook|manual|tutorial|overview|introduction|book|"
    r"chapter|section|page|text|document|fact\s?sheet|information\s+sheet)"
)
_DOES = (
    r"(?:(?:also|only|mainly|briefly|then|first|further|therefore)\s+)*"
    r"(?:explains?|covers?|describes?|discuss(?:es)?|deals?|focus(?:es)?|looks?|explores?|examines?|outlines?|"
    r"introduces?|presents?|summari[sz]es?|shows?\s+(?:how|what|which|why|where|you)|tells?|says?|walks?|takes\s+you|"
    r"reviews?|compares?|lists?|answers?|provides?|offers?|gives?|contains?|includes?|helps\s+you|aims?|will|"
    r"(?:is|are)\s+(?:about|for|intended|meant|written|devoted|based)|"
    r"needs?|lacks?|relies|has\s+(?:multiple|several)|does\s+not\s+(?:cite|cover|deal|discuss|describe|replace))"
)
_WE_DO = (
    r"(?:we|you|I)(?:['’]ll|\s+will|\s+shall|\s+can)?\s+(?:(?:also|first|briefly|then)\s+)*"
    r"(?:explain|cover|describe|discuss|deal|focus|look\s+(?:at|into)|take\s+a|explore|examine|outline|introduce|"
    r"summari[sz]e|walk|review|compare|list|answer|delve|dive|learn|find\s+out)\b"
)
_SPEAKS_OF_ITSELF = re.compile(
    rf"\b(?:this|these|the\s+(?:present|following|next|previous))\s+{_NAMES}\s+{_DOES}\b"
    rf"|\b(?:in|throughout|over)\s+(?:this|the\s+(?:following|next|coming))\s+"
    rf"(?:{_NAMES}|pages|paragraphs|lines),?\s+{_WE_DO}"
    rf"|^(?:below|here|next|now|first),?\s+{_WE_DO}"
    r"|^(?:read\s+on|keep\s+reading)\b|^let['’]?s\s+(?:take\s+a\s+(?:closer\s+)?look|look\s+at|explore|dive|delve)\b",
    re.IGNORECASE,
)
_ASKS_OF_THE_TEXT = re.compile(
    rf"\b(?:{_NAMES}|authors?|writers?|read|summari[sz]e|summary|outline)\b|\babout\W*$", re.IGNORECASE
)


def speaks_of_itself(sentence: str) -> bool:
    """Tell whether a sentence only says what its text is about, or what is wrong with it.

    >>> speaks_of_itself("In this article, we’ll look at what helps."), speaks_of_itself("Read on to see what helps.")
    (True, True)
    >>> speaks_of_itself("This page of the score was lost."), speaks_of_itself("Next, we turn the lower valve.")
    (False, False)
    """
    return bool(_SPEAKS_OF_ITSELF.search(sentence))


def asks_of_the_text(question: str) -> bool:
    """Tell whether a question is about the text, so that what it says of itself may answer.

    >>> asks_of_the_text("What does this guide cover?"), asks_of_the_text("What is this about?")
    (True, True)
    >>> asks_of_the_text("Which medicine helps?")
    False
    """
    return bool(_ASKS_OF_THE_TEXT.search(question))
