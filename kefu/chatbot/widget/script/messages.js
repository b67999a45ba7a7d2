// Messages as elements.

function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

/** What a line between messages says of something that happened, if there is one. */
function describeEvent(texts, { kind, state }) {
  if (kind === "assigned" && state.staff_name) return fill(texts.joined, { name: state.staff_name });
  return { handed_over: texts.handed_over, message_left: texts.message_left, resolved: texts.resolved }[kind];
}

function showTyping(label) {
  return h("p", { class: "progress" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), h("span", { class: "stage" }, label));
}

class MessageViews {
  /** `acts` is what buttons of messages do: ask, openSource, rate. */
  constructor(texts, acts) {
    this.texts = texts;
    this.acts = acts;
  }

  ofCustomer(message) {
    const text = message.content.join("");
    return h(
      "li",
      { class: "message customer", "data-id": message.id },
      h("span", { class: "only-read" }, `${this.texts.you}: `),
      text ? h("p", { class: "bubble", dir: "auto" }, text) : null,
      ...message.blocks.filter((each) => each.type === "form_reply").map((each) => h("p", { class: "bubble", dir: "auto" }, Object.values(each.values).join("\n"))),
      ...message.attachments.map((each) => showFile(each, this.acts)),
    );
  }

  ofStaff(message) {
    const text = message.content.join("");
    return h(
      "li",
      { class: "message staff", "data-id": message.id },
      h("p", { class: "byline" }, h("span", { class: "avatar person" }, icon("person")), h("span", { class: "tag" }, message.staff_name ?? this.texts.staff)),
      text ? h("p", { class: "said", dir: "auto" }, ...linkify(text)) : null,
      ...message.blocks.map((each) => showBlock(each, this.texts, this.acts)),
      ...message.attachments.map((each) => showFile(each, this.acts)),
    );
  }

  /** A line between messages: who came, what happened. */
  line(text) {
    return h("li", { class: "line" }, h("span", {}, text));
  }

  /** An answer that is being written. */
  pending() {
    return h("li", { class: "message chatbot pending", "aria-busy": "true" }, this.#byline(this.texts.ai_answer), h("div", { class: "prose", dir: "auto" }), showTyping(this.texts.searching));
  }

  write(element, content, references) {
    patch(element.querySelector(".prose"), buildNodes(content, this.#citer(references)));
  }

  of(message) {
    if (message.role === "customer") return this.ofCustomer(message);
    if (message.role === "staff") return this.ofStaff(message);
    if (message.role === "system") return this.line(message.content.join(""));
    const parts = [
      this.#byline(this.texts.ai_answer, message.model || (message.is_quoted && this.texts.quoted)),
      this.#prose(message),
      message.choices.length ? this.choices(message.choices) : null,
      message.notice ? h("p", { class: "notice" }, message.notice) : null,
      message.references.length ? this.#references(message.references) : null,
      message.is_abstention ? this.#person() : null,
      this.#feedback(message),
      message.related.length ? this.#related(message.related) : null,
    ];
    return h("li", { class: `message chatbot${message.is_abstention ? " abstained" : ""}`, "data-id": message.id }, ...parts);
  }

  choices(choices) {
    const buttons = choices.map((text) => h("button", { type: "button", class: "pill", dir: "auto", onclick: () => this.acts.ask(text) }, text));
    return h("div", { class: "choices", role: "group" }, ...buttons);
  }

  /** Questions that lead on; those of the last answer are shown. */
  #related(questions) {
    const group = this.choices(questions);
    group.classList.add("related");
    group.setAttribute("aria-label", this.texts.related);
    group.prepend(h("p", { "aria-hidden": "true" }, this.texts.related));
    return group;
  }

  #person() {
    const ask = h("button", { type: "button", class: "pill", onclick: () => this.acts.handOver() }, icon("person"), this.texts.talk_to_person);
    return h("div", { class: "choices person-offer" }, ask);
  }

  /** With a `key` what was said goes out under it again. */
  failure(kind, question, key) {
    const again = (event) => this.acts.retry(question, event.currentTarget.closest(".message"), key);
    const retry = h("button", { type: "button", class: "pill", onclick: again }, icon("retry"), this.texts.retry);
    return h("div", { class: `failure ${kind}`, role: "alert" }, h("p", {}, this.texts[kind] ?? this.texts.failed), retry);
  }

  #byline(label, detail) {
    return h("p", { class: "byline" }, h("span", { class: "avatar" }, icon("spark")), h("span", { class: "tag" }, label), detail ? h("span", { class: "tag" }, detail) : null);
  }

  #prose(message) {
    const language = { zh: "zh-CN", en: "en" }[message.language];
    const nodes = buildNodes(message.content, this.#citer(message.references));
    if (message.is_abstention) nodes.unshift(h("p", { class: "no-basis" }, this.texts.not_found));
    return h("div", { class: "prose", dir: "auto", lang: language }, ...nodes);
  }

  #citer(references) {
    return (marker) => {
      const reference = references.find((each) => each.markers.includes(marker));
      const label = `${fill(this.texts.source, { numbers: marker })}: ${reference.title}`;
      return h("button", { type: "button", class: "chip", "aria-label": label, title: reference.title, onclick: (event) => this.acts.openSource(reference, event.currentTarget) }, String(marker));
    };
  }

  #references(references) {
    const items = references.map((reference) => {
      const page = reference.page ? fill(this.texts.page, { page: reference.page }) : "";
      const place = [reference.place, page].filter(Boolean).join(" · ");
      const button = h(
        "button",
        { type: "button", class: "source", onclick: (event) => this.acts.openSource(reference, event.currentTarget) },
        h("span", { class: "number" }, reference.numbers),
        h("span", { class: "source-title", dir: "auto" }, reference.title),
        place ? h("span", { class: "source-place", dir: "auto" }, place) : null,
      );
      return h("li", {}, button);
    });
    return h("ol", { class: "sources", "aria-label": this.texts.sources }, ...items);
  }

  #feedback(message) {
    const status = h("span", { class: "thanks", role: "status" });
    const holder = h("div", { class: "feedback" });
    const thumb = (rating, name, label) =>
      iconButton(name, label, () => rate(rating), { "aria-pressed": String(message.rating === rating), "data-rating": rating });
    const rate = async (rating, comment) => {
      try {
        await this.acts.rate(message.id, rating, comment);
      } catch {
        status.textContent = this.texts.failed;
        return;
      }
      for (const each of holder.querySelectorAll("[data-rating]")) {
        each.setAttribute("aria-pressed", String(each.dataset.rating === rating));
      }
      status.textContent = this.texts.thanks;
      holder.querySelector("form")?.remove();
      if (rating === "down" && comment === undefined) holder.append(this.#comment((text) => rate(rating, text)));
    };
    const thumbs = h("div", { class: "thumbs" }, thumb("up", "liked", this.texts.helpful), thumb("down", "disliked", this.texts.not_helpful), status);
    holder.append(thumbs);
    return holder;
  }

  #comment(send) {
    const field = h("textarea", { rows: "2", maxlength: "2000", placeholder: this.texts.what_was_wrong, "aria-label": this.texts.what_was_wrong });
    const submit = (event) => {
      event.preventDefault();
      if (field.value.trim()) send(field.value.trim());
    };
    return h("form", { class: "comment", onsubmit: submit }, field, h("button", { class: "pill" }, this.texts.send_comment));
  }
}
