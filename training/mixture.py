"""The training mixture: every family deals in fixed shares, so that any beginning of the file is a balanced whole."""

from __future__ import annotations

import logging
import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.families.claims import IdealFamily, WiceFamily
from training.families.complaints import ComplaintFamily
from training.families.compound import CompoundFamily
from training.families.experts import ExpertFamily
from training.families.facts import FactFamily
from training.families.health import HealthFamily
from training.families.nonsense import NonsenseFamily
from training.families.reading import ReadingFamily
from training.families.terms import TermFamily
from training.families.twins import SentenceFamily, StatementFamily
from training.families.written import WrittenFamily
from training.split import SEED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training.encoder import Encoder
    from training.families.common import Family
    from training.library import Library
    from training.records import Group

SHARES = {
    "squad2": 14,
    "clapnq": 4,
    "experts": 5,
    "health": 7,
    "compound": 2,
    "facts-health": 3,
    "facts-general": 2,
    "complaints": 3,
    "terms": 1,
    "nonsense": 5,
    "wice": 4,
    "sentences": 2,
    "statements": 2,
    "ideal": 1,
    "written": 225,
}
"""Groups of each family in 280."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mixture:
    """The families by name; they only know documents that are trained on."""

    families: dict[str, Family]

    def groups(self, number: int) -> Iterator[Group]:
        """That many groups, the families in turn by their shares."""
        rng = random.Random(SEED)  # noqa: S311 - sampling, not secrecy
        names = list(self.families)
        weights = [SHARES[name] for name in names]
        given: Counter[str] = Counter()
        while sum(given.values()) < number:
            name = rng.choices(names, weights)[0]
            group = self.families[name](rng)
            if group is not None and group.question.strip():
                given[name] += 1
                yield group
        log.info("groups by family: %s", dict(given))


def build(library: Library, encoder: Encoder) -> Mixture:
    """Set up every family."""
    general, health_texts, expert_texts = library.general_texts(), library.health_texts(), library.expert_texts()
    health = HealthFamily(library.topics)
    experts = ExpertFamily(library.experts, library.snippets, encoder)
    return Mixture(
        {
            "squad2": ReadingFamily("squad2", library.squad, encoder),
            "clapnq": ReadingFamily("clapnq", library.clapnq, encoder),
            "experts": experts,
            "health": health,
            "compound": CompoundFamily(library.topics, health),
            "facts-health": FactFamily("health", library.passages_by_topic()),
            "facts-general": FactFamily("general", library.passages_by_title()),
            "complaints": ComplaintFamily(library.topics),
            "terms": TermFamily([*health_texts, *general, *expert_texts]),
            "nonsense": NonsenseFamily([*general * 3, *health_texts], library.questions()),
            "wice": WiceFamily(library.claims),
            "sentences": SentenceFamily([*health_texts, *general * 4, *expert_texts]),
            "statements": StatementFamily(library.squad),
            "ideal": IdealFamily(library.experts, library.snippets, experts.confusing),
            "written": WrittenFamily([one for one in library.written() if not one.held_out], encoder),
        }
    )
