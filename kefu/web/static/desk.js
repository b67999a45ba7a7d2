// The desk comes alive: conversations open in place, events arrive, keys work. Every form works
// without this.

const desk = document.getElementById("desk");
const pane = document.getElementById("pane");
const words = desk.dataset;
const TYPING_MS = 4000;
const PRESENCE_MS = 60_000;
const REFRESH_MS = 400;
const SETTLE_MS = 700;
const drafts = new Map();

const part = (name) => pane.querySelector(`[data-part="${name}"]`);
const openId = () => pane.querySelector(".conversation")?.dataset.id ?? "";
const answer = () => document.getElementById("answer");
const query = () => desk.dataset.query;

function read(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

async function get(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.statusText);
  return read(await response.text());
}

// Lists: rows are kept by their ids, so that what did not change is not touched.

function placeRows(fresh) {
  const rows = document.getElementById("rows");
  const wanted = fresh.querySelector("#rows");
  for (const count of fresh.querySelectorAll("[data-count]")) {
    const shown = desk.querySelector(`[data-count="${count.dataset.count}"]`);
    if (shown) shown.textContent = count.textContent;
  }
  if (!rows || !wanted) {
    desk.querySelector(".list-body").replaceWith(fresh.querySelector(".list-body"));
    markOpen();
    return;
  }
  const known = new Map([...rows.children].map((row) => [row.dataset.id, row]));
  let at = rows.firstElementChild;
  for (const row of [...wanted.children]) {
    let old = known.get(row.dataset.id);
    known.delete(row.dataset.id);
    if (old && face(old) !== face(row)) {
      row.querySelector("input").checked = old.querySelector("input").checked;
      if (at === old) at = row;
      old.replaceWith(row);
      old = row;
    }
    const placed = old ?? row;
    if (placed === at) at = at.nextElementSibling;
    else rows.insertBefore(placed, at);
  }
  for (const gone of known.values()) gone.remove();
  prepare(rows);
  markOpen();
}

// What a row says, apart from clocks and from being the open one.
function face(row) {
  const copy = row.cloneNode(true);
  for (const clock of copy.querySelectorAll("[data-due]")) clock.replaceWith(clock.dataset.due);
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  copy.querySelector("a")?.removeAttribute("aria-current");
  copy.removeAttribute("class");
  return copy.innerHTML.replaceAll(/\s+/g, " ");
}

function markOpen() {
  for (const row of desk.querySelectorAll(".row")) {
    const link = row.querySelector("a");
    if (row.dataset.id === openId()) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

let refreshing = 0;
function refreshList() {
  clearTimeout(refreshing);
  refreshing = setTimeout(async () => {
    try {
      placeRows(await get(`/desk?${query()}&partial=1`));
    } catch {
      /* the next event tries again */
    }
  }, REFRESH_MS);
}

// One conversation.

function keepDraft() {
  const field = answer();
  if (field && openId()) drafts.set(openId(), field.value);
}

function show(fresh, { keeps = true } = {}) {
  if (keeps) keepDraft();
  pane.replaceChildren(fresh);
  desk.classList.add("has-open");
  const field = answer();
  const draft = drafts.get(openId());
  if (field && keeps && draft && !field.value) field.value = draft;
  prepare(pane);
  scrollDown();
  markOpen();
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
  const isAtEnd = line.scrollHeight - line.scrollTop - line.clientHeight < 80;
  const known = new Set([...line.querySelectorAll(".message")].map((one) => one.dataset.position));
  for (const message of fresh.querySelectorAll(".message")) {
    if (!known.has(message.dataset.position)) line.append(message);
  }
  part("head").replaceWith(fresh.querySelector("[data-part=head]"));
  prepare(pane);
  if (isAtEnd) scrollDown();
}

function scrollDown() {
  const line = part("timeline");
  if (line) line.scrollTop = line.scrollHeight;
}

async function openConversation(address, { pushes = true } = {}) {
  const fresh = await get(`${address}${address.includes("?") ? "&" : "?"}partial=1`);
  show(fresh);
  if (pushes) history.pushState({}, "", address);
  refreshList();
}

let reloading = 0;
function refreshConversation() {
  clearTimeout(reloading);
  reloading = setTimeout(async () => {
    if (!openId()) return;
    try {
      refresh(await get(`/desk/${openId()}?${query()}&partial=1`));
    } catch {
      /* the next event tries again */
    }
  }, REFRESH_MS / 4);
}

// Forms: sent in place; what comes back is the conversation as it is then.

async function post(address, body) {
  return fetch(address, { method: "POST", body, headers: { "X-CSRF-Token": words.csrf } });
}

const keyOf = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

async function sendForm(form, submitter) {
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
  } catch {
    say(words.wordsLost);
  } finally {
    form.inert = false;
  }
}

// Aids.

function aidPlace(button) {
  const isAtPanel = button.closest("[data-aid-form]");
  return document.getElementById(isAtPanel || !answer() ? "panel-aid" : "aid");
}

async function askForAid(button) {
  const form = button.form;
  const body = new URLSearchParams(new FormData(form, button));
  body.set("partial", "1");
  const place = aidPlace(button);
  const waiting = document.createElement("div");
  waiting.className = "aid loading";
  place.replaceChildren(waiting);
  button.closest("details")?.removeAttribute("open");
  const asked = openId();
  try {
    const response = await post(button.getAttribute("formaction") ?? form.getAttribute("action"), body);
    if (!response.ok) throw new Error(response.statusText);
    const fresh = read(await response.text());
    if (asked !== openId()) return;
    place.replaceChildren(fresh);
    prepare(place);
  } catch {
    place.replaceChildren();
    say(words.wordsLost);
  }
}

const offered = () => document.querySelector('#aid .aid[data-kind="reply"], #aid .aid[data-kind="rewritten"]');

function accept() {
  const aid = offered();
  if (!aid) return false;
  const field = answer();
  field.value = aid.querySelector("#aid-text").textContent;
  if (aid.dataset.kind === "reply") {
    document.querySelector("#composer [name=suggestion]").value = aid.dataset.suggestion;
  }
  aid.remove();
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  return true;
}

function reject() {
  const aid = offered();
  if (!aid) return false;
  const body = new URLSearchParams({ action: "reject", suggestion: aid.dataset.suggestion, partial: "1" });
  post(`/desk/${openId()}`, body).catch(() => {});
  aid.remove();
  answer()?.focus();
  return true;
}

// Canned responses: "/" and the beginning of a shortcut, then Tab.

function expandCanned(field) {
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

// Knowledge at hand while typing stops, where it is looked at.

let settled = 0;
function lookUpLater(field) {
  clearTimeout(settled);
  if (!document.querySelector("#aid .hits") || field.value.trim().length < 3) return;
  settled = setTimeout(() => {
    const button = document.querySelector("#composer [value=knowledge]");
    if (button) askForAid(button);
  }, SETTLE_MS);
}

// Who types.

let typed = 0;
function tellTyping() {
  if (Date.now() - typed < TYPING_MS) return;
  typed = Date.now();
  fetch(`/api/conversations/${openId()}/typing`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": words.csrf },
    body: JSON.stringify({ is_typing: true }),
  }).catch(() => {});
}

let hidden = 0;
function showTyping(signal) {
  const note = document.getElementById("typing");
  const isOwn = signal.staff_id !== null && String(signal.staff_id) === words.staff;
  if (!note || isOwn || signal.conversation_id !== openId()) return;
  const person = document.querySelector(`option[value="staff:${signal.staff_id}"]`);
  const name = signal.role === "staff" ? (person?.textContent.replace(/ \(.*/, "") ?? "?") : words.wordsCustomer;
  note.textContent = `${name} ${words.wordsTyping}`;
  note.hidden = !signal.data.is_typing;
  clearTimeout(hidden);
  hidden = setTimeout(() => (note.hidden = true), 2 * TYPING_MS);
}

// Events.

function say(text) {
  const state = document.getElementById("connection");
  state.textContent = text;
  state.hidden = !text;
}

const KINDS = [
  "started", "message", "handed_over", "message_left", "assigned", "unassigned", "transferred",
  "snoozed", "parked", "woken", "resolved", "reopened", "prioritised", "labelled", "contact_left", "rated",
];

function listen() {
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
        if (told.conversation_id === openId()) refreshConversation();
      });
    }
    source.addEventListener("typing", (event) => showTyping(JSON.parse(event.data)));
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      say(words.wordsLost);
      setTimeout(connect, waited);
      waited = Math.min(waited * 2, 30_000);
    };
  };
  connect();
}

function tick() {
  for (const clock of desk.querySelectorAll("[data-due]")) {
    const left = Math.floor((new Date(clock.dataset.due) - Date.now()) / 1000);
    const text = left < 0 ? words.wordsOverdue : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (clock.textContent !== text) clock.textContent = text;
    clock.classList.toggle("late", left < 0);
  }
}

// Keys.

function step(by) {
  const links = [...desk.querySelectorAll(".row a")];
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  const link = links[Math.min(Math.max(at + by, 0), links.length - 1)];
  if (!link) return;
  link.focus();
  link.closest(".row").scrollIntoView({ block: "nearest" });
  openConversation(link.getAttribute("href")).catch(() => say(words.wordsLost));
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
    if (reject()) event.preventDefault();
    else field.blur();
  } else if (!isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && COMMANDS[event.key]) {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    COMMANDS[event.key]();
  }
}

// What only works with scripts is hidden without.
function prepare(root) {
  for (const each of root.querySelectorAll("[data-needs-script]")) each.hidden = false;
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const two = (number) => String(number).padStart(2, "0");
    time.textContent = `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
  }
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const aid = event.target.closest("[data-aid]");
  const canned = event.target.closest("[data-canned]");
  const link = event.target.closest(".row a, .earlier a");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (aid) {
    event.preventDefault();
    askForAid(aid);
  } else if (event.target.closest("[data-accept]")) {
    accept();
  } else if (event.target.closest("[data-reject]")) {
    reject();
  } else if (event.target.closest("[data-keys]")) {
    document.getElementById("keys").showModal();
  } else if (canned && answer() && isPlain) {
    event.preventDefault();
    const field = answer();
    field.setRangeText(canned.dataset.canned, field.selectionStart, field.selectionEnd, "end");
    canned.closest("details").removeAttribute("open");
    field.focus();
  } else if (link && isPlain) {
    event.preventDefault();
    openConversation(link.getAttribute("href")).catch(() => location.assign(link.href));
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
});
window.addEventListener("popstate", () => location.reload());

function tellPresence() {
  const chosen = desk.querySelector(".presence [name=presence]").value;
  if (chosen === "offline") return;
  post("/desk/presence", new URLSearchParams({ presence: chosen })).catch(() => {});
}

for (const button of desk.querySelectorAll("[data-keys]")) button.hidden = false;
prepare(document);
scrollDown();
listen();
setInterval(tick, 1000);
setInterval(tellPresence, PRESENCE_MS);
