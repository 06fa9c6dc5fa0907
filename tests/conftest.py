"""Fixtures that several tests share: the real thing, loaded once, and the toy."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_fixtures import browser, feedback, server, visit  # noqa: F401
from server_fixtures import api  # noqa: F401

from corpus import load_corpus, make_corpus, read_text
from index import load_encoder
from index.toy import ToyEncoder
from qa import ArticleQA

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def encoder():
    return load_encoder()


@pytest.fixture(scope="session")
def article():
    return load_corpus()


@pytest.fixture(scope="session")
def article_qa(article, encoder):
    return ArticleQA.from_corpus(article, encoder)


@pytest.fixture
def toy():
    return ToyEncoder()


@pytest.fixture
def toy_corpus():
    bread = "Bread\n\n- Flour: it gives the dough its strength.\n- Salt: it slows the yeast."
    text = f"{bread}\n\nOvens\n\nAn oven bakes at 230 degrees."
    return make_corpus([read_text(text, title="Baking")])


@pytest.fixture(scope="session")
def shared():
    if not SHARED.is_dir():
        pytest.skip("the shared benchmark folder does not stand beside the project")
    return SHARED
