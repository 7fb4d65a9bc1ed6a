// Shows the sandbox inbox and keeps asking for what is new. Everything a message holds is put in as text, never as markup.
"use strict";

const EVERY_MS = 1500;
const SHOWN = 300;
const LABELS = { sms: "SMS", email: "Mail", push: "Push", callback: "Callback" };
const CODE = /\b\d{6}\b/g;

const label = (kind) => (Object.hasOwn(LABELS, kind) ? LABELS[kind] : kind);
const find = (id) => document.getElementById(id);
const list = find("messages");
const state = { messages: [], newest: 0, kind: "", search: "" };

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function withCodes(text) {
  const paragraph = element("p", "text");
  let from = 0;
  for (const match of text.matchAll(CODE)) {
    paragraph.append(text.slice(from, match.index), codeButton(match[0]));
    from = match.index + match[0].length;
  }
  paragraph.append(text.slice(from));
  return paragraph;
}

function codeButton(code) {
  const button = element("button", "code", code);
  button.type = "button";
  button.title = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code);
    } catch {
      getSelection().selectAllChildren(button); // no clipboard without https: leave it selected for the reader
      return;
    }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 900);
  });
  return button;
}

function card(message, fresh) {
  const item = element("li", fresh ? "message fresh" : "message");
  item.dataset.id = message.id;
  const header = element("header");
  const kind = element("span", "kind", label(message.kind));
  if (Object.hasOwn(LABELS, message.kind)) kind.classList.add(message.kind);
  const when = new Date(message.created_at);
  const time = element("time", "", when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
  time.dateTime = message.created_at;
  time.title = when.toLocaleString();
  header.append(kind, element("span", "to", message.to), time);
  item.append(header);
  if (message.subject) item.append(element("p", "subject", message.subject));
  if (message.text) item.append(withCodes(message.text));
  if (Object.keys(message.payload).length) {
    const payload = element("details", "payload");
    payload.append(element("summary", "", "Details"), element("pre", "", JSON.stringify(message.payload, null, 2)));
    item.append(payload);
  }
  return item;
}

function matches(message) {
  if (state.kind && message.kind !== state.kind) return false;
  const words = `${message.to} ${message.subject} ${message.text}`.toLowerCase();
  return words.includes(state.search);
}

function showKinds() {
  const counts = new Map(Object.keys(LABELS).map((kind) => [kind, 0]));
  for (const { kind } of state.messages) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const chip = (kind, label, count) => {
    const button = element("button", "", label);
    button.type = "button";
    button.setAttribute("aria-pressed", String(state.kind === kind));
    if (count) button.append(element("span", "count", String(count)));
    button.addEventListener("click", () => {
      state.kind = kind;
      showAll();
    });
    return button;
  };
  find("kinds").replaceChildren(
    chip("", "All", state.messages.length),
    ...[...counts].map(([kind, count]) => chip(kind, label(kind), count)),
  );
}

function showEmpty() {
  find("empty").hidden = state.messages.length > 0;
  find("no-match").hidden = state.messages.length === 0 || list.childElementCount > 0;
}

function showAll() {
  list.replaceChildren(...state.messages.filter(matches).map((message) => card(message, false)));
  showKinds();
  showEmpty();
}

function add(received) {
  const first = state.newest === 0;
  const messages = received.filter(({ id }) => id > state.newest); // two looks may have been under way at once
  if (!messages.length) return;
  state.newest = Math.max(state.newest, ...messages.map(({ id }) => id));
  state.messages = [...messages, ...state.messages].slice(0, SHOWN);
  list.prepend(...messages.filter(matches).map((message) => card(message, !first)));
  while (list.childElementCount > SHOWN) list.lastElementChild.remove();
  showKinds();
}

function say(kind, text) {
  find("state").dataset.state = kind;
  find("state").textContent = text;
}

async function ask(path, options) {
  const response = await fetch(path, { headers: { Accept: "application/json" }, ...options });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? `The server answered ${response.status}`);
  return body;
}

async function look() {
  try {
    const { messages } = await ask(`/sandbox/api/messages?limit=${SHOWN}&after=${state.newest}`);
    add(messages);
    showEmpty();
    say("live", "Live");
  } catch {
    say("lost", "The server does not answer; trying again");
  }
}

async function keepLooking() {
  if (!document.hidden) await look();
  setTimeout(keepLooking, EVERY_MS);
}

function showInvited({ phone_numbers: numbers }) {
  find("invited").replaceChildren(...numbers.slice(0, 20).map((number) => element("li", "", number)));
}

find("search").addEventListener("input", (event) => {
  state.search = event.target.value.trim().toLowerCase();
  showAll();
});

find("clear").addEventListener("click", async () => {
  await ask("/sandbox/api/messages", { method: "DELETE" });
  state.messages = [];
  showAll();
});

find("invite").addEventListener("submit", async (event) => {
  event.preventDefault();
  const result = find("invite-result");
  try {
    showInvited(
      await ask("/sandbox/api/invited_numbers", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ phone_number: find("number").value }),
      }),
    );
    result.className = "note";
    result.textContent = "Invited.";
    event.target.reset();
  } catch (error) {
    result.className = "note bad";
    result.textContent = error.message;
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});

showKinds();
keepLooking();
ask("/sandbox/api/invited_numbers").then(showInvited, () => {});
