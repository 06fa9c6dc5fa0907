"""The chat page without its framework: what stands on it, as HTML and Markdown; `app.py` wires it to Gradio."""
