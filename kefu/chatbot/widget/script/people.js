// What a visitor sends to the people who serve the conversation.

const TYPING_TOLD_MS = 4000;

class People {
  #wire;
  #panel;
  #views;
  #texts;
  #getPlace;
  #goOnIn;
  #typedAt = 0;

  /** `getPlace` tells the address of the conversation, `goOnIn` hears of the one that follows it. */
  constructor({ wire, panel, views, texts, getPlace, goOnIn }) {
    this.#wire = wire;
    this.#panel = panel;
    this.#views = views;
    this.#texts = texts;
    this.#getPlace = getPlace;
    this.#goOnIn = goOnIn;
  }

  async write(text, key) {
    try {
      await this.reply({ text, client_key: key });
    } catch (error) {
      const failed = h("li", { class: "message failed" }, this.#views.failure(kindOf(error), text, key));
      this.#panel.append(failed);
    }
  }

  async reply(sent) {
    const { conversation_id: id } = await this.#wire.post(`${this.#getPlace()}/replies`, { client_key: makeKey(), ...sent });
    this.#goOnIn(id);
  }

  async sendFiles(files) {
    for (const file of files) {
      const problem = file.size ? await this.#sendFile(file) : "file_empty";
      if (problem) this.#panel.append(this.#views.line(`${file.name}: ${this.#texts[problem]}`));
    }
  }

  /** The problem there is with a file, or null. */
  async #sendFile(file) {
    try {
      const query = new URLSearchParams({ name: file.name });
      const { id } = await this.#wire.post(`${this.#getPlace()}/attachments?${query}`, file);
      await this.reply({ attachment_ids: [id] });
      return null;
    } catch (error) {
      return { 400: "file_refused", 413: "file_too_large" }[error.status] ?? kindOf(error);
    }
  }

  tellTyping() {
    const now = Date.now();
    if (now - this.#typedAt < TYPING_TOLD_MS) return;
    this.#typedAt = now;
    this.#wire.post(`${this.#getPlace()}/typing`, { is_typing: true }).catch(() => {});
  }
}
