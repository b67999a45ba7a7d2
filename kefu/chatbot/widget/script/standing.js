// How the conversation stands: who serves it, the place in the queue, what to do meanwhile, and what
// the visitor thought of it in the end.

const MOST_STARS = 5;
const TYPING_SHOWN_MS = 8000;
const OPENS = { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

class Standing {
  /** `acts`: leaveContact, rateConversation. */
  constructor({ texts, language }, acts) {
    this.texts = texts;
    this.language = language;
    this.acts = acts;
    this.bar = h("div", { class: "standing", role: "status", hidden: true });
    this.typing = h("div", { class: "typing", hidden: true }, showTyping(texts.typing));
    this.stars = h("div", { class: "stars", hidden: true });
  }

  show(state) {
    const isWithStaff = state?.served_by === "staff" && state.status !== "resolved";
    this.bar.replaceChildren(...(isWithStaff ? this.#describe(state) : []));
    this.bar.hidden = !this.bar.hasChildNodes();
    const canRate = state?.served_by === "staff" && state.status === "resolved";
    if (!canRate) this.stars.replaceChildren();
    else if (!this.stars.hasChildNodes()) this.stars.append(this.#buildStars(state.rating));
    this.stars.hidden = !canRate;
    if (!isWithStaff) this.showTyping(false);
  }

  showTyping(isTyping) {
    clearTimeout(this.timer);
    this.typing.hidden = !isTyping;
    if (isTyping) this.timer = setTimeout(() => this.showTyping(false), TYPING_SHOWN_MS);
  }

  #describe({ staff_name: name, place, contact, status }) {
    if (name) return [h("p", {}, fill(this.texts.with_person, { name }))];
    if (status === "pending" || !place.is_open) return this.#describeClosed(place, contact);
    if (!place.position) return [h("p", {}, this.texts.waiting)];
    const position = fill(this.texts.position, { position: place.position });
    const seconds = place.expected_wait_seconds;
    const wait = seconds === null ? "" : fill(this.texts.wait, { minutes: Math.max(1, Math.round(seconds / 60)) });
    return [h("p", {}, [position, wait].filter(Boolean).join(" "))];
  }

  #describeClosed(place, contact) {
    const opens = place.opens_at ? new Date(place.opens_at).toLocaleString(this.language, OPENS) : "";
    const told = h("p", {}, opens ? fill(this.texts.closed_until, { when: opens }) : this.texts.closed);
    if (contact) return [told, h("p", {}, fill(this.texts.contact_kept, { contact }))];
    const field = h("input", { type: "email", required: true, maxlength: "200", placeholder: this.texts.email, "aria-label": this.texts.email });
    const problem = h("span", { class: "problem", role: "alert" });
    const submit = async (event) => {
      event.preventDefault();
      try {
        await this.acts.leaveContact(field.value.trim());
      } catch {
        problem.textContent = this.texts.check_field;
      }
    };
    return [told, h("form", { class: "contact", onsubmit: submit, novalidate: true }, field, h("button", { class: "pill" }, this.texts.leave_email), problem)];
  }

  #buildStars(given) {
    const status = h("span", { class: "thanks", role: "status" });
    const field = h("textarea", { rows: "2", maxlength: "2000", placeholder: this.texts.rating_comment, "aria-label": this.texts.rating_comment });
    const comment = h("form", { class: "comment", hidden: true }, field, h("button", { class: "pill" }, this.texts.send_comment));
    const buttons = Array.from({ length: MOST_STARS }, (_, index) => {
      const label = fill(this.texts.stars, { count: index + 1 });
      return iconButton("star", label, () => rate(index + 1), { "aria-pressed": "false" });
    });
    const mark = (rating) => buttons.forEach((each, index) => {
      each.classList.toggle("lit", index < rating);
      each.setAttribute("aria-pressed", String(index + 1 === rating));
    });
    let chosen = given;
    const rate = async (rating, text = "") => {
      try {
        await this.acts.rateConversation(rating, text);
      } catch {
        status.textContent = this.texts.failed;
        return;
      }
      chosen = rating;
      mark(rating);
      status.textContent = this.texts.thanks;
      comment.hidden = Boolean(text);
    };
    comment.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) rate(chosen, field.value.trim());
    });
    if (given) mark(given);
    return h("div", { role: "group", "aria-label": this.texts.rate }, h("p", {}, this.texts.rate), h("div", { class: "star-row" }, ...buttons), status, comment);
  }
}
