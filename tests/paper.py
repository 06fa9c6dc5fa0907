"""Makes small PDF and DOCX files for tests."""

from __future__ import annotations

import io

import docx
import pypdf


def pdf(pages, *, title_size=18, size=10):
    """Return a PDF of pages, each a list of paragraphs, each a list of lines; a line "# x" is set in larger type."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for paragraphs in pages:
        drawn, height = "", 780
        for lines in paragraphs:
            for line in lines:
                large = line.startswith("# ")
                words = line.removeprefix("# ").replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
                drawn += f"BT /F1 {title_size if large else size} Tf 72 {height} Td ({words}) Tj ET\n"
                height -= 12
            height -= 14
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream")
        box = "/MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {box} /Contents {len(objects)} 0 R >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    index = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return f"{body}{index}startxref\n{len(body)}\n%%EOF".encode("latin-1")


def locked_pdf(pages):
    """Return a PDF that asks for a password."""
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(pdf(pages))))
    writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def word(build):
    """Return a DOCX whose content `build` adds to an empty document."""
    document = docx.Document()
    build(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
