// A message that the widget shows by itself, beside its button.

const PROACTIVE_KEY = "dismissed";

class Nudge {
  #texts;
  #memory;
  #open;
  #timer;

  /** `memory` lasts as long as the tab; `open` opens the widget. */
  constructor(texts, memory, open) {
    this.#texts = texts;
    this.#memory = memory;
    this.#open = open;
    this.element = h("div", { class: "nudge", hidden: true, role: "status" });
  }

  /** Show what is to be shown on this page, once its time has come, unless it was dismissed before. */
  plan(rules) {
    const rule = rules.find(({ pattern }) => fits(pattern, location.pathname));
    if (!rule || this.#memory.get(PROACTIVE_KEY)) return;
    this.#timer = setTimeout(() => this.#show(rule.text), rule.seconds * 1000);
  }

  #show(text) {
    const speak = h("button", { type: "button", class: "nudge-text", dir: "auto", onclick: this.#open }, text);
    this.element.replaceChildren(speak, iconButton("close", this.#texts.dismiss, () => this.dismiss()));
    this.element.hidden = false;
  }

  dismiss() {
    clearTimeout(this.#timer);
    if (!this.element.hidden) this.#memory.set({ [PROACTIVE_KEY]: true });
    this.element.hidden = true;
  }
}

/** Whether a path fits a pattern in which `*` stands for anything. */
function fits(pattern, path) {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(path);
}
