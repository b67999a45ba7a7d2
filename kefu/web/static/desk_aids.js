// What the copilot says: asked for, taken over, dismissed. A suggested reply comes as it is written
// and follows what is typed.

import { answer, openId, post, prepare, read, sayWhy } from "./desk_page.js";
import { readEvents } from "./events.js";

const SETTLE_MS = 700;
let writing = null; // the reply that is being written: { controller, typed }

const offered = () => document.querySelector('#aid .aid[data-kind="reply"], #aid .aid[data-kind="rewritten"]');
const textOf = (aid) => aid?.querySelector("#aid-text").textContent ?? "";

function aidPlace(button) {
  const isAtPanel = button.closest("[data-aid-form]");
  return document.getElementById(isAtPanel || !answer() ? "panel-aid" : "aid");
}

function bodyOf(button) {
  const body = new URLSearchParams(new FormData(button.form, button));
  body.set("partial", "1");
  return body;
}

const addressOf = (button) => button.getAttribute("formaction") ?? button.form.getAttribute("action");

export async function askForAid(button) {
  if (button.value === "reply" && answer()) {
    suggest();
    return;
  }
  const place = aidPlace(button);
  if (place.id === "aid") stop();
  const body = bodyOf(button);
  const waiting = document.createElement("div");
  waiting.className = "aid loading";
  place.replaceChildren(waiting);
  button.closest("details")?.removeAttribute("open");
  const asked = openId();
  try {
    const response = await post(addressOf(button), body);
    const fresh = read(await response.text());
    if (!fresh.querySelector(".aid, .notice")) throw new Error(response.statusText);
    if (asked !== openId()) return;
    place.replaceChildren(fresh);
    prepare(place);
  } catch (error) {
    place.replaceChildren();
    sayWhy(error);
  }
}

// A suggested reply.

function suggest({ insteadOf = "" } = {}) {
  stop();
  const button = document.querySelector("#composer [value=reply]");
  const place = document.getElementById("aid");
  const body = bodyOf(button);
  body.set("instead_of", insteadOf);
  const reply = { controller: new AbortController(), typed: answer().value };
  writing = reply;
  if (!insteadOf) place.replaceChildren(beginReply());
  follow(reply, addressOf(button), body, place).catch((error) => {
    if (reply.controller.signal.aborted) return;
    stop();
    sayWhy(error);
  });
}

async function follow(reply, address, body, place) {
  const { signal } = reply.controller;
  const response = await post(address, body, { headers: { Accept: "text/event-stream" }, signal });
  if (!response.ok) throw new Error(response.statusText);
  for await (const { event, data } of readEvents(response.body)) {
    if (signal.aborted) return;
    if (event === "text") grow(place, data, reply.typed);
    else if (event === "aid") {
      writing = null;
      place.replaceChildren(read(data.html));
      if (offered()) offered().dataset.typed = reply.typed;
      prepare(place);
    }
  }
  if (writing === reply) throw new Error("the reply has no end");
}

function beginReply() {
  return document.getElementById("aid-writing").content.cloneNode(true);
}

function grow(place, { id, text }, typed) {
  if (!place.querySelector("[data-writing]")) place.replaceChildren(beginReply());
  const aid = offered();
  aid.classList.remove("loading");
  aid.dataset.suggestion = id;
  aid.dataset.typed = typed;
  aid.querySelector("#aid-text").textContent = text;
}

/** Stop the reply that is being written; what is there of it stays. Returns whether one was. */
export function stop() {
  if (!writing) return false;
  writing.controller.abort();
  writing = null;
  const aid = document.querySelector("#aid [data-writing]");
  if (!aid) return true;
  if (!textOf(aid)) aid.remove();
  delete aid.dataset.writing;
  aid.removeAttribute("aria-busy");
  for (const each of aid.querySelectorAll("[data-until]")) each.hidden = !each.hidden;
  return true;
}

// Whether what is typed is a beginning of the suggestion, and not of an earlier one.
function fits(aid, typed) {
  const text = textOf(aid).trimStart();
  return typed.startsWith(aid.dataset.typed ?? "") && text.startsWith(typed.trimStart());
}

const needsAnother = (aid, typed) => aid.dataset.kind === "reply" && aid.dataset.typed !== typed && !fits(aid, typed);

let adapting = 0;
export function adaptLater(field) {
  clearTimeout(adapting);
  const aid = offered();
  if (!(aid ? needsAnother(aid, field.value) : writing)) return;
  adapting = setTimeout(adapt, SETTLE_MS);
}

function adapt() {
  clearTimeout(adapting);
  const aid = offered();
  if (aid) suggest({ insteadOf: aid.dataset.suggestion });
}

export function accept() {
  const aid = offered();
  const field = answer();
  if (!textOf(aid)) return false;
  if (needsAnother(aid, field.value)) {
    adapt(); // letters that were typed since then are not lost
    return true;
  }
  stop();
  field.value = textOf(aid);
  if (aid.dataset.kind === "reply") {
    document.querySelector("#composer [name=suggestion]").value = aid.dataset.suggestion;
  }
  aid.remove();
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  return true;
}

export function reject() {
  const aid = offered();
  if (!aid) return false;
  const body = new URLSearchParams({ action: "reject", suggestion: aid.dataset.suggestion, partial: "1" });
  post(`/desk/${openId()}`, body).catch(() => {});
  aid.remove();
  answer()?.focus();
  return true;
}

// Canned responses: "/" and the beginning of a shortcut, then Tab.

export function expandCanned(field) {
  const before = field.value.slice(0, field.selectionStart);
  const asked = before.match(/(?:^|\s)\/([\w-]*)$/);
  if (!asked) return false;
  const found = [...document.querySelectorAll("[data-canned]")].find((each) =>
    each.dataset.shortcut.startsWith(asked[1]),
  );
  if (!found) return false;
  const start = before.length - asked[1].length - 1;
  field.setRangeText(found.dataset.canned, start, field.selectionStart, "end");
  return true;
}

export function insertCanned(link) {
  const field = answer();
  field.setRangeText(link.dataset.canned, field.selectionStart, field.selectionEnd, "end");
  link.closest("details").removeAttribute("open");
  field.focus();
}

// Knowledge at hand while typing stops, where it is looked at.

let settled = 0;
export function lookUpLater(field) {
  clearTimeout(settled);
  if (!document.querySelector("#aid .hits") || field.value.trim().length < 3) return;
  settled = setTimeout(() => {
    const button = document.querySelector("#composer [value=knowledge]");
    if (button) askForAid(button);
  }, SETTLE_MS);
}
