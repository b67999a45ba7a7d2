// The desk comes alive: conversations open in place, events arrive, keys work. Every form works
// without this.

import { accept, adaptLater, askForAid, expandCanned, insertCanned, lookUpLater, reject, stop } from "./desk_aids.js";
import { keepReplies, openConversation, sendForm } from "./desk_conversation.js";
import { listen, tellTyping, tick } from "./desk_events.js";
import { comeHere } from "./desk_here.js";
import { allowBulk } from "./desk_list.js";
import { answer, desk, followEnd, pane, post, prepare, sayWhy, scrollDown } from "./desk_page.js";
import { SignedOut } from "./session.js";

const PRESENCE_MS = 60_000;

function step(by) {
  const links = [...desk.querySelectorAll(".row a")];
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  const link = links[Math.min(Math.max(at + by, 0), links.length - 1)];
  if (!link) return;
  link.focus();
  link.closest(".row").scrollIntoView({ block: "nearest" });
  openConversation(link.getAttribute("href")).catch(sayWhy);
}

function press(selector) {
  const button = pane.querySelector(selector);
  button?.click();
  return Boolean(button);
}

// What Ctrl+Enter does with what is written next.
function write(action) {
  const composer = document.getElementById("composer");
  if (!composer) return;
  composer.dataset.action = action;
  answer().focus();
}

const COMMANDS = {
  j: () => step(1),
  k: () => step(-1),
  r: () => write("send"),
  n: () => write("note"),
  s: () => press("#composer [value=reply]"),
  t: () => press("[data-key=t]"),
  e: () => {
    const form = document.getElementById("resolve");
    if (!form) return;
    form.open = true;
    form.querySelector("[name=disposition]").focus();
  },
  "/": () => desk.querySelector(".search").focus(),
  "?": () => document.getElementById("keys").showModal(),
};

function onKey(event) {
  const field = event.target;
  const isTyping = field.matches("input:not([type=checkbox]), textarea, select");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field === answer()) {
    event.preventDefault();
    field.form.requestSubmit(field.form.querySelector(`[value=${field.form.dataset.action ?? "send"}]`));
  } else if (event.key === "Tab" && !event.shiftKey && field === answer()) {
    if (expandCanned(field) || accept()) event.preventDefault();
  } else if (event.key === "Escape" && field === answer()) {
    if (stop() || reject()) event.preventDefault();
    else field.blur();
  } else if (!isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && COMMANDS[event.key]) {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    COMMANDS[event.key]();
  }
}

function closeMenus(but) {
  for (const menu of pane.querySelectorAll(".menu[open]")) menu.open = menu.contains(but);
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const aid = event.target.closest("[data-aid]");
  const canned = event.target.closest("[data-canned]");
  const link = event.target.closest(".row a, .earlier a");
  closeMenus(event.target);
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (aid) {
    event.preventDefault();
    askForAid(aid);
  } else if (event.target.closest("[data-accept]")) {
    accept();
  } else if (event.target.closest("[data-stop]")) {
    stop();
  } else if (event.target.closest("[data-reject]")) {
    reject();
  } else if (event.target.closest("[data-keys]")) {
    document.getElementById("keys").showModal();
  } else if (canned && answer() && isPlain) {
    event.preventDefault();
    insertCanned(canned);
  } else if (link && isPlain) {
    event.preventDefault();
    openConversation(link.getAttribute("href")).catch((error) => {
      if (!(error instanceof SignedOut)) location.assign(link.href);
    });
  }
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-swap]")) return;
  event.preventDefault();
  sendForm(event.target, event.submitter);
});
document.addEventListener("input", (event) => {
  if (event.target !== answer()) return;
  tellTyping();
  lookUpLater(event.target);
  adaptLater(event.target);
});
desk.addEventListener("change", (event) => {
  if (event.target.matches(".row input")) allowBulk();
});
window.addEventListener("pageshow", allowBulk); // ticks may come back with the page
window.addEventListener("popstate", () => location.reload());

function tellPresence() {
  const chosen = desk.querySelector(".presence [name=presence]").value;
  if (chosen === "offline") return;
  post("/desk/presence", new URLSearchParams({ presence: chosen })).catch(() => {});
}

for (const button of desk.querySelectorAll("[data-keys]")) button.hidden = false;
keepReplies();
prepare(document);
allowBulk();
scrollDown();
followEnd();
listen();
comeHere();
setInterval(tick, 1000);
setInterval(tellPresence, PRESENCE_MS);
