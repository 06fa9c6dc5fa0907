"""Reports: the same figures as a terminal table, as Markdown, as TREC files and as one page with plots."""
