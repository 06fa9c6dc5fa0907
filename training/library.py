"""The part of the public sets that is trained on, and the texts that several families draw from."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.families.topics import BOILERPLATE, Topics
from training.sets import read_bioasq, read_clapnq, read_medquad, read_squad, read_wice
from training.text import chunks, sentences_of
from training.written import Written, fingerprint, read_written

if TYPE_CHECKING:
    from pathlib import Path

    from training.encoder import Encoder
    from training.sets import Claim, ExpertQuestion, Reading

log = logging.getLogger(__name__)
Text = tuple[str, tuple[str, ...]]
"""A title, possibly empty, and the sentences of one passage."""

PASSAGE_WORDS, PASSAGES_OF_ANSWER = 110, 5


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that may be trained on; what is held out is not in it."""

    squad: list[Reading]
    clapnq: list[Reading]
    topics: Topics
    experts: list[ExpertQuestion]
    snippets: dict[str, str]
    claims: list[Claim]

    @classmethod
    def read(cls, data: Path, encoder: Encoder) -> Library:
        """Read the sets of a folder; a BioASQ question goes with its documents if any of them is held out."""
        questions, snippets = read_bioasq(data / "bioasq")
        held_out = {document for one in questions if one.held_out for document in one.documents}
        library = cls(
            [one for one in read_squad(data / "squad2" / "dev.json") if not one.held_out],
            [one for one in read_clapnq(data / "clapnq") if not one.held_out],
            Topics(
                [one for one in read_medquad(data / "medquad" / "medquad_qa.jsonl.gz") if not one.held_out], encoder
            ),
            [one for one in questions if not one.held_out and not held_out & one.documents],
            snippets,
            [one for one in read_wice(data / "wice" / "dev.jsonl.gz") if not one.held_out],
        )
        counts = [
            len(part) for part in (library.squad, library.clapnq, library.topics.names, library.experts, library.claims)
        ]
        log.info("squad2 %d, clapnq %d questions, medquad %d topics, bioasq %d questions, wice %d claims", *counts)
        return library

    def passages_by_topic(self) -> dict[str, list[tuple[str, ...]]]:
        """The first passages of every MedQuAD answer, without what many answers share."""
        found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for name in self.topics.names:
            for answers in self.topics.answers[name].values():
                for answer in answers:
                    runs = chunks(answer.sentences, PASSAGE_WORDS)[:PASSAGES_OF_ANSWER]
                    passages = [answer.sentences[run.start : run.stop] for run in runs]
                    found[name] += [rows for rows in passages if not BOILERPLATE.search(" ".join(rows))]
        return found

    def passages_by_title(self) -> dict[str, list[tuple[str, ...]]]:
        """Passages that are not about health: Wikipedia's, and the beginnings of the pages that WiCE cites."""
        found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        pages = [(one.title, one.sentences[1:12]) for one in self.claims if len(one.sentences) > 12]
        for title, sentences in (*self.general_texts(), *pages):
            found[title].append(tuple(sentence[:300] for sentence in sentences))
        return found

    def written(self) -> list[Written]:
        """What was written by hand about passages of the sets, and about our own."""
        answers = [answer for topic in self.topics.answers.values() for kind in topic.values() for answer in kind]
        documents = [
            *((one.topic, one.sentences) for one in answers),
            *((one.title, one.sentences) for one in (*self.squad, *self.clapnq)),
            *((one.page_title or one.title, one.sentences) for one in self.claims),
        ]
        return read_written({fingerprint(sentences): (title, sentences) for title, sentences in documents})

    def general_texts(self) -> list[Text]:
        """The passages of SQuAD2 and CLAPnq, each once."""
        return list(dict.fromkeys((one.title, one.sentences) for one in (*self.squad, *self.clapnq)))

    def health_texts(self) -> list[Text]:
        """MedQuAD's passages with their topics."""
        return [(name, rows) for name, passages in self.passages_by_topic().items() for rows in passages]

    def expert_texts(self) -> list[Text]:
        """BioASQ's snippets, without a title."""
        texts = [sentences_of(self.snippets[key]) for one in self.experts for key in one.snippets]
        return [("", rows) for rows in texts if rows]

    def questions(self) -> list[str]:
        """Every question that people or experts wrote."""
        return [one.question for one in (*self.squad, *self.clapnq)] + [one.question for one in self.experts]
