// What happens in the conversation besides what is asked here: people write, other tabs ask.

import { announce, byId, conversation, findLastTurn, keepEnd, showConversation, showWriting } from "/static/chat_turns.js";

const TOLD = ["handed_over", "message_left", "assigned", "unassigned", "transferred", "resolved", "reopened", "rated"];
const TIME = { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
const TYPING_TOLD_MS = 4000;
const TYPING_SHOWN_MS = 8000; // twice as long as somebody who types on is silent about it

let isAsking = () => false;
let isOwn = () => false;
let stream = null; // EventSource of what happens in the conversation
let isBehind = false; // something happened while an answer was written
let early = null; // what the chatbot was heard to say while an answer was written
let refreshed = Promise.resolve();
let typedAt = 0;
let typingEnds = 0;

/** Begin to listen; `isAsking` here right now, `isOwn` of the key of a message that was sent here. */
export function goLive(acts) {
  ({ isAsking, isOwn } = acts);
  showTimes();
  showWhatIsFresh();
  follow(conversation.dataset.events);
}

/** Show the conversation as the server has it, and hear what happens from there on. */
function refresh() {
  refreshed = refreshed.then(load); // one after the other, so that the latest is shown last
  return refreshed;
}

async function load() {
  isBehind = isAsking();
  if (isBehind) return; // the end of the answer comes back here
  let html;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    html = await response.text();
  } catch {
    return; // what happens next shows it
  }
  const wanted = new DOMParser().parseFromString(html, "text/html").getElementById("conversation");
  isBehind = isAsking();
  if (!isBehind) {
    keepEnd(() => showConversation(wanted));
    showTimes();
    showWhatIsFresh();
  }
  follow(wanted.dataset.events);
}

/** After an answer was written here: show what happened meanwhile. */
export function catchUp({ isKept }) {
  if (isKept || isBehind || !stream) refresh();
  const message = early;
  early = null;
  hear(message); // its own way here may have broken
}

/** What was asked a moment ago is being answered, until it is seen not to be. */
function showWhatIsFresh() {
  if (findLastTurn()?.hasAttribute("data-fresh")) showWriting();
}

/** When people are back, by the customer's own clock. */
function showTimes() {
  for (const each of conversation.querySelectorAll(".standing time")) {
    each.textContent = new Date(each.dateTime).toLocaleString(document.documentElement.lang, TIME);
  }
}

/** Tell the people who serve the conversation that the customer types. */
export function tellTyping() {
  const isServed = stream && conversation.querySelector("[data-typing]");
  if (!isServed || Date.now() - typedAt < TYPING_TOLD_MS) return;
  typedAt = Date.now();
  fetch(stream.url.replace(/events(\?.*)?$/, "typing"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ is_typing: true }),
  }).catch(() => {});
}

function showTyping(isTyping) {
  const shown = conversation.querySelector("[data-typing]");
  if (shown) shown.hidden = !isTyping;
  clearTimeout(typingEnds);
  if (isTyping) typingEnds = setTimeout(() => showTyping(false), TYPING_SHOWN_MS);
}

/** Listen to a conversation, from another one on when that is what the customer writes in. */
function follow(address) {
  if (!address || stream?.url.split("?")[0] === new URL(address, location).href.split("?")[0]) return;
  stream?.close();
  stream = new EventSource(address);
  for (const kind of TOLD) stream.addEventListener(kind, refresh);
  stream.addEventListener("message", (event) => hear(JSON.parse(event.data).message));
  stream.addEventListener("typing", (event) => showTyping(JSON.parse(event.data).data.is_typing));
  stream.addEventListener("writing", () => {
    if (!isAsking()) showWriting();
  });
}

async function hear(message) {
  if (message?.role === "chatbot" && isAsking()) early = message;
  else if (message && !isShown(message)) await show(message);
}

async function show(message) {
  await refresh();
  if (message.role === "staff") announce(message.text);
  else if (message.role === "chatbot") announce(byId(`message-${message.id}`)?.querySelector(".prose").textContent ?? "");
}

/** Whether this tab shows a message already, or will by itself. */
function isShown({ role, id, client_key: key }) {
  if (role === "customer") return isOwn(key);
  return role === "chatbot" && Boolean(byId(`message-${id}`));
}
