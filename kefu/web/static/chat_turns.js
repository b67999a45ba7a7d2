// The turns of a conversation on the chat page: questions with what became of them.

const NEAR_BOTTOM_PIXELS = 120;
const SIGNS_LAST_MS = 8000; // more than twice as long as the server is silent about an answer

export const byId = (id) => document.getElementById(id);
export const conversation = byId("conversation");
const scroller = byId("scroller");

function copyTemplate(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

export function announce(text) {
  byId("announcer").textContent = text;
}

export function scrollToEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

/** Change what is shown and stay at the end if the reader was there. */
export function keepEnd(change) {
  const follows = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PIXELS;
  change();
  if (follows) scrollToEnd();
}

/** Put the nodes into the place of an element's children and leave alone those that stay the same. */
function replaceChildren(element, nodes, isSame) {
  nodes.forEach((node, index) => {
    const present = element.childNodes[index];
    if (!present) element.append(node);
    else if (!isSame(present, node)) present.replaceWith(node);
  });
  while (element.childNodes.length > nodes.length) element.lastChild.remove();
}

export function patch(element, html) {
  const wanted = document.createElement("template");
  wanted.innerHTML = html;
  replaceChildren(element, [...wanted.content.childNodes], (one, other) => one.isEqualNode(other));
}

const listTurns = (element) => [...element.querySelectorAll(".turn")];
export const findLastTurn = () => listTurns(conversation).at(-1);

/** What was asked and said in a turn; what failed or is being written says nothing. */
function describe(turn) {
  const said = [...turn.querySelectorAll(".answer:not(.pending)")].map((each) => each.id || each.textContent.trim());
  return [turn.querySelector(".question p")?.textContent, ...said].join("\n");
}

function isSame(present, wanted) {
  const areTurns = [present, wanted].every((each) => each.matches(".turn"));
  return areTurns ? describe(present) === describe(wanted) : present.isEqualNode(wanted);
}

/** Show the conversation as the server has it, and after it what did not reach the server. */
export function showConversation(wanted) {
  const kept = new Set(listTurns(wanted).map((each) => each.dataset.key));
  const unsent = listTurns(conversation).filter((each) => each.querySelector(".failure") && !kept.has(each.dataset.key));
  for (const each of unsent) each.remove();
  for (const each of [...conversation.childNodes]) if (each.nodeType !== Node.ELEMENT_NODE) each.remove();
  replaceChildren(conversation, [...wanted.children], isSame);
  const standing = conversation.querySelector(".standing");
  if (standing) standing.before(...unsent);
  else conversation.append(...unsent);
  document.querySelector(".start-over").hidden = !findLastTurn();
}

export function beginTurn(question, key) {
  byId("welcome").hidden = true;
  document.querySelector(".start-over").hidden = false;
  const turn = copyTemplate("turn-template");
  turn.dataset.key = key;
  turn.querySelector(".question p").textContent = question;
  turn.append(copyTemplate("pending-template"));
  conversation.append(turn);
  scrollToEnd();
  return turn;
}

export function showStage(turn, stage) {
  for (const text of turn.querySelectorAll("[data-stage]")) {
    text.hidden = text.dataset.stage !== stage;
    if (!text.hidden) announce(text.textContent);
  }
}

export function showFailure(turn, question, kind, detail = "") {
  const pending = turn.querySelector(".pending");
  const template = byId(`failure-${kind}`) ? `failure-${kind}` : "failure-internal";
  const failure = copyTemplate(template);
  failure.querySelector("[name=question]").value = question;
  failure.querySelector("[name=client_key]").value = turn.dataset.key;
  failure.querySelector("[data-detail]").textContent = detail;
  failure.querySelector(".failure-detail").hidden = !detail;
  pending.querySelector(".progress").remove();
  pending.removeAttribute("aria-busy");
  if (!pending.querySelector(".prose").hasChildNodes()) pending.remove();
  turn.append(failure);
}

const writingEnds = new WeakMap();

/** Show for as long as signs of it come that the last question is answered elsewhere. */
export function showWriting() {
  const turn = findLastTurn();
  const failure = turn?.querySelector(".failure");
  if (!failure) return;
  if (!failure.hidden) {
    const pending = copyTemplate("pending-template");
    pending.dataset.elsewhere = "";
    failure.hidden = true;
    keepEnd(() => failure.before(pending));
    showStage(turn, "writing");
  }
  clearTimeout(writingEnds.get(turn));
  writingEnds.set(turn, setTimeout(() => endWriting(turn, failure), SIGNS_LAST_MS));
}

function endWriting(turn, failure) {
  delete turn.dataset.fresh;
  turn.querySelector("[data-elsewhere]").remove();
  failure.hidden = false;
}
