// Whether the browser still has the session that the page was made for. What is typed waits for it.

const bar = document.getElementById("session");
const BACK_MS = 10_000;
let told = "here";

export class SignedOut extends Error {}

/** What a request of the page must carry. */
export const token = () => bar.dataset.csrf;

/** "here", "ended", "other" when somebody else is signed in, or "unreachable". */
export async function findSession() {
  const response = await fetch("/api/session").catch(() => null);
  if (!response) return "unreachable";
  if (response.status === 401) return "ended";
  if (!response.ok) return "here"; // what is wrong is said to whoever asks for more
  const session = await response.json();
  if (String(session.staff_id) !== bar.dataset.staff) return "other";
  bar.dataset.csrf = session.csrf_token;
  for (const field of document.querySelectorAll("[name=csrf]")) field.value = session.csrf_token;
  return "here";
}

/** Say what became of the session; nothing as long as it is here. */
export function tell(state) {
  told = state;
  for (const each of bar.children) each.hidden = each.dataset.state !== state;
}

/** Whether nobody, or somebody else, is signed in; then the page says so. */
export async function isSignedOut() {
  const state = await findSession();
  if (state !== "ended" && state !== "other") return false;
  tell(state);
  return true;
}

async function lookAgain() {
  if (document.hidden || told === "here" || told === "back") return;
  const state = await findSession();
  tell(state === "here" && told !== "unreachable" ? "back" : state);
  setTimeout(() => told === "back" && tell("here"), BACK_MS);
}

// A form that is sent while nobody is signed in stays as it is.

const isFree = new WeakSet();
const isWaiting = new WeakSet();

async function send(form, submitter, onSent) {
  isWaiting.add(form);
  const state = await findSession();
  isWaiting.delete(form);
  tell(state);
  if (state !== "here") return;
  isFree.add(form);
  onSent(form);
  form.requestSubmit(submitter);
}

/** Let forms go only while the session goes on; `onSent` hears of those that go. */
export function guardForms(onSent) {
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (!form.querySelector("[name=csrf]") || form.matches("[data-swap], [action='/sign-out']")) return;
    if (isFree.delete(form)) return;
    event.preventDefault();
    if (!isWaiting.has(form)) send(form, submitter, onSent);
  });
  document.addEventListener("visibilitychange", lookAgain);
  window.addEventListener("focus", lookAgain);
}
