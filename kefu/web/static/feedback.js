// Thumbs: sends the form and puts the form that comes back in its place.

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  body.set("partial", "1");
  const response = await fetch(form.action, { method: "POST", body });
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
}

function focusOn(form, submitter) {
  const field = form.querySelector(".comment textarea");
  const same = form.querySelector(`.thumbs [value="${submitter.value}"]`);
  (field ?? same)?.focus({ preventScroll: true });
  field?.scrollIntoView({ block: "nearest" });
}

export function listenForFeedback() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches(".feedback")) return;
    event.preventDefault();
    const sending = send(form, event.submitter);
    form.inert = true;
    try {
      const html = await sending;
      const holder = document.createElement("template");
      holder.innerHTML = html;
      const fresh = holder.content.firstElementChild;
      form.replaceWith(fresh);
      focusOn(fresh, event.submitter);
    } catch {
      form.inert = false;
      form.querySelector(".not-stored").hidden = false;
    }
  });
}
