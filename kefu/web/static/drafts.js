// What is typed in a form outlives a page that is left for the sign-in page, or for one that says
// what went wrong. Passwords and keys are not kept, and nothing is when somebody signs out.

const STORE = "kefu_drafts";
const REPLIES = "kefu_replies";
const KEPT = "textarea, select, input:not([type=password], [type=file], [name=csrf])";
const TYPED = "textarea, input:not([type=password], [type=file], [type=hidden], [type=checkbox], [type=radio])";

const page = location.pathname + location.search;
const staff = document.getElementById("session")?.dataset.staff;
const isSent = new WeakSet();
let isLeaving = false; // signs out: what was typed goes as well

const read = () => JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
const write = (drafts) => sessionStorage.setItem(STORE, JSON.stringify(drafts));

const formsToKeep = () => [...document.querySelectorAll("form[method=post]:not(#composer)")];
const isTicked = (field) => ["checkbox", "radio"].includes(field.type);
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches(KEPT));
const isTyped = (form) => [...form.elements].some((field) => field.matches(TYPED) && field.value !== field.defaultValue);

function nameOf(form) {
  const same = formsToKeep().filter((each) => each.getAttribute("action") === form.getAttribute("action"));
  return `${form.getAttribute("action")} ${same.indexOf(form)}`;
}

function take(form) {
  const fields = fieldsOf(form).map(({ name, value, checked }) => ({ name, value, checked }));
  return { staff, page, form: nameOf(form), fields, isSent: isSent.has(form), isKept: false };
}

function fill(form, fields) {
  const all = fieldsOf(form);
  for (const { name, value, checked } of fields) {
    const same = all.filter((field) => field.name === name);
    const box = same.find((field) => isTicked(field) && field.value === value);
    if (box) box.checked = checked;
    else if (same.length && !isTicked(same[0])) same[0].value = value;
  }
}

function restore(draft) {
  const form = formsToKeep().find((each) => nameOf(each) === draft.form);
  if (!form) return;
  fill(form, draft.fields);
  for (let each = form.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
  const note = document.getElementById("draft-restored").content.firstElementChild.cloneNode(true);
  note.querySelector("button").addEventListener("click", () => {
    isSent.add(form);
    location.reload();
  });
  form.before(note);
}

/** What was written at the desk, by conversation, when the page was left. */
export function recallReplies() {
  const kept = JSON.parse(sessionStorage.getItem(REPLIES) ?? "{}");
  return kept.staff === staff ? kept.replies : [];
}

export function storeReplies(replies) {
  sessionStorage.setItem(REPLIES, JSON.stringify(isLeaving ? {} : { staff, replies }));
}

/** A form is on its way: what is typed in it is kept only if it does not arrive. */
export const noteSent = (form) => isSent.add(form);

/** Put back what was typed here before, and keep what is typed when the page is left. */
export function keepDrafts() {
  if (!staff) {
    write(read().map((draft) => ({ ...draft, isKept: true })));
    return;
  }
  const own = read().filter((draft) => draft.staff === staff);
  const isDue = (draft) => draft.page === page && (draft.isKept || !draft.isSent);
  own.filter(isDue).forEach(restore);
  write(own.filter((draft) => draft.isKept && !isDue(draft)));
  document.addEventListener("submit", (event) => {
    isLeaving = event.target.matches("[action='/sign-out']");
  });
  window.addEventListener("pagehide", () => {
    write(isLeaving ? [] : [...read(), ...formsToKeep().filter(isTyped).map(take)]);
  });
}
