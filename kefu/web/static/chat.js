// The chat page: sends questions, shows answers while they are written.
// Every text and every piece of HTML comes from the server or from a template on the page.

import { catchUp, goLive, tellTyping } from "/static/chat_live.js";
import { announce, beginTurn, byId, findLastTurn, keepEnd, patch, scrollToEnd, showFailure, showStage } from "/static/chat_turns.js";
import { readEvents } from "/static/events.js";
import { listenForFeedback } from "/static/feedback.js";
import { listenForSources } from "/static/sources.js";
import { listenForTheme } from "/static/theme.js";

const COUNT_FROM = 0.9; // of the longest question
const DRAFT = "kefu-draft";
const ASKED = "kefu-asked"; // the key of the question whose answer this tab waits for

const form = byId("ask");
const field = byId("question");
const stopButton = byId("stop");
const sendButton = form.querySelector(".send:not(.stop)");

const keys = new Set(); // of the questions that were sent here
let running = null; // AbortController of the answer that is being written
let isWaiting = false; // what stands in the field is sent when that answer has ended
let isLeaving = false; // the page is loaded again or left

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
    keepEnd(() => {
      if (event === "error") showProblem(turn, question, data);
      else handlers[event]?.(turn, data);
    });
    if (event === "answer" || event === "error") return true;
  }
  return false;
}

/** A key that nobody else makes; `randomUUID` is missing on pages without HTTPS. */
function makeKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (each) => each.toString(36)).join("-");
}

/** The same key is one question, however often it is sent. */
async function ask(body) {
  const question = body.get("question").trim();
  if (!question || running) return;
  const key = body.get("client_key") || makeKey();
  body.set("client_key", key);
  keys.add(key);
  sessionStorage.setItem(ASKED, key);
  const controller = new AbortController();
  setRunning(controller);
  const turn = beginTurn(question, key);
  let isKept = false; // by people, who answer it
  try {
    const response = await fetch("/messages", {
      method: "POST",
      headers: { Accept: "text/event-stream" },
      body: new URLSearchParams(body),
      signal: controller.signal,
    });
    isKept = response.redirected;
    if (isKept) return;
    if (!response.ok) showProblem(turn, question, (await response.json()).error);
    else if (!(await showAnswer(turn, question, response))) showFailure(turn, question, "interrupted");
  } catch (error) {
    if (controller.signal.aborted) showFailure(turn, question, "stopped");
    else if (!isLeaving) showFailure(turn, question, navigator.onLine ? "interrupted" : "offline");
  } finally {
    endAnswer(isKept);
  }
}

function endAnswer(isKept) {
  if (isLeaving) return; // the page that comes next asks again
  sessionStorage.removeItem(ASKED);
  keepEnd(() => setRunning(null));
  if (isWaiting) askWhatIsWritten();
  catchUp({ isKept });
}

/** Go on with the answer that this tab waited for when the page was loaded again. */
function resume() {
  const key = sessionStorage.getItem(ASKED);
  sessionStorage.removeItem(ASKED);
  const again = findLastTurn()?.querySelector(".failure form");
  if (key && again?.elements.client_key.value === key) askFrom(again);
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

/** Send a question that the page offers: an example, a choice, or what has no answer. */
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
window.addEventListener("pagehide", () => {
  isLeaving = Boolean(running);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted && isLeaving) location.reload();
});

field.value ||= sessionStorage.getItem(DRAFT) ?? "";
fitField();
showConnection();
resume();
scrollToEnd();
listenForSources(byId("panel"));
listenForFeedback();
listenForTheme();
if (matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
goLive({ isAsking: () => Boolean(running), isOwn: (key) => keys.has(key) });
