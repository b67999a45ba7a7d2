// An answer that another tab waits for, in the place of what can be tried again.

const SIGNS_LAST_MS = 8000; // more than twice as long as the server is silent about an answer

class Elsewhere {
  #panel;
  #label;
  #ends = new WeakMap();

  /** `label` says that an answer is written. */
  constructor(panel, label) {
    this.#panel = panel;
    this.#label = label;
  }

  get #last() {
    const last = this.#panel.list.lastElementChild;
    return last?.matches(".failed") ? last : null;
  }

  /** Show for as long as signs of it come that the last question is being answered. */
  show() {
    const last = this.#last;
    if (!last) return;
    const failure = last.querySelector(".failure");
    if (!failure.hidden) {
      failure.hidden = true;
      this.#panel.keepEnd(() => last.append(showTyping(this.#label)));
      this.#panel.announce(this.#label);
    }
    clearTimeout(this.#ends.get(last));
    this.#ends.set(last, setTimeout(() => this.#end(last, failure), SIGNS_LAST_MS));
  }

  #end(last, failure) {
    last.querySelector(".progress").remove();
    failure.hidden = false;
  }

  /** The answer is there. */
  clear() {
    this.#last?.remove();
  }
}
