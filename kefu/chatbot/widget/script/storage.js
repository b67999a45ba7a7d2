// What the widget remembers in the browser, under the host site's own origin; where the browser
// allows none, it is remembered for as long as the page is open.

class Memory {
  #name;
  #area;
  #held = {};

  constructor(name, areaName) {
    this.#name = name;
    try {
      this.#area = window[areaName];
      this.#held = JSON.parse(this.#area.getItem(name) ?? "{}") ?? {};
    } catch {
      this.#area = null;
    }
  }

  get(key) {
    return this.#held[key] ?? null;
  }

  set(changes) {
    Object.assign(this.#held, changes);
    try {
      this.#area?.setItem(this.#name, JSON.stringify(this.#held));
    } catch {
      // The browser's room is used up: it is remembered until the page is left.
    }
  }
}
