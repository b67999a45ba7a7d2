// What happens in all conversations, as it happens, and who types.

import { refreshConversation } from "./desk_conversation.js";
import { hearOf } from "./desk_here.js";
import { refreshList } from "./desk_list.js";
import { desk, isOwn, nameOf, openId, say, words } from "./desk_page.js";
import { isSignedOut, token } from "./session.js";

const TYPING_MS = 4000;
const LONGEST_WAIT_MS = 30_000;

let typed = 0;
export function tellTyping() {
  if (Date.now() - typed < TYPING_MS) return;
  typed = Date.now();
  fetch(`/api/conversations/${openId()}/typing`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token() },
    body: JSON.stringify({ is_typing: true }),
  }).catch(() => {});
}

/** Who has written types no more. */
function hideTyping(told) {
  const note = document.getElementById("typing");
  if (note && told.message && !isOwn(told) && told.conversation_id === openId()) note.hidden = true;
}

let hidden = 0;
function showTyping(signal) {
  const note = document.getElementById("typing");
  if (!note || isOwn(signal) || signal.conversation_id !== openId()) return;
  const name = signal.role === "staff" ? nameOf(signal.staff_id) : words.wordsCustomer;
  note.textContent = `${name} ${words.wordsTyping}`;
  note.hidden = !signal.data.is_typing;
  clearTimeout(hidden);
  hidden = setTimeout(() => (note.hidden = true), 2 * TYPING_MS);
}

const KINDS = [
  "started", "message", "handed_over", "message_left", "assigned", "unassigned", "transferred",
  "snoozed", "parked", "woken", "resolved", "reopened", "prioritised", "labelled", "identified", "contact_left", "rated",
];

export function listen() {
  let cursor = words.cursor;
  let waited = 1000;
  const connect = () => {
    const source = new EventSource(`/api/desk/events?after=${cursor}`);
    source.onopen = () => {
      waited = 1000;
      say("");
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        cursor = event.lastEventId || cursor;
        const told = JSON.parse(event.data);
        refreshList();
        hideTyping(told);
        if (told.conversation_id === openId()) refreshConversation();
      });
    }
    source.addEventListener("typing", (event) => showTyping(JSON.parse(event.data)));
    source.addEventListener("here", (event) => hearOf(JSON.parse(event.data)));
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      isSignedOut().then((isOut) => say(isOut ? "" : words.wordsLost));
      setTimeout(connect, waited);
      waited = Math.min(waited * 2, LONGEST_WAIT_MS);
    };
  };
  connect();
}

function span(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const whole = minutes < 60 ? minutes : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  return `${whole}:${two(seconds % 60)}`;
}

export function tick() {
  for (const clock of desk.querySelectorAll("[data-due], [data-since]")) {
    const { due, since } = clock.dataset;
    const left = Math.floor((new Date(due ?? since) - Date.now()) / 1000);
    const isLate = due !== undefined && left < 0;
    const label = since ? words.wordsWaiting : isLate ? words.wordsOverdue : words.wordsDue;
    const text = `${label} ${span(Math.abs(left))}`;
    const shown = clock.querySelector("[data-time]");
    if (shown.textContent !== text) shown.textContent = text;
    clock.classList.toggle("late", isLate);
  }
}
