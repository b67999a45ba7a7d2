// The panel: what stands around the messages.

const NEAR_BOTTOM_PIXELS = 120;
const COUNT_FROM = 0.9; // of the longest question
const NARROW = matchMedia("(max-width: 480px)");
const FOCUSABLE = "button:not([disabled]), textarea, input, select, a[href], [tabindex='0']";

class Panel {
  /** `acts`: ask, stop, close, startOver, sendFiles, type, listEarlier, openEarlier, and those of Standing. */
  constructor(config, acts) {
    this.config = config;
    this.texts = config.texts;
    this.acts = acts;
    this.sourceOpener = null;
    this.list = h("ol", { class: "messages" });
    this.welcome = this.#buildWelcome();
    this.standing = new Standing(config, acts);
    this.log = h(
      "div",
      { class: "log", tabindex: "0", role: "region", "aria-label": this.texts.conversation },
      this.welcome,
      this.list,
      this.standing.typing,
      this.standing.stars,
    );
    this.announcer = h("p", { class: "only-read", "aria-live": "polite" });
    this.sheet = h("section", { class: "sheet", role: "region", hidden: true, tabindex: "-1" });
    this.element = h(
      "section",
      { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: true, onkeydown: (event) => this.#onKey(event) },
      this.#buildHead(),
      this.standing.bar,
      this.log,
      this.#buildComposer(),
      this.sheet,
      this.announcer,
    );
  }

  #buildHead() {
    this.startOver = iconButton("plus", this.texts.new_conversation, () => this.acts.startOver(), { hidden: true });
    this.subtitle = h("p", { class: "subtitle" }, icon("spark"), h("span", {}, this.texts.assistant));
    this.earlier = iconButton("history", this.texts.earlier, (event) => this.#openEarlier(event.currentTarget), { hidden: true });
    return h(
      "header",
      { class: "head" },
      h("div", { class: "names" }, h("h2", { id: "title" }, h("bdi", {}, this.config.title)), this.subtitle),
      this.earlier,
      this.startOver,
      iconButton("down", this.texts.close, () => this.acts.close()),
    );
  }

  #buildWelcome() {
    const starters = this.config.starters.map((text) =>
      h("button", { type: "button", class: "starter", dir: "auto", onclick: () => this.acts.ask(text) }, text),
    );
    return h(
      "div",
      { class: "welcome" },
      h("p", { class: "greeting", dir: "auto" }, this.config.greeting),
      h("p", { class: "promise" }, this.texts.promise),
      starters.length ? h("div", { class: "starters" }, ...starters) : null,
    );
  }

  #buildComposer() {
    const { max_characters: most } = this.config;
    this.field = h("textarea", {
      rows: "1", maxlength: most, "aria-label": this.texts.question, placeholder: this.texts.question, dir: "auto", enterkeyhint: "send",
      oninput: () => this.#onInput(), onkeydown: (event) => this.#onFieldKey(event),
    });
    this.count = h("p", { class: "count", hidden: true });
    this.waiting = h("p", { class: "waiting", hidden: true }, this.texts.sent_after);
    this.send = h("button", { class: "submit", "aria-label": this.texts.send, title: this.texts.send }, icon("send"));
    this.stop = h("button", { type: "button", class: "submit", "aria-label": this.texts.stop, title: this.texts.stop, hidden: true, onclick: (event) => this.#onStop(event) }, icon("stop"));
    const submit = (event) => {
      event.preventDefault();
      if (!this.field.value.trim()) return;
      if (this.stop.hidden) this.#askWhatIsWritten();
      else this.#setWaiting(true);
    };
    this.picker = h("input", { type: "file", hidden: true, multiple: true, accept: "image/*,application/pdf,text/plain", "aria-label": this.texts.attach, onchange: () => this.#pick() });
    this.attach = iconButton("attach", this.texts.attach, () => this.picker.click(), { hidden: true });
    this.form = h("form", { class: "composer", onsubmit: submit }, h("div", { class: "ask" }, this.field, this.picker, this.attach, this.send, this.stop), this.waiting, this.count);
    return this.form;
  }

  #askWhatIsWritten() {
    const question = this.field.value.trim();
    this.#setWaiting(false);
    this.field.value = "";
    this.#count();
    this.acts.ask(question);
  }

  /** What stands in the field is sent when the answer that is being written has ended, or is not. */
  #setWaiting(isWaiting) {
    this.waiting.hidden = !isWaiting;
    if (isWaiting) this.announce(this.texts.sent_after);
  }

  get isWaiting() {
    return !this.waiting.hidden;
  }

  /** The second half of a double click on Send falls on Stop, which stands in its place by then. */
  #onStop(event) {
    if (event.detail < 2) this.acts.stop();
  }

  #onInput() {
    this.#setWaiting(false);
    this.#count();
    this.acts.type();
  }

  #count() {
    const { length } = this.field.value;
    const { max_characters: most } = this.config;
    this.count.hidden = length < COUNT_FROM * most;
    this.count.textContent = fill(this.texts.too_long, { count: length, most });
  }

  #onFieldKey(event) {
    // While an input method composes, Enter takes the word; 229 is what Safari reports then.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #onKey(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.sheet.hidden) this.acts.close();
      else this.closeSource();
    } else if (event.key === "Tab") {
      this.#keepFocus(event);
    }
  }

  /** The panel is a dialog: Tab goes round in it, Escape leaves it. */
  #keepFocus(event) {
    const holder = this.sheet.hidden ? this.element : this.sheet;
    const stops = [...holder.querySelectorAll(FOCUSABLE)].filter((each) => each.checkVisibility());
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    const focused = this.element.getRootNode().activeElement;
    if (focused !== edge && holder.contains(focused)) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }

  #pick() {
    const files = [...this.picker.files];
    this.picker.value = "";
    this.acts.sendFiles(files);
  }

  /** Show who serves the conversation and what that allows. */
  showState(state) {
    const isWithStaff = state?.served_by === "staff" && state.status !== "resolved";
    this.keepEnd(() => this.standing.show(state));
    this.attach.hidden = !isWithStaff;
    this.subtitle.replaceChildren(
      icon(isWithStaff ? "person" : "spark"),
      h("span", {}, isWithStaff ? (state.staff_name ?? this.texts.staff) : this.texts.assistant),
    );
  }

  open() {
    this.element.hidden = false;
    if (NARROW.matches) this.element.setAttribute("aria-modal", "true");
    else this.element.removeAttribute("aria-modal");
    this.field.focus({ preventScroll: true });
    this.scrollToEnd();
  }

  close() {
    this.element.hidden = true;
  }

  setRunning(isRunning) {
    const hadFocus = this.element.getRootNode().activeElement === this.stop;
    this.stop.hidden = !isRunning;
    this.send.hidden = isRunning;
    if (hadFocus && !isRunning) this.field.focus();
    if (!isRunning && this.isWaiting) this.#askWhatIsWritten();
  }

  append(element) {
    this.welcome.hidden = true;
    this.startOver.hidden = false;
    this.list.append(element);
    this.scrollToEnd();
  }

  clear() {
    this.#setWaiting(false);
    this.list.replaceChildren();
    this.welcome.hidden = false;
    this.startOver.hidden = true;
    this.closeSource();
  }

  /** Do something to the messages and stay at their end if the reader was there. */
  keepEnd(change) {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    const follows = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PIXELS;
    change();
    if (follows) this.scrollToEnd();
  }

  scrollToEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  announce(text) {
    this.announcer.textContent = text;
  }

  /** Show something over the conversation. */
  async #openSheet(title, label, opener, load) {
    this.sourceOpener = opener;
    const body = h("div", { class: "source-body", tabindex: "0" }, showTyping(""));
    const head = h("header", { class: "head" }, iconButton("back", this.texts.back, () => this.closeSource()), h("h3", { dir: "auto" }, title));
    this.sheet.replaceChildren(head, body);
    this.sheet.setAttribute("aria-label", label);
    this.sheet.hidden = false;
    head.querySelector("button").focus();
    body.replaceChildren(...(await load()));
    body.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  openSource(reference, opener, load) {
    const label = fill(this.texts.source, { numbers: reference.numbers });
    return this.#openSheet(reference.title, label, opener, async () => {
      try {
        return this.#showSource(await load());
      } catch {
        return [h("p", {}, this.texts.source_missing)];
      }
    });
  }

  #openEarlier(opener) {
    const choose = (id) => {
      this.closeSource();
      this.acts.openEarlier(id);
    };
    return this.#openSheet(this.texts.earlier, this.texts.earlier, opener, async () => {
      const found = await this.acts.listEarlier().catch(() => []);
      const items = found.map((each) => {
        const day = new Date(each.created_at).toLocaleDateString(this.config.language);
        return h("li", {}, h("button", { type: "button", class: "starter", onclick: () => choose(each.id) }, h("span", { dir: "auto" }, each.text || "…"), h("span", { class: "day" }, day)));
      });
      return [items.length ? h("ul", { class: "earlier" }, ...items) : h("p", {}, this.texts.no_earlier)];
    });
  }

  closeSource() {
    if (this.sheet.hidden) return;
    this.sheet.hidden = true;
    this.sourceOpener?.focus();
  }

  #showSource(source) {
    const noChips = () => document.createTextNode("");
    const page = source.page ? fill(this.texts.page, { page: source.page }) : "";
    const path = [source.path.join(" › "), page].filter(Boolean).join(" · ");
    const prose = (name, nodes) => (nodes.length ? h("div", { class: `prose ${name}`, dir: "auto" }, ...buildNodes(nodes, noChips)) : null);
    return [
      h("p", { class: "path", dir: "auto" }, path || source.name),
      source.is_outdated ? h("p", { class: "outdated" }, this.texts.outdated) : null,
      source.link ? h("p", {}, h("a", { href: source.link, target: "_blank", rel: "noopener noreferrer" }, icon("open"), this.texts.open_document)) : null,
      prose("context", source.before),
      prose("excerpt", source.content),
      prose("context", source.after),
    ].filter(Boolean);
  }
}
