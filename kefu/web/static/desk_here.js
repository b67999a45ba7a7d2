// Who else looks at the open conversation: each says so again and again, and is forgotten when not.

import { isAtEnd, isOwn, nameOf, openId, scrollDown, words } from "./desk_page.js";
import { token } from "./session.js";

const TELL_MS = 25_000;
const GONE_MS = 60_000;
const ANSWER_MS = 300;

const others = new Map(); // when each was last heard of
let place = ""; // the conversation that the others believe one to look at

function tell(id, isHere) {
  fetch(`/api/desk/conversations/${id}/presence`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token() },
    body: JSON.stringify({ is_here: isHere }),
    keepalive: true,
  }).catch(() => {});
}

/** Look at the conversation that is open now. */
export function comeHere() {
  const id = document.hidden ? "" : openId();
  if (id !== place) {
    if (place) tell(place, false);
    others.clear();
    place = id;
    if (place) tell(place, true);
  }
  draw();
}

let answering = 0;
export function hearOf(signal) {
  if (isOwn(signal) || signal.conversation_id !== place) return;
  const isKnown = others.has(signal.staff_id);
  if (signal.data.is_here) others.set(signal.staff_id, Date.now());
  else others.delete(signal.staff_id);
  if (signal.data.is_here && !isKnown) {
    clearTimeout(answering); // who just came does not know who is here
    answering = setTimeout(() => place && tell(place, true), ANSWER_MS);
  }
  draw();
}

function draw() {
  const note = document.getElementById("here");
  if (!note) return;
  const names = [...others.keys()].map(nameOf).sort();
  const list = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" });
  const text = names.length ? `${words.wordsHere} ${list.format(names)}` : "";
  if (note.textContent === text) return;
  const wasAtEnd = isAtEnd();
  note.textContent = text;
  note.hidden = !text;
  if (wasAtEnd) scrollDown();
}

setInterval(() => {
  if (place) tell(place, true);
  for (const [id, at] of others) if (Date.now() - at > GONE_MS) others.delete(id);
  draw();
}, TELL_MS);
document.addEventListener("visibilitychange", comeHere);
window.addEventListener("pagehide", () => place && tell(place, false));
