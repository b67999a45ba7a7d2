// One conversation: shown, refreshed while somebody types in it, changed by its forms.

import { stop } from "./desk_aids.js";
import { comeHere } from "./desk_here.js";
import { markOpen, refreshList } from "./desk_list.js";
import { recallReplies, storeReplies } from "./drafts.js";
import { answer, CutOff, desk, followEnd, get, isAtEnd, openId, pane, part, post, prepare, query, read, RETRY_MS, sayWhy, scrollDown } from "./desk_page.js";

const REFRESH_MS = 100;
const drafts = new Map(recallReplies());

function keepDraft() {
  const field = answer();
  if (field && openId()) drafts.set(openId(), field.value);
}

/** Of the conversation that is open, what was written before it was left, and of all when the page is. */
export function keepReplies() {
  const field = answer();
  if (field && !field.value) field.value = drafts.get(openId()) ?? "";
  window.addEventListener("pagehide", () => {
    keepDraft();
    storeReplies([...drafts].filter(([, text]) => text));
  });
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
  followEnd();
  markOpen();
  comeHere();
}

// Messages stay as they are; between two of them more may happen.
function placeMoments(line, wanted) {
  const known = new Map([...line.children].map((one) => [one.dataset.key, one]));
  let last = null;
  for (const one of [...wanted.children]) {
    const old = known.get(one.dataset.key);
    if (old && !old.matches(".events")) {
      last = old;
      continue;
    }
    if (old) {
      const folded = one.querySelector("details");
      if (folded) folded.open = old.querySelector("details")?.open ?? false;
      old.replaceWith(one);
    } else if (last) last.after(one);
    else line.prepend(one);
    last = one;
  }
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
  const wasAtEnd = isAtEnd();
  placeMoments(line, fresh.querySelector("[data-part=timeline]"));
  part("head").replaceWith(fresh.querySelector("[data-part=head]"));
  prepare(pane);
  if (wasAtEnd) scrollDown();
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
    } catch (error) {
      if (error instanceof CutOff) reloading = setTimeout(refreshConversation, RETRY_MS);
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
  } catch (error) {
    sayWhy(error);
  } finally {
    form.inert = false;
  }
}
