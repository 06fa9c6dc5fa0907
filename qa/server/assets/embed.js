// "Ask this article" for any page, in two lines:
//   <script src="https://YOUR-FOOTNOTE/embed.js" defer></script>
//   <ask-article></ask-article>
// Attributes: corpus (which one is asked), label, button, placeholder (the words shown), key (an API key that visitors may see).
(() => {
  "use strict";
  const server = new URL(".", document.currentScript.src);
  const STYLE = `
    :host { display: block; font: inherit; color: inherit; line-height: 1.5; }
    form { display: flex; gap: .5rem; flex-wrap: wrap; }
    label { flex: 1 0 100%; font-weight: 600; }
    input { flex: 1 1 12rem; min-width: 0; font: inherit; padding: .5rem .75rem; border: 1px solid #767676; border-radius: .375rem; }
    button { font: inherit; cursor: pointer; }
    form button { padding: .5rem 1rem; border: 0; border-radius: .375rem; background: #0b5d6e; color: #fff; }
    form button:disabled { opacity: .6; cursor: default; }
    :focus-visible { outline: 2px solid #0b5d6e; outline-offset: 2px; }
    .reply { margin-top: .75rem; }
    .notice { border-left: 4px solid #b3261e; padding-left: .75rem; }
    .marker { border: 0; background: none; color: #0b5d6e; padding: 0 .15em; font-size: .8em; vertical-align: super; text-decoration: underline; }
    .bullet { display: block; padding-left: 1.25em; text-indent: -1em; }
    .bullet::before { content: "• "; }
    blockquote { margin: .5rem 0; padding-left: .75rem; border-left: 4px solid #ffc940; }
    a { color: #0b5d6e; }
    .failure { color: #b3261e; }
    @media (prefers-color-scheme: dark) { .failure { color: inherit; } a, .marker { color: inherit; } }`;

  // Every text is set as text, never as markup: what comes from a server stays data.
  const make = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const [first, second] = block.split("\n");
        yield { name: first.slice("event: ".length), data: JSON.parse(second.slice("data: ".length)) };
      }
    }
  }

  class AskArticle extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      this.form = make("form");
      const label = make("label", this.getAttribute("label") || "Ask this article");
      this.input = make("input");
      this.input.id = label.htmlFor = "question";
      this.input.maxLength = 2000;
      this.input.required = true;
      this.input.autocomplete = "off";
      this.input.placeholder = this.getAttribute("placeholder") || "";
      this.button = make("button", this.getAttribute("button") || "Ask");
      this.reply = make("div", undefined, "reply");
      this.reply.setAttribute("aria-live", "polite");
      this.form.append(label, this.input, this.button);
      root.append(make("style", STYLE), this.form, this.reply);
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.ask(this.input.value);
      });
    }

    async ask(question) {
      const headers = { "Content-Type": "application/json" };
      if (this.getAttribute("key")) headers.Authorization = `Bearer ${this.getAttribute("key")}`;
      const body = JSON.stringify({ question, stream: true, corpus: this.getAttribute("corpus") });
      this.button.disabled = true;
      this.reply.setAttribute("aria-busy", "true");
      this.reply.replaceChildren();
      try {
        const response = await fetch(new URL("v1/answer", server), { method: "POST", headers, body });
        if (!response.ok) return this.fail((await response.json()).detail);
        for await (const { name, data } of events(response)) {
          if (name === "restart") this.reply.replaceChildren();
          else if (name === "sentence") this.say(data);
          else if (name === "error") this.fail(data.detail);
          else if (name === "answer") this.finish(data);
        }
      } catch {
        this.fail("No answer could be had. Try again in a moment.");
      } finally {
        this.button.disabled = false;
        this.reply.setAttribute("aria-busy", "false");
      }
    }

    say(sentence) {
      const said = make("span", `${sentence.text} `, sentence.bullet ? "bullet" : "");
      for (const citation of sentence.citations) {
        const marker = make("button", `${citation.marker}`, "marker");
        marker.type = "button";
        marker.title = citation.section_title;
        marker.setAttribute("aria-expanded", "false");
        marker.setAttribute("aria-label", `Source ${citation.marker}: ${citation.section_title}`);
        marker.addEventListener("click", () => this.quote(said, marker, citation));
        said.append(marker, " ");
      }
      this.reply.append(said);
    }

    quote(said, marker, citation) {
      const open = marker.getAttribute("aria-expanded") === "true";
      marker.setAttribute("aria-expanded", String(!open));
      if (open) return marker.shown.remove();
      marker.shown = make("blockquote", citation.quote);
      marker.shown.append(" — ", make("cite", citation.section_title));
      said.after(marker.shown);
    }

    finish(answer) {
      if (answer.notice) this.reply.prepend(make("p", answer.notice, "notice"));
      if (answer.abstained) this.reply.append(make("p", answer.text, "silence"));
      for (const part of answer.unanswered) this.reply.append(make("p", `Not answered here: ${part}`));
      if (answer.note) this.reply.append(make("p", answer.note));
    }

    fail(detail) {
      this.reply.replaceChildren(make("p", detail, "failure"));
    }
  }

  if (!customElements.get("ask-article")) customElements.define("ask-article", AskArticle);
})();
