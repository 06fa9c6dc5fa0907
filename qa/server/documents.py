"""The door of texts: GET /v1/corpora, /v1/documents and their sections."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from corpus.lazy import outlines
from qa.server.corpora import UnknownNameError, document_of
from qa.server.records import (
    CorporaRecord,
    CorpusRecord,
    DocumentHead,
    DocumentRecord,
    DocumentsRecord,
    Name,
    SectionHead,
    SectionRecord,
)

if TYPE_CHECKING:
    from corpus import Document, Section
    from qa.server.service import Service


def documents_router(service: Service) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["texts"])

    @router.get("/corpora", summary="List what can be asked")
    def corpora() -> CorporaRecord:
        listed = []
        for name in service.corpora:
            corpus = service.corpora.get(name).corpus
            listed.append(
                CorpusRecord(
                    name=name,
                    title=corpus.title,
                    documents=len(corpus.documents),
                    passages=len(corpus.passages),
                    content_hash=corpus.content_hash,
                    examples=list(corpus.settings.examples),
                    disclaimer=corpus.settings.disclaimer,
                )
            )
        return CorporaRecord(default=service.corpora.default, corpora=listed)

    @router.get("/documents", summary="List the documents of a corpus")
    def documents(corpus: Name | None = None) -> DocumentsRecord:
        heads = [
            DocumentHead(id=each.id, title=each.title, characters=each.characters, sections=len(each.sections))
            for each in outlines(service.corpora.get(corpus).corpus.documents)
        ]
        return DocumentsRecord(corpus=corpus or service.corpora.default, documents=heads)

    @router.get("/documents/{document_id:path}/sections/{section_id}", summary="Read a section")
    def section(document_id: str, section_id: str, corpus: Name | None = None) -> SectionRecord:
        document = document_of(service.corpora.get(corpus), document_id)
        found = section_of(document, section_id)
        return SectionRecord(
            corpus=corpus or service.corpora.default,
            document_id=document.id,
            text=document.text[found.start : found.end],
            **head(found),
        )

    @router.get("/documents/{document_id:path}", summary="Read a document")
    def document(document_id: str, corpus: Name | None = None) -> DocumentRecord:
        found = document_of(service.corpora.get(corpus), document_id)
        sections = [SectionHead(**head(section)) for section in found.sections]
        return DocumentRecord(
            corpus=corpus or service.corpora.default,
            id=found.id,
            title=found.title,
            text=found.text,
            sections=sections,
        )

    return router


def section_of(document: Document, section_id: str) -> Section:
    """Return a document's section.

    Raises:
        UnknownNameError: no section has the id.
    """
    try:
        return document.section(section_id)
    except KeyError:
        raise UnknownNameError(
            f"{document.id} has no section {section_id!r:.80}; GET the document lists them"
        ) from None


def head(section: Section) -> dict[str, Any]:
    """Return what names a section, JSON-ready."""
    return {name: value for name, value in asdict(section).items() if name in SectionHead.model_fields}
