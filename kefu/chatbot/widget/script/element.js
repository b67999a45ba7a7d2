// The element, and what makes one for the script tag that loaded this.

const script = document.currentScript;
const PROACTIVE_KEY = "dismissed";

class KefuWidget extends HTMLElement {
  #config;
  #wire;
  #lasting;
  #passing;
  #panel;
  #views;
  #running = null; // AbortController of the answer that is being written
  #isRestored = false;

  /** `server` is Kefu's address, `channel` one of its channels. */
  async begin({ server, channel, language, identity }) {
    this.#lasting = new Memory(`kefu:${server}:${channel}`, "localStorage");
    this.#passing = new Memory(`kefu:${server}:${channel}`, "sessionStorage");
    this.#wire = new Wire(`${server}/api/widget/${channel}`, this.#lasting);
    this.#wire.identify(identity);
    this.#config = await this.#wire.config(language);
    this.#wire.onChangeOfVisitor = () => this.#empty();
    this.#build();
    if (this.#passing.get("isOpen")) this.open();
    this.#planProactive();
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
    this.#views = new MessageViews(texts, {
      ask: (question) => this.ask(question),
      retry: (question) => this.#retry(question),
      openSource: (reference, opener) => this.#openSource(reference, opener),
      rate: (id, rating, comment) => this.#rate(id, rating, comment),
    });
    this.#panel = new Panel(this.#config, {
      ask: (question) => this.ask(question),
      stop: () => this.#running?.abort(),
      close: () => this.close(),
      startOver: () => this.startOver(),
    });
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", "aria-label": texts.open, "aria-expanded": "false", "aria-controls": "panel", onclick: () => this.toggle() },
      icon("chat"),
      icon("down"),
      this.badge,
    );
    this.nudge = h("div", { class: "nudge", hidden: true, role: "status" });
    root.append(this.#panel.element, this.nudge, this.launcher);
  }

  get isOpen() {
    return !this.#panel.element.hidden;
  }

  open() {
    this.#dismiss();
    this.#panel.open();
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.setAttribute("aria-label", this.#config.texts.close);
    this.#passing.set({ isOpen: true });
    this.#restore();
  }

  close() {
    this.#panel.close();
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.setAttribute("aria-label", this.#config.texts.open);
    this.#passing.set({ isOpen: false });
    this.launcher.focus({ preventScroll: true });
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** Tell who the customer is, or with null that nobody is signed in any more. */
  identify(identity) {
    this.#wire.identify(identity ?? null);
  }

  startOver() {
    this.#running?.abort();
    this.#lasting.set({ conversation: null });
    this.#empty();
    this.#panel.field.focus();
  }

  async ask(question) {
    if (this.#running) return;
    if (!this.isOpen) this.open();
    await this.#restore();
    this.#panel.append(this.#views.ofCustomer(question));
    await this.#answer(question);
  }

  async #retry(question) {
    if (this.#running) return;
    this.#panel.list.lastElementChild?.classList.contains("failed") && this.#panel.list.lastElementChild.remove();
    await this.#answer(question);
  }

  async #answer(question) {
    const controller = new AbortController();
    const pending = this.#views.pending();
    this.#setRunning(controller);
    this.#panel.append(pending);
    try {
      const isWhole = await this.#readAnswer(question, pending, controller.signal);
      if (!isWhole) this.#fail(pending, "interrupted", question);
    } catch (error) {
      this.#fail(pending, controller.signal.aborted ? "stopped" : kindOf(error), question);
    } finally {
      if (this.#running === controller) this.#setRunning(null);
    }
  }

  /** Show what comes; returns whether the answer is whole. */
  async #readAnswer(question, pending, signal) {
    const body = { question, conversation_id: this.#lasting.get("conversation") };
    for await (const { event, data } of this.#begun(body, signal)) {
      if (event === "turn") this.#lasting.set({ conversation: data.conversation_id });
      else if (event === "progress") this.#showStage(pending, data.stage);
      else if (event === "text") this.#panel.keepEnd(() => this.#views.write(pending, data.content, data.references));
      else if (event === "error") throw new Refused(data.status ?? 500, data.type);
      else if (event === "answer") {
        this.#finish(pending, data);
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

  #fail(pending, kind, question) {
    if (!pending.isConnected) return; // the conversation was left
    pending.querySelector(".progress").remove();
    pending.removeAttribute("aria-busy");
    pending.classList.add("failed");
    this.#panel.keepEnd(() => pending.append(this.#views.failure(kind, question)));
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
      const { messages } = await this.#wire.get(`/conversations/${id}`);
      this.#showConversation(messages);
    } catch (error) {
      if ([401, 404].includes(error.status)) this.#lasting.set({ conversation: null });
      else this.#isRestored = false;
    }
  }

  #showConversation(messages) {
    for (const message of messages) this.#panel.append(this.#views.of(message));
    const last = messages.at(-1);
    if (last?.role !== "customer") return;
    const pending = this.#views.pending();
    this.#panel.append(pending);
    this.#fail(pending, "unanswered", last.content.join(""));
  }

  #empty() {
    this.#isRestored = false;
    this.#panel.clear();
  }

  #openSource(reference, opener) {
    const query = new URLSearchParams({ quote: reference.quote });
    this.#panel.openSource(reference, opener, () => this.#wire.get(`/sources/${reference.chunk_id}?${query}`));
  }

  #rate(id, rating, comment) {
    const body = { conversation_id: this.#lasting.get("conversation"), rating };
    return this.#wire.post(`/messages/${id}/feedback`, comment ? { ...body, comment } : body);
  }

  #planProactive() {
    const rule = this.#config.proactive_rules.find(({ pattern }) => fits(pattern, location.pathname));
    if (!rule || this.#passing.get(PROACTIVE_KEY) || this.#lasting.get("conversation")) return;
    this.proactiveTimer = setTimeout(() => this.#showNudge(rule.text), rule.seconds * 1000);
  }

  #showNudge(text) {
    if (this.isOpen) return;
    const speak = h("button", { type: "button", class: "nudge-text", dir: "auto", onclick: () => this.open() }, text);
    this.nudge.replaceChildren(speak, iconButton("close", this.#config.texts.dismiss, () => this.#dismiss()));
    this.nudge.hidden = false;
  }

  #dismiss() {
    clearTimeout(this.proactiveTimer);
    if (!this.nudge.hidden) this.#passing.set({ [PROACTIVE_KEY]: true });
    this.nudge.hidden = true;
  }
}

/** Whether a path fits a pattern in which `*` stands for anything. */
function fits(pattern, path) {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(path);
}

function kindOf(error) {
  if (error.status === 429 || error.status === 503 || /unavailable|busy/.test(error.type ?? "")) return "busy";
  if (error.status) return "failed";
  return navigator.onLine ? "interrupted" : "offline";
}

function start() {
  const { channel, identity, theme, side, language } = script.dataset;
  const element = new KefuWidget();
  if (theme) element.setAttribute("theme", theme);
  if (side) element.setAttribute("side", side);
  window.Kefu = {
    element,
    open: () => element.open(),
    close: () => element.close(),
    ask: (question) => element.ask(question),
    identify: (token) => element.identify(token),
  };
  document.body.append(element);
  const spoken = language || document.documentElement.lang || navigator.language;
  element
    .begin({
      server: new URL(script.src).origin,
      channel,
      identity: identity || null,
      language: /^zh\b/i.test(spoken) ? "zh" : "en",
    })
    .catch((error) => {
      element.remove();
      console.warn(`Kefu: the channel ${channel} cannot be shown here.`, error);
    });
}

if (script && !customElements.get("kefu-widget")) {
  customElements.define("kefu-widget", KefuWidget);
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
}
