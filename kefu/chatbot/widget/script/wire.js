// Requests to Kefu: without cookies, with a token in a header.

class Refused extends Error {
  constructor(status, type) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

/** What the visitor is told of an error. */
function kindOf(error) {
  if (error.type === "too_many_requests") return "too_many";
  if (error.status === 429 || error.status === 503 || /unavailable|busy/.test(error.type ?? "")) return "busy";
  if (error.status === 401) return "signed_out";
  if (error.status) return "failed";
  return navigator.onLine ? "interrupted" : "offline";
}

/** Events out of the body of a response; unlike EventSource, fetch can carry a header and be stopped. */
async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const event = { event: "message", id: null, data: null };
        const data = [];
        for (const line of block.split("\n")) {
          if (line.startsWith("event:")) event.event = line.slice(6).trim();
          else if (line.startsWith("id:")) event.id = line.slice(3).trim();
          else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
        }
        if (data.length) yield { ...event, data: JSON.parse(data.join("\n")) };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

class Wire {
  #base;
  #memory;
  #identity = null;
  #visiting = null;
  onChangeOfVisitor = () => {};

  constructor(base, memory) {
    this.#base = base;
    this.#memory = memory;
  }

  /** Take what the host site signed; without it a visitor who was identified before is gone. */
  identify(identity) {
    if (!identity && this.#memory.get("isIdentified")) this.#forget();
    if (identity !== this.#identity) this.#visiting = null;
    this.#identity = identity;
  }

  get isIdentified() {
    return Boolean(this.#identity);
  }

  async config(language) {
    return (await this.#fetch(`?language=${language}`, { credentials: "omit" })).json();
  }

  async get(path, signal) {
    return (await this.#send(path, { signal })).json();
  }

  async post(path, body) {
    const response = await this.#send(path, { body });
    return response.status === 204 ? null : response.json();
  }

  async readFile(path) {
    return (await this.#send(path, {})).blob();
  }

  async *stream(path, { body, signal, lastEventId } = {}) {
    const headers = { Accept: "text/event-stream" };
    if (lastEventId) headers["Last-Event-ID"] = lastEventId;
    const response = await this.#send(path, { body, signal, headers });
    yield* readEvents(response.body);
  }

  async #send(path, { body, signal, headers = {} }, isSecondTry = false) {
    const visit = await this.#visit();
    const given = { credentials: "omit", signal, headers: { ...headers, Authorization: `Bearer ${visit.token}` } };
    if (body instanceof Blob) {
      Object.assign(given, { method: "POST", body });
    } else if (body) {
      Object.assign(given, { method: "POST", body: JSON.stringify(body) });
      given.headers["Content-Type"] = "application/json";
    }
    try {
      return await this.#fetch(path, given);
    } catch (error) {
      if (error.status !== 401 || isSecondTry) throw error;
      this.#visiting = null; // the token has expired, or the secret was rotated
      return this.#send(path, { body, signal, headers }, true);
    }
  }

  #visit() {
    this.#visiting ??= this.#begin().catch((error) => {
      this.#visiting = null;
      throw error;
    });
    return this.#visiting;
  }

  /** Begin the visit at once, where the conversation goes on as that of who signed in. */
  async carryOver() {
    if (this.#identity && this.#memory.get("token") && this.#memory.get("conversation")) await this.#visit();
  }

  async #begin() {
    const token = this.#memory.get("token");
    const body = this.#identity ? { identity: this.#identity, token, conversation_id: this.#memory.get("conversation") } : { token };
    const response = await this.#fetch("/visits", {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const visit = await response.json();
    if (this.#memory.get("visitor") !== visit.visitor && !visit.keeps_conversation) this.#forget();
    const { visitor, is_identified: isIdentified } = visit;
    this.#memory.set({ visitor, isIdentified, token: isIdentified ? null : visit.token });
    return visit;
  }

  #forget() {
    const hadAny = Boolean(this.#memory.get("visitor"));
    this.#memory.set({ visitor: null, isIdentified: false, token: null, conversation: null, seen: 0 });
    if (hadAny) this.onChangeOfVisitor();
  }

  async #fetch(path, options) {
    const response = await fetch(this.#base + path, options);
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new Refused(response.status, problem.error?.type ?? "internal");
  }
}
