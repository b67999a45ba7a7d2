// The element: what the visitor does, what the server says, and what is shown of both.

class KefuWidget extends HTMLElement {
  #config;
  #wire;
  #lasting;
  #passing;
  #panel;
  #nudge;
  #views;
  #people;
  #elsewhere;
  #running = null; // AbortController of the answer that is being written
  #answered = Promise.resolve(); // when it has been
  #isBehind = false; // another tab asked while it was written
  #early = null; // the message that was heard while it was written
  #isLeaving = false; // the page is left or loaded again
  #isRestored = false;
  #live;
  #state = null;
  #unread = 0;

  /** `server` is Kefu's address, `channel` one of its channels. */
  async begin({ server, channel, language, identity }) {
    this.#lasting = new Memory(`kefu:${server}:${channel}`, "localStorage");
    this.#passing = new Memory(`kefu:${server}:${channel}`, "sessionStorage");
    this.#wire = new Wire(`${server}/api/widget/${channel}`, this.#lasting);
    this.#wire.identify(identity);
    this.#config = await this.#wire.config(language);
    this.#wire.onChangeOfVisitor = () => this.#empty();
    this.#build();
    this.#listenForLeaving();
    if (this.#passing.get("isOpen")) this.open();
    else if (this.#lasting.get("isWithStaff")) this.#restore();
    this.#wire.carryOver().catch(() => {}); // the next request tries again
    if (!this.isOpen && !this.#lasting.get("conversation")) this.#nudge.plan(this.#config.proactive_rules);
    this.dispatchEvent(new CustomEvent("kefu:ready", { bubbles: true }));
  }

  #build() {
    const { texts, accent, on_accent: onAccent, language } = this.#config;
    const root = this.attachShadow({ mode: "open" });
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    const look = new CSSStyleSheet();
    look.replaceSync(`:host { --channel-accent: ${accent}; --channel-on-accent: ${onAccent}; }`);
    root.adoptedStyleSheets = [look, style];
    this.lang = language === "zh" ? "zh-CN" : "en";
    this.#live = new Live(this.#wire, (event, data) => this.#hear(event, data));
    this.#views = new MessageViews(texts, {
      ask: (question) => this.ask(question),
      retry: (question, failed, key) => this.#retry(question, failed, key),
      openSource: (reference, opener) => this.#openSource(reference, opener),
      rate: (id, rating, comment) => this.#rate(id, rating, comment),
      reply: (sent) => this.#people.reply(sent),
      readFile: (id) => this.#wire.readFile(`${this.#place}/attachments/${id}`),
      handOver: () => this.#handOver(),
    });
    this.#panel = new Panel(this.#config, {
      ask: (question) => this.ask(question),
      stop: () => this.#running?.abort(),
      close: () => this.close(),
      startOver: () => this.startOver(),
      sendFiles: (files) => this.#people.sendFiles(files),
      type: () => this.#isWithStaff && this.#people.tellTyping(),
      leaveContact: (contact) => this.#change("contact", { contact }),
      rateConversation: (rating, comment) => this.#change("rating", { rating, comment }),
      listEarlier: () => this.#wire.get("/conversations"),
      openEarlier: (id) => this.#switchTo(id),
    });
    this.#panel.earlier.hidden = !this.#wire.isIdentified;
    this.badge = h("span", { class: "badge", hidden: true });
    const opens = { "aria-label": texts.open, "aria-expanded": "false", "aria-controls": "panel", onclick: () => this.toggle() };
    this.launcher = h("button", { type: "button", class: "launcher", ...opens }, icon("chat"), icon("down"), this.badge);
    this.#nudge = new Nudge(texts, this.#passing, () => this.open());
    this.#people = new People({
      wire: this.#wire,
      panel: this.#panel,
      views: this.#views,
      texts,
      getPlace: () => this.#place,
      goOnIn: (id) => id !== this.#lasting.get("conversation") && this.#switchTo(id),
    });
    this.#elsewhere = new Elsewhere(this.#panel, texts.writing);
    root.append(this.#panel.element, this.#nudge.element, this.launcher);
  }

  /** Where the next page, or this one when it comes back, asks again for the answer that is lost. */
  #listenForLeaving() {
    window.addEventListener("pagehide", () => (this.#isLeaving = Boolean(this.#running)));
    window.addEventListener("pageshow", () => {
      if (this.#isLeaving) this.#switchTo(this.#lasting.get("conversation"));
      this.#isLeaving = false;
    });
  }

  get isOpen() {
    return !this.#panel.element.hidden;
  }

  open() {
    this.#nudge.dismiss();
    this.#panel.open();
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.setAttribute("aria-label", this.#config.texts.close);
    this.#passing.set({ isOpen: true });
    this.#setUnread(0);
    this.#restore().then(() => this.#followIfNeeded());
  }

  close() {
    this.#panel.close();
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.setAttribute("aria-label", this.#config.texts.open);
    this.#passing.set({ isOpen: false });
    this.#followIfNeeded();
    this.launcher.focus({ preventScroll: true });
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** Tell who the customer is, or with null that nobody is signed in any more. */
  async identify(identity) {
    if (identity) await this.#answered; // it is given to who asked
    this.#wire.identify(identity ?? null);
    this.#panel.earlier.hidden = !this.#wire.isIdentified;
    await this.#wire.carryOver().catch(() => {}); // the next request tries again
    this.#live.stop();
    this.#followIfNeeded();
  }

  get #place() {
    return `/conversations/${this.#lasting.get("conversation")}`;
  }

  get #isWithStaff() {
    return this.#state?.served_by === "staff" && this.#state.status !== "resolved";
  }

  startOver() {
    this.#running?.abort();
    this.#lasting.set({ conversation: null });
    this.#empty();
    this.#panel.field.focus();
  }

  async ask(question) {
    if (this.#running) return;
    await this.#restore();
    if (this.#running) await this.#answered; // to what was asked on the page before
    this.#panel.append(this.#views.ofCustomer({ content: [question], blocks: [], attachments: [] }));
    await this.#send(question);
  }

  /** The same key is one message, however often it is sent. */
  #send(question, key = makeKey()) {
    if (this.#isWithStaff) return this.#people.write(question, key);
    this.#answered = this.#answer(question, key);
    return this.#answered;
  }

  async #handOver() {
    try {
      this.#apply(await this.#wire.post(`${this.#place}/handoff`, {}));
    } catch {
      this.#panel.append(this.#views.line(this.#config.texts.failed));
    }
  }

  async #change(what, body) {
    this.#apply(await this.#wire.post(`${this.#place}/${what}`, body));
  }

  #switchTo(id) {
    this.#running?.abort();
    this.#empty();
    this.#lasting.set({ conversation: id });
    this.#restore();
  }

  /** Send again what failed; it moves to the end, with what comes of it. */
  async #retry(question, failed, key) {
    if (this.#running) return;
    const said = failed.previousElementSibling;
    failed.remove();
    if (said?.querySelector(".bubble")?.textContent === question) this.#panel.append(said);
    await this.#send(question, key);
  }

  async #answer(question, key) {
    const controller = new AbortController();
    const pending = this.#views.pending();
    this.#passing.set({ asked: key });
    this.#setRunning(controller);
    this.#panel.append(pending);
    try {
      const isWhole = await this.#readAnswer({ question, client_key: key }, pending, controller.signal);
      if (!isWhole) this.#fail(pending, "interrupted", question, key);
    } catch (error) {
      const kind = controller.signal.aborted ? "stopped" : kindOf(error);
      if (!this.#isLeaving) this.#fail(pending, kind, question, key);
    } finally {
      if (this.#running === controller) this.#endAnswer();
    }
  }

  #endAnswer() {
    if (this.#isLeaving) return;
    this.#passing.set({ asked: null });
    const isBehind = this.#isBehind && !this.#panel.isWaiting; // else the end of the next answer shows it
    this.#setRunning(null);
    if (isBehind) this.#switchTo(this.#lasting.get("conversation"));
    const message = this.#early;
    this.#early = null;
    if (message) this.#hearMessage(message, this.#state); // its own way here may have broken
  }

  /** Show what comes; returns whether the answer is whole. */
  async #readAnswer(asked, pending, signal) {
    const body = { ...asked, conversation_id: this.#lasting.get("conversation") };
    for await (const { event, data } of this.#begun(body, signal)) {
      if (event === "turn") this.#lasting.set({ conversation: data.conversation_id });
      else if (event === "progress") this.#showStage(pending, data.stage);
      else if (event === "text") this.#panel.keepEnd(() => this.#views.write(pending, data.content, data.references));
      else if (event === "error") throw new Refused(data.status ?? 500, data.type);
      else if (event === "answer") {
        this.#finish(pending, data.message);
        this.#apply(data.state);
        return true;
      } else if (event === "kept") {
        pending.remove();
        this.#apply(data.state);
        return true;
      }
    }
    return false;
  }

  /** The events of a turn; in a conversation that is gone, those of a new one. */
  async *#begun(body, signal) {
    try {
      yield* this.#wire.stream("/messages", { body, signal });
    } catch (error) {
      const isGone = [400, 404].includes(error.status) && body.conversation_id;
      if (!isGone) throw error;
      this.#lasting.set({ conversation: null });
      yield* this.#wire.stream("/messages", { body: { ...body, conversation_id: null }, signal });
    }
  }

  #finish(pending, message) {
    const shown = this.#views.of(message);
    this.#panel.keepEnd(() => pending.replaceWith(shown));
    this.#panel.announce(shown.querySelector(".prose").textContent);
    this.dispatchEvent(new CustomEvent("kefu:answer", { bubbles: true, detail: { id: message.id } }));
  }

  #showStage(pending, stage) {
    const text = this.#config.texts[stage];
    pending.querySelector(".stage").textContent = text;
    this.#panel.announce(text);
  }

  #fail(pending, kind, question, key) {
    if (!pending.isConnected) return; // the conversation was left
    pending.querySelector(".progress").remove();
    pending.removeAttribute("aria-busy");
    pending.classList.add("failed");
    this.#panel.keepEnd(() => pending.append(this.#views.failure(kind, question, key)));
  }

  #setRunning(controller) {
    this.#running = controller;
    this.#panel.setRunning(Boolean(controller));
  }

  /** Show the conversation that this browser was in, once. */
  #restore() {
    this.#isRestored ||= this.#readConversation();
    return this.#isRestored;
  }

  async #readConversation() {
    const id = this.#lasting.get("conversation");
    if (!id) return;
    try {
      const { messages, state } = await this.#wire.get(`/conversations/${id}`);
      this.#showConversation(messages, state);
      this.#apply(state);
    } catch (error) {
      if ([401, 404].includes(error.status)) this.#lasting.set({ conversation: null });
      else this.#isRestored = false;
    }
  }

  #showConversation(messages, state) {
    for (const message of messages) this.#panel.append(this.#views.of(message));
    const seen = messages.findIndex((each) => each.id === this.#lasting.get("seen"));
    const unread = messages.slice(seen + 1).filter((each) => each.role === "staff").length;
    if (!this.isOpen && seen >= 0) this.#setUnread(unread);
    const last = messages.at(-1);
    if (last?.role === "customer" && state.served_by !== "staff") this.#showUnanswered(last);
  }

  /** A question without an answer: its own tab goes on with it, the others see whether it is answered. */
  #showUnanswered({ content, client_key: key, is_fresh: isFresh }) {
    const question = content.join("");
    if (key && this.#passing.get("asked") === key) return this.#send(question, key);
    const pending = this.#views.pending();
    this.#panel.append(pending);
    this.#fail(pending, "unanswered", question, key);
    if (isFresh) this.#elsewhere.show();
  }

  #empty() {
    this.#isRestored = false;
    this.#isBehind = false;
    this.#early = null;
    this.#live.stop();
    this.#state = null;
    this.#lasting.set({ isWithStaff: false });
    this.#panel.clear();
    this.#panel.showState(null);
  }

  /** Take how the conversation stands. */
  #apply(state) {
    this.#state = state;
    this.#lasting.set({ isWithStaff: this.#isWithStaff });
    this.#panel.showState(state);
    if (this.isOpen) this.#setUnread(0);
    this.#followIfNeeded();
  }

  /** Listen while people serve the conversation, or while the visitor looks at it. */
  #followIfNeeded() {
    const isNeeded = this.#state && (this.#isWithStaff || this.isOpen);
    if (isNeeded) this.#live.follow(this.#lasting.get("conversation"), this.#state.cursor);
    else this.#live.stop();
  }

  #hear(event, data) {
    if (event === "writing") {
      if (!this.#running) this.#elsewhere.show();
    } else if (event === "typing") {
      this.#panel.keepEnd(() => this.#panel.standing.showTyping(data.is_typing));
    } else if (event === "happened") {
      if (data.message) this.#hearMessage(data.message, data.state);
      const line = describeEvent(this.#config.texts, data);
      if (line) this.#panel.append(this.#views.line(line));
      this.#apply(data.state);
    }
  }

  #hearMessage(message, state) {
    const { list } = this.#panel;
    if (list.querySelector(`[data-id="${message.id}"]`)) return;
    if (message.role === "chatbot" && this.#running) return void (this.#early = message); // it is being written here
    if (message.role === "customer") {
      const text = message.content.join("");
      const unnamed = [...list.querySelectorAll(".customer:not([data-id])")];
      const own = text && unnamed.find((each) => each.querySelector(".bubble").textContent === text);
      if (own) return own.setAttribute("data-id", message.id);
    }
    if (message.role === "chatbot") this.#elsewhere.clear();
    const shown = this.#views.of(message);
    this.#panel.append(shown);
    if (message.role === "customer" && state.served_by !== "staff") this.#hearQuestion(message);
    if (message.role !== "staff") return;
    this.#panel.standing.showTyping(false);
    this.#panel.announce(shown.textContent);
    if (!this.isOpen) this.#setUnread(this.#unread + 1);
    this.dispatchEvent(new CustomEvent("kefu:message", { bubbles: true, detail: { id: message.id } }));
  }

  /** Another tab asked. */
  #hearQuestion(message) {
    if (this.#running) this.#isBehind = true;
    else this.#showUnanswered(message);
  }

  #setUnread(count) {
    this.#unread = count;
    this.badge.hidden = !count;
    this.badge.textContent = count;
    const { open, close, unread } = this.#config.texts;
    const label = this.isOpen ? close : open;
    this.launcher.setAttribute("aria-label", count ? `${label} (${fill(unread, { count })})` : label);
    const last = this.#panel.list.querySelector("[data-id]:last-of-type")?.dataset.id;
    if (!count && this.isOpen && last) this.#lasting.set({ seen: last });
  }

  #openSource(reference, opener) {
    const query = new URLSearchParams({ quote: reference.quote });
    this.#panel.openSource(reference, opener, () => this.#wire.get(`/sources/${reference.chunk_id}?${query}`));
  }

  #rate(id, rating, comment) {
    const body = { conversation_id: this.#lasting.get("conversation"), rating };
    return this.#wire.post(`/messages/${id}/feedback`, comment ? { ...body, comment } : body);
  }
}
