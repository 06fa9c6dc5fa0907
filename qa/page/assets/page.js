// The reading pane and the marks in answers. Gradio calls this with `element`, the pane, and `server`, the page's functions.
const pane = element.querySelector(".pane");
const sheet = pane.querySelector(".sheet");
const back = pane.querySelector(".back");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
let first = sheet.querySelector("article").dataset.document;
let cameFrom = null;

// ---- Places: "#s7.1" is a section, "#other.md/s7.1:10-20" characters of another document, "#other.md/" all of it.
function parse(fragment) {
  const match = /^#(?:([^/]*)\/)?(?:(s[\d.]+)(?::(\d+)-(\d+))?)?$/.exec(fragment);
  if (!match || fragment === "#") return null;
  const [, document, section, start, end] = match;
  return { document: document ? decodeURIComponent(document) : "", section, start: Number(start), end: Number(end), words: start !== undefined };
}

// Documents may be renewed while the page is open: what a link of another version leads to is fetched anew.
async function show(place, link) {
  const shown = sheet.querySelector("article").dataset;
  const version = link?.closest("[data-version]")?.dataset.version ?? shown.version;
  if (version !== shown.version || shown.document !== (place.document || first)) {
    const read = await server.read(version === shown.version ? place.document || first : place.document).catch(() => "");
    if (!read) {
      say(pane.dataset.missing);
      return;
    }
    sheet.innerHTML = read;
    if (!place.document) first = sheet.querySelector("article").dataset.document;
  }
  clear();
  openPane();
  const target = place.words ? highlight(place.start, place.end) : document.getElementById(place.section ?? "article-title");
  if (!target || (link?.dataset.quote && bare(link.dataset.quote) !== marked())) {
    clear();
    say(pane.dataset.missing);
    return;
  }
  if (place.section && !place.words) target.classList.add("here");
  const behaviour = still.matches ? "auto" : "smooth";
  const top = target.getBoundingClientRect().top - sheet.getBoundingClientRect().top + sheet.scrollTop;
  sheet.scrollTo({ top: Math.max(0, top - sheet.clientHeight / (place.words ? 3 : 12)), behavior: behaviour });
  target.focus({ preventScroll: true });
}

// The documents may be newer than the page: pane and title follow, but for a place that is open in the pane.
async function renew() {
  const now = await server.now("").catch(() => null);
  if (!now) return;
  const heading = document.querySelector(".masthead h1");
  if (heading && heading.textContent !== now.title) heading.textContent = now.title;
  if (document.title !== now.page_title) document.title = now.page_title;
  const shown = sheet.querySelector("article").dataset;
  const isOpen = () => sheet.querySelector("mark, .here") !== null;
  if (now.version === shown.version || isOpen()) return;
  const read = (await server.read(shown.document).catch(() => "")) || (await server.read("").catch(() => ""));
  if (!read || isOpen()) return;
  sheet.innerHTML = read;
  first = now.first;
}

// Marks the characters from `start` to `end`, which count code points as Python does; returns the first mark.
function highlight(start, end) {
  let firstMark = null;
  for (const block of sheet.querySelectorAll("[data-start]")) {
    const text = block.textContent;
    const characters = Array.from(text);
    const begin = Number(block.dataset.start);
    const from = Math.max(start - begin, 0);
    const to = Math.min(end - begin, characters.length);
    if (from >= to) continue;
    const mark = document.createElement("mark");
    mark.textContent = characters.slice(from, to).join("");
    block.replaceChildren(characters.slice(0, from).join(""), mark, characters.slice(to).join(""));
    firstMark ??= mark;
  }
  firstMark?.setAttribute("tabindex", "-1");
  return firstMark;
}

function bare(text) {
  return text.replace(/\s+/g, "");
}

function marked() {
  return bare(Array.from(sheet.querySelectorAll("mark"), (mark) => mark.textContent).join(""));
}

function clear() {
  for (const mark of sheet.querySelectorAll("mark")) {
    const block = mark.parentElement;
    mark.replaceWith(mark.textContent);
    block.normalize();
  }
  sheet.querySelector(".here")?.classList.remove("here");
  document.querySelector(".marker.current")?.classList.remove("current");
}

// ---- The pane beside the chat, or over it where the window is narrow.
function openPane() {
  document.body.classList.add("reading");
  back.hidden = !cameFrom;
}

function leave() {
  const origin = cameFrom;
  cameFrom = null;
  back.hidden = true;
  document.body.classList.remove("reading");
  clear();
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  if (origin?.isConnected) origin.focus();
}

function follow(link) {
  const fragment = link.getAttribute("href");
  const place = parse(fragment);
  if (!place) return;
  if (!sheet.contains(link)) cameFrom = link;
  history.replaceState(null, "", location.pathname + location.search + fragment);
  show(place, link).then(() => {
    if (link.classList.contains("marker")) link.classList.add("current");
  });
}

// ---- The words behind a marker, shown while the pointer or the focus is on it.
const card = document.createElement("div");
card.id = "quote-card";
card.setAttribute("role", "tooltip");
card.hidden = true;
document.body.append(card);

function showCard(marker) {
  const where = document.createElement("span");
  where.className = "where";
  where.textContent = marker.dataset.place;
  const quote = document.createElement("span");
  quote.className = "quote";
  quote.dir = "auto";
  quote.textContent = marker.dataset.quote;
  card.replaceChildren(where, quote);
  card.hidden = false;
  marker.setAttribute("aria-describedby", card.id);
  const box = marker.getBoundingClientRect();
  const left = Math.min(Math.max(8, box.left - 24), window.innerWidth - card.offsetWidth - 8);
  const above = box.top - card.offsetHeight - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > 8 ? above : box.bottom + 8}px`;
}

function hideCard() {
  card.hidden = true;
}

// ---- What the page says to those who do not see it.
function say(message) {
  pane.querySelector(".said").textContent = message;
}

// A link that asks the question again, at the address of this page.
function linkTo(question) {
  const url = new URL(location.pathname + location.search, location.href);
  url.searchParams.set("q", question);
  return url.href;
}

async function copy(button) {
  const text = button.dataset.copy ?? linkTo(button.dataset.question);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const label = button.textContent;
  button.textContent = button.dataset.done;
  say(button.dataset.done);
  setTimeout(() => (button.textContent = label), 1600);
}

function refine(button) {
  const box = document.querySelector("#question textarea");
  box.value = button.dataset.question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

// Which question of the conversation something belongs to, from 0.
function turnOf(part) {
  return [...document.querySelectorAll("#chat .bot-row")].indexOf(part.closest(".bot-row"));
}

function remove(button) {
  if (stop()) return; // the answer under way would bring it back
  trigger("delete", { turn: turnOf(button) });
  say(pane.dataset.deleted);
  document.querySelector("#question textarea").focus();
}

// ---- Stop: Gradio passes over an Enter until the server has let go of the stopped answer; it is kept until then.
const stop = () => document.querySelector("#question .stop-button");
let lettingGo = 0;
let kept = false;

function free() {
  clearTimeout(lettingGo);
  lettingGo = stop() ? setTimeout(free, 50) : 0;
  if (lettingGo || !kept) return;
  kept = false;
  const enter = new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true });
  document.querySelector("#question textarea").dispatchEvent(enter);
}

function keep(event) {
  event.preventDefault();
  event.stopPropagation();
  kept = true;
}

document.addEventListener(
  "click",
  (event) => {
    if (event.target.closest?.(".stop-button")) lettingGo = setTimeout(free, 5000);
    else if (lettingGo && event.target.closest?.(".submit-button")) keep(event);
  },
  true,
);
document.addEventListener(
  "keydown",
  (event) => lettingGo && event.key === "Enter" && !event.shiftKey && event.target.matches?.("#question textarea") && keep(event),
  true,
);

function switchLight() {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("footnote-light", dark ? "dark" : "light");
}

window.footnote = {
  free,
  // Asks the question of a link that somebody shared, once: a reload does not ask it again.
  askLinked() {
    const url = new URL(location.href);
    const question = url.searchParams.get("q");
    if (!question) return;
    url.searchParams.delete("q");
    history.replaceState(null, "", url);
    trigger("submit", { question });
  },
  save(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  },
};

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest?.(selector);
  const link = hit("a[href^='#']");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link?.classList.contains("skip")) {
    event.preventDefault();
    document.querySelector("#question textarea").focus();
  } else if (link && parse(link.getAttribute("href"))) {
    event.preventDefault();
    hideCard();
    follow(link);
  } else if (hit(".copy")) copy(hit(".copy"));
  else if (hit(".refine")) refine(hit(".refine"));
  else if (hit(".delete")) remove(hit(".delete"));
  else if (hit(".back") || hit(".close-pane")) leave();
  else if (hit(".light-or-dark")) switchLight();
  else if (hit(".open-pane")) {
    cameFrom = hit(".open-pane");
    openPane();
    sheet.querySelector("section").focus({ preventScroll: true });
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!card.hidden) hideCard();
  if (cameFrom) leave();
  else stop()?.click();
});
// The list of documents may be long: it is fetched when it is opened.
document.addEventListener(
  "toggle",
  async (event) => {
    const list = event.target.closest?.(".documents");
    if (!list?.open || list.querySelector("ul")) return;
    const shown = list.closest("article").dataset.document;
    list.insertAdjacentHTML("beforeend", await server.documents(shown).catch(() => ""));
  },
  true,
);
for (const [on, off] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(on, (event) => event.target.matches?.(".marker") && showCard(event.target));
  document.addEventListener(off, (event) => event.target.matches?.(".marker") && hideCard());
}
window.addEventListener("hashchange", () => {
  const place = parse(location.hash);
  if (place) show(place);
});

// ---- The conversation: a new question moves to the top and stays there while its answer grows.
// Gradio labels a message with its own words ("bot's message: a component of type html"); the words in it say more.
const named = { user: pane.dataset.you, bot: pane.dataset.reply };
let newest = null;
let following = false;
let renewed = null;
new MutationObserver((changes) => {
  if (!changes.some((change) => change.target.closest?.("#chat"))) return;
  for (const message of document.querySelectorAll("#chat [data-testid][aria-label*=\"'s message\"]")) {
    message.setAttribute("role", "group");
    message.setAttribute("aria-label", named[message.dataset.testid]);
  }
  document.querySelector("#chat .examples[role='list']")?.setAttribute("role", "group"); // its children are buttons
  const questions = document.querySelectorAll("#chat .user-row");
  const last = questions[questions.length - 1];
  if (last && last !== newest) following = true;
  newest = last;
  const version = last?.nextElementSibling?.querySelector("[data-version]")?.dataset.version;
  if (version && version !== renewed && version !== sheet.querySelector("article").dataset.version) {
    renewed = version;
    renew();
  }
  if (following && last) {
    const panel = last.closest(".panel-wrap");
    panel.scrollTop += last.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    if (last.nextElementSibling?.querySelector(".foot, .failure")) setTimeout(() => (following = false), 1000);
  }
}).observe(document.body, { childList: true, subtree: true });
for (const by of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  document.addEventListener(by, () => (following = false), { passive: true });
}

const light = localStorage.getItem("footnote-light");
if (light) document.body.classList.toggle("dark", light === "dark");
const asked = parse(location.hash);
renew().then(() => asked && show(asked));
