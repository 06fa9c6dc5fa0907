"""The server: one answer function behind the page, a REST API, the OpenAI protocol and MCP."""
