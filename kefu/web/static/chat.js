// The live chat: sends questions, shows answers while they are written.
// Every text and every piece of HTML comes from the server or from a template on the page.

import { readEvents } from "/static/events.js";
import { listenForFeedback } from "/static/feedback.js";
import { listenForSources } from "/static/sources.js";
import { listenForTheme } from "/static/theme.js";

const NEAR_BOTTOM_PIXELS = 120;
const COUNT_FROM = 0.9; // of the longest question
const DRAFT = "kefu-draft";

const byId = (id) => document.getElementById(id);
const conversation = byId("conversation");
const scroller = byId("scroller");
const form = byId("ask");
const field = byId("question");
const stopButton = byId("stop");
const sendButton = form.querySelector(".send:not(.stop)");

let running = null; // AbortController of the answer that is being written
let isWaiting = false; // what stands in the field is sent when that answer has ended

function copyTemplate(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

function announce(text) {
  byId("announcer").textContent = text;
}

function setRunning(controller) {
  running = controller;
  stopButton.hidden = !controller;
  sendButton.hidden = Boolean(controller);
}

function setWaiting(isIt) {
  isWaiting = isIt;
  const hint = byId("waiting");
  hint.hidden = !isIt;
  if (isIt) announce(hint.textContent);
}

function isNearBottom() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PIXELS;
}

function scrollToEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

/** Bring the children of an element up to date and leave alone those that did not change. */
function patch(element, html) {
  const wanted = document.createElement("template");
  wanted.innerHTML = html;
  const nodes = [...wanted.content.childNodes];
  nodes.forEach((node, index) => {
    const present = element.childNodes[index];
    if (!present) element.append(node);
    else if (!present.isEqualNode(node)) present.replaceWith(node);
  });
  while (element.childNodes.length > nodes.length) element.lastChild.remove();
}

function beginTurn(question) {
  byId("welcome").hidden = true;
  document.querySelector(".start-over").hidden = false;
  const turn = copyTemplate("turn-template");
  turn.querySelector(".question p").textContent = question;
  turn.append(copyTemplate("pending-template"));
  conversation.append(turn);
  scrollToEnd();
  return turn;
}

function showStage(turn, stage) {
  for (const text of turn.querySelectorAll("[data-stage]")) {
    text.hidden = text.dataset.stage !== stage;
    if (!text.hidden) announce(text.textContent);
  }
}

function showFailure(turn, question, kind, detail = "") {
  const pending = turn.querySelector(".pending");
  const template = byId(`failure-${kind}`) ? `failure-${kind}` : "failure-internal";
  const failure = copyTemplate(template);
  failure.querySelector("[name=question]").value = question;
  failure.querySelector("[data-detail]").textContent = detail;
  failure.querySelector(".failure-detail").hidden = !detail;
  pending.querySelector(".progress").remove();
  pending.removeAttribute("aria-busy");
  if (!pending.querySelector(".prose").hasChildNodes()) pending.remove();
  turn.append(failure);
}

/** Which failure card a problem that the server describes gets. */
function kindOf(problem) {
  if (problem.type === "too_many_requests") return "too_many";
  if (/unavailable$/.test(problem.type)) return "unavailable";
  return problem.reference ? "internal" : "refused";
}

function showProblem(turn, question, problem) {
  const kind = kindOf(problem);
  const detail = kind === "refused" ? problem.message : problem.reference;
  showFailure(turn, question, kind, detail);
}

const handlers = {
  progress: (turn, data) => showStage(turn, data.stage),
  text: (turn, data) => patch(turn.querySelector(".pending .prose"), data.html),
  answer: (turn, data) => {
    turn.querySelector(".pending").remove();
    turn.insertAdjacentHTML("beforeend", data.html);
    announce(turn.querySelector(".answer .prose").textContent);
  },
};

/** Show what comes; returns whether the turn has come to an end. */
async function showAnswer(turn, question, response) {
  for await (const { event, data } of readEvents(response.body)) {
    const follows = isNearBottom();
    if (event === "error") showProblem(turn, question, data);
    else handlers[event]?.(turn, data);
    if (follows) scrollToEnd();
    if (event === "answer" || event === "error") return true;
  }
  return false;
}

async function ask(body) {
  const question = body.get("question").trim();
  if (!question || running) return;
  const controller = new AbortController();
  setRunning(controller);
  const turn = beginTurn(question);
  try {
    const response = await fetch("/messages", {
      method: "POST",
      headers: { Accept: "text/event-stream" },
      body: new URLSearchParams(body),
      signal: controller.signal,
    });
    if (response.redirected) isBehind = true; // it went to people
    else if (!response.ok) showProblem(turn, question, (await response.json()).error);
    else if (!(await showAnswer(turn, question, response))) {
      showFailure(turn, question, "interrupted");
    }
  } catch (error) {
    if (controller.signal.aborted) showFailure(turn, question, "stopped");
    else showFailure(turn, question, navigator.onLine ? "interrupted" : "offline");
  } finally {
    setRunning(null);
    if (isNearBottom()) scrollToEnd();
    if (isWaiting) askWhatIsWritten();
    if (!stream || isBehind) refresh();
  }
}

const OF_PEOPLE = ".standing, .reply";

/** Show the conversation as the server has it, and hear what people write from there on. */
async function refresh() {
  isBehind = Boolean(running);
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
  const follows = isNearBottom();
  isBehind = Boolean(running);
  if (!isBehind && [conversation, wanted].some((each) => each.querySelector(OF_PEOPLE))) {
    patch(conversation, wanted.innerHTML);
  }
  showTimes();
  if (follows) scrollToEnd();
  follow(wanted.dataset.events);
}

const TIME = { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

/** When people are back, by the customer's own clock. */
function showTimes() {
  for (const each of conversation.querySelectorAll(".standing time")) {
    each.textContent = new Date(each.dateTime).toLocaleString(document.documentElement.lang, TIME);
  }
}

const TYPING_TOLD_MS = 4000;
let typedAt = 0;

/** Tell the people who serve the conversation that the customer types. */
function tellTyping() {
  const isServed = stream && conversation.querySelector("[data-typing]");
  if (!isServed || Date.now() - typedAt < TYPING_TOLD_MS) return;
  typedAt = Date.now();
  fetch(stream.url.replace(/events(\?.*)?$/, "typing"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ is_typing: true }),
  }).catch(() => {});
}

let isBehind = false; // something happened while an answer was written
let stream = null; // EventSource of what happens in the conversation
const TOLD = ["handed_over", "message_left", "assigned", "unassigned", "transferred", "resolved"];

/** Listen to a conversation, from another one on when that is what the customer writes in. */
function follow(address) {
  if (!address || stream?.url.split("?")[0] === new URL(address, location).href.split("?")[0]) return;
  stream?.close();
  stream = new EventSource(address);
  for (const kind of [...TOLD, "reopened", "rated"]) stream.addEventListener(kind, refresh);
  stream.addEventListener("message", (event) => {
    const { message } = JSON.parse(event.data);
    if (message?.role !== "staff") return;
    announce(message.text);
    refresh();
  });
  stream.addEventListener("typing", (event) => showTyping(JSON.parse(event.data).data.is_typing));
}

const TYPING_SHOWN_MS = 8000; // twice as long as somebody who types on is silent about it
let typingEnds = 0;

function showTyping(isTyping) {
  const shown = conversation.querySelector("[data-typing]");
  if (shown) shown.hidden = !isTyping;
  clearTimeout(typingEnds);
  if (isTyping) typingEnds = setTimeout(() => showTyping(false), TYPING_SHOWN_MS);
}

function fitField() {
  if (!CSS.supports("field-sizing", "content")) {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }
  const count = byId("count");
  count.hidden = field.value.length < COUNT_FROM * field.maxLength;
  count.textContent = `${field.value.length} / ${field.maxLength}`;
  sessionStorage.setItem(DRAFT, field.value);
}

/** Send what stands in the field. */
function askWhatIsWritten() {
  const body = new FormData(form);
  setWaiting(false);
  field.value = "";
  fitField();
  ask(body);
}

/** Send a question that the page offers: an example, a choice, or what failed. */
function askFrom(offer, button) {
  const body = new FormData(offer, button);
  const base = form.elements.base;
  if (base) body.set("base", base.value);
  if (!offer.matches(".choices")) offer.closest(".turn")?.remove();
  ask(body);
}

document.addEventListener("submit", (event) => {
  const submitted = event.target;
  if (new URL(submitted.action).pathname !== "/messages") return;
  event.preventDefault();
  if (submitted === form && running) setWaiting(true);
  if (running) return;
  if (submitted === form) askWhatIsWritten();
  else askFrom(submitted, event.submitter);
  field.focus({ preventScroll: true });
});

field.addEventListener("keydown", (event) => {
  // While an input method composes, Enter takes the word; 229 is what Safari reports then.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (field.value.trim()) form.requestSubmit();
});

field.addEventListener("input", () => {
  setWaiting(false);
  fitField();
  tellTyping();
});
stopButton.addEventListener("click", (event) => {
  if (event.detail > 1) return; // of a double click on Send, in whose place it stands by now
  running?.abort();
  field.focus();
});

const showConnection = () => {
  byId("offline").hidden = navigator.onLine;
};
window.addEventListener("online", showConnection);
window.addEventListener("offline", showConnection);

field.value ||= sessionStorage.getItem(DRAFT) ?? "";
fitField();
showConnection();
showTimes();
scrollToEnd();
listenForSources(byId("panel"));
listenForFeedback();
listenForTheme();
if (matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
follow(conversation.dataset.events);
