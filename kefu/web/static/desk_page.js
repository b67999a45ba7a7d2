// What all of the desk's scripts work with: the page, its parts, and how it asks the server.

import { isSignedOut, SignedOut, tell, token } from "./session.js";

export const desk = document.getElementById("desk");
export const pane = document.getElementById("pane");
export const words = desk.dataset;

export const part = (name) => pane.querySelector(`[data-part="${name}"]`);
export const openId = () => pane.querySelector(".conversation")?.dataset.id ?? "";
export const answer = () => document.getElementById("answer");
export const query = () => desk.dataset.query;

const people = JSON.parse(words.people);
export const nameOf = (id) => people[id] ?? "?";
export const isOwn = (signal) => signal.staff_id !== null && String(signal.staff_id) === words.staff;

export function read(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

// Without a network no event comes that would lead to another try.
export const RETRY_MS = 2000;
export class CutOff extends Error {}

export async function get(address) {
  const response = await fetch(address).catch(() => {
    throw new CutOff();
  });
  if (response.status === 401 && (await isSignedOut())) throw new SignedOut();
  if (!response.ok) throw new Error(response.statusText);
  return read(await response.text());
}

// What an earlier session may not send goes again with the token of the one that goes on.
export async function post(address, body, { headers = {}, ...options } = {}) {
  const send = () => fetch(address, { method: "POST", body, headers: { "X-CSRF-Token": token(), ...headers }, ...options });
  let response = await send();
  if (response.status === 401 || response.status === 403) {
    if (await isSignedOut()) throw new SignedOut();
    response = await send();
  }
  tell("here");
  return response;
}

export function say(text) {
  const state = document.getElementById("connection");
  state.textContent = text;
  state.hidden = !text;
}

/** Why something could not be done, unless it has been said. */
export function sayWhy(error) {
  if (!(error instanceof SignedOut)) say(words.wordsLost);
}

// What only works with scripts is hidden without.
export function prepare(root) {
  for (const each of root.querySelectorAll("[data-needs-script]")) each.hidden = false;
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const two = (number) => String(number).padStart(2, "0");
    time.textContent = `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
  }
}

export function isAtEnd() {
  const line = part("timeline");
  return line.scrollHeight - line.scrollTop - line.clientHeight < 80;
}

export function scrollDown() {
  const line = part("timeline");
  if (line) line.scrollTop = line.scrollHeight;
}

// Who reads the latest goes on to when a suggestion takes room from it.
export function followEnd() {
  const line = part("timeline");
  if (!line) return;
  let isFollowed = true;
  line.addEventListener("scroll", () => { isFollowed = isAtEnd(); });
  new ResizeObserver(() => { if (isFollowed) scrollDown(); }).observe(line);
}
