"""Loading: from a file or a folder to a corpus of documents."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import CorpusError
from corpus.readers import MAX_BYTES, SUFFIXES, TEXT_READERS, canonical_newlines, read_bytes
from corpus.settings import SETTINGS_FILE, CorpusSettings, read_settings
from corpus.splitting import Chunking, build_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.records import Document, Passage


@dataclass(frozen=True)
class Corpus:
    """Documents that are asked together. `problems` names each file that was left out, and why."""

    documents: tuple[Document, ...]
    settings: CorpusSettings = field(default_factory=CorpusSettings)
    chunking: Chunking = field(default_factory=Chunking)
    problems: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The corpus's name for people: from its settings, or from its first document."""
        return self.settings.title or self.documents[0].title

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, in the order in which an index holds them."""
        return tuple(passage for document in self.documents for passage in document.passages)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of everything that an index is made of: texts, their headings and the passages' spans."""
        digest = hashlib.sha256()
        for document in self.documents:
            headings = [(s.id, s.heading_start, s.heading_end, s.parent_id) for s in document.sections]
            spans = [
                (p.id, p.start, p.end, [(s.start, s.end, s.kind.value) for s in p.sentences]) for p in document.passages
            ]
            digest.update(repr((document.id, document.title, document.text, headings, spans)).encode())
        return digest.hexdigest()

    @cached_property
    def _by_id(self) -> dict[str, Document]:
        return {document.id: document for document in self.documents}

    def document(self, document_id: str) -> Document:
        """Return the document with this id.

        Raises:
            KeyError: no document has it.
        """
        return self._by_id[document_id]


def default_corpus_path() -> Path:
    """Return the folder of the article that Footnote ships with."""
    return Path(__file__).parent / "articles"


def load_corpus(path: str | Path | None = None, *, chunking: Chunking | None = None) -> Corpus:
    """Return the documents of one file, or of every readable file below a folder, in the order of their names.

    `path` None is the default article. A `corpus.toml` beside the file, or in the folder, holds the settings. A file
    that cannot be read is left out and named in `Corpus.problems`.

    Raises:
        CorpusError: the path does not exist, or no document with text came of it.
        SettingsError: the `corpus.toml` cannot be used.
    """
    root = Path(path).expanduser() if path is not None else default_corpus_path()
    chunking = chunking or Chunking()
    if not root.exists():
        raise CorpusError(f"no corpus at {root}: give a file ({', '.join(SUFFIXES)}) or a folder that holds some")
    folder = root if root.is_dir() else root.parent
    try:
        files = _files(root)
    except OSError as error:
        raise CorpusError(f"{root} cannot be listed: {error.strerror}; check its permissions") from error
    documents: list[Document] = []
    problems: list[str] = []
    for file in files:
        try:
            document = _read_file(file, file.relative_to(folder), chunking)
        except (OSError, CorpusError) as error:
            problems.append(f"{file}: {error.strerror if isinstance(error, OSError) else error}")
            continue
        if document.passages:
            documents.append(document)
        else:
            problems.append(f"{file}: holds no text")
    if not documents:
        detail = "; ".join(problems[:3]) or f"no file ends in {', '.join(SUFFIXES)}"
        raise CorpusError(f"nothing to read in {root}: {detail}")
    return Corpus(tuple(documents), read_settings(folder / SETTINGS_FILE), chunking, tuple(problems))


def read_text(
    text: str,
    *,
    title: str = "Untitled",
    suffix: str = ".txt",
    document_id: str = "text",
    chunking: Chunking | None = None,
) -> Document:
    """Return a document made of a text in memory, read as a file with that suffix would be.

    Raises:
        CorpusError: no reader of texts takes the suffix.
    """
    if suffix not in TEXT_READERS:
        raise CorpusError(f"no reader for {suffix!r} files; there are readers for {', '.join(TEXT_READERS)}")
    parsed = TEXT_READERS[suffix](canonical_newlines(text))
    return build_document(document_id, parsed, title=title, source="", chunking=chunking or Chunking())


def make_corpus(documents: Sequence[Document], settings: CorpusSettings | None = None) -> Corpus:
    """Return a corpus of documents in memory.

    Raises:
        CorpusError: there is none, or two share an id.
    """
    if not documents:
        raise CorpusError("a corpus needs at least one document")
    if len({document.id for document in documents}) < len(documents):
        raise CorpusError("two documents share an id; ids must differ")
    return Corpus(tuple(documents), settings or CorpusSettings())


def _files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    below = (file for file in root.rglob("*") if not any(part.startswith(".") for part in file.relative_to(root).parts))
    return sorted(file for file in below if file.suffix.lower() in SUFFIXES and file.is_file())


def _read_file(file: Path, relative: Path, chunking: Chunking) -> Document:
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise CorpusError(f"has {size / 1e6:.0f} MB, more than the {MAX_BYTES / 1e6:.0f} MB of one document; split it")
    parsed = read_bytes(file.read_bytes(), file.suffix)
    title = re.sub(r"[-_\s]+", " ", file.stem).strip() or file.name
    title = title[:1].upper() + title[1:]
    return build_document(relative.as_posix(), parsed, title=title, source=str(file), chunking=chunking)
