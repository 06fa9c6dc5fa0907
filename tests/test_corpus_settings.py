from __future__ import annotations

import pytest

from corpus.errors import SettingsError
from corpus.settings import CorpusSettings, read_settings


def test_the_article_has_settings(article):
    settings = article.settings
    assert len(settings.examples) == 6
    assert "not medical advice" in settings.disclaimer
    assert settings.urgent


def test_no_file_means_defaults(tmp_path):
    assert read_settings(tmp_path / "corpus.toml") == CorpusSettings()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title = ", "as TOML"),
        ("titel = 'x'", "unknown keys \\['titel'\\]"),
        ("title = 3", "`title` must be a text"),
        ("examples = 'one'", "`examples` must be a list"),
        ("threshold = 2", "`threshold` must be a number from 0 to 1"),
        ("threshold = true", "`threshold` must be a number"),
        ("urgent = [1]", "`urgent` must be tables"),
        ("[[urgent]]\nphrases = ['x']", "`urgent` needs exactly"),
    ],
)
def test_wrong_settings_name_the_file_and_the_key(tmp_path, text, complaint):
    file = tmp_path / "corpus.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=complaint):
        read_settings(file)
