// One conversation: shown, refreshed while somebody types in it, changed by its forms.

import { stop } from "./desk_aids.js";
import { markOpen, refreshList } from "./desk_list.js";
import { answer, desk, get, openId, pane, part, post, prepare, query, read, say, scrollDown, words } from "./desk_page.js";

const REFRESH_MS = 100;
const drafts = new Map();

function keepDraft() {
  const field = answer();
  if (field && openId()) drafts.set(openId(), field.value);
}

function show(fresh, { keeps = true } = {}) {
  if (keeps) keepDraft();
  stop();
  pane.replaceChildren(fresh);
  desk.classList.add("has-open");
  const field = answer();
  const draft = drafts.get(openId());
  if (field && keeps && draft && !field.value) field.value = draft;
  prepare(pane);
  scrollDown();
  markOpen();
}

// The parts that others change; what is being typed stays.
function refresh(fresh) {
  const open = fresh.querySelector(".conversation");
  if (open?.dataset.id !== openId()) return;
  const wasResolved = !answer();
  if (wasResolved !== !fresh.querySelector("#answer")) {
    show(fresh);
    return;
  }
  const line = part("timeline");
  const isAtEnd = line.scrollHeight - line.scrollTop - line.clientHeight < 80;
  const known = new Set([...line.querySelectorAll(".message")].map((one) => one.dataset.position));
  for (const message of fresh.querySelectorAll(".message")) {
    if (!known.has(message.dataset.position)) line.append(message);
  }
  part("head").replaceWith(fresh.querySelector("[data-part=head]"));
  prepare(pane);
  if (isAtEnd) scrollDown();
}

export async function openConversation(address, { pushes = true } = {}) {
  const fresh = await get(`${address}${address.includes("?") ? "&" : "?"}partial=1`);
  show(fresh);
  if (pushes) history.pushState({}, "", address);
  refreshList();
}

let reloading = 0;
export function refreshConversation() {
  clearTimeout(reloading);
  reloading = setTimeout(async () => {
    if (!openId()) return;
    try {
      refresh(await get(`/desk/${openId()}?${query()}&partial=1`));
    } catch {
      /* the next event tries again */
    }
  }, REFRESH_MS);
}

// Forms: sent in place; what comes back is the conversation as it is then.

const keyOf = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

export async function sendForm(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  body.set("partial", "1");
  if (form.id === "composer") body.set("key", (form.dataset.key ??= keyOf()));
  form.inert = true;
  try {
    const response = await post(form.getAttribute("action"), body);
    const fresh = read(await response.text());
    if (!fresh.querySelector(".conversation")) throw new Error(response.statusText);
    const isDone = response.ok;
    if (isDone && form.id === "composer") drafts.delete(openId());
    show(fresh, { keeps: !(isDone && form.id === "composer") });
    if (isDone && form.id === "composer") answer()?.focus();
    refreshList();
  } catch {
    say(words.wordsLost);
  } finally {
    form.inert = false;
  }
}
