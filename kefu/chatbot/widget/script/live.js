// What happens in a conversation, as it happens; after a broken connection it goes on where it was.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

class Live {
  #wire;
  #tell;
  #controller = null;
  #id = null;

  constructor(wire, tell) {
    this.#wire = wire;
    this.#tell = tell;
  }

  /** Follow a conversation from an event on; does nothing when it is followed already. */
  follow(id, cursor) {
    if (this.#id === id) return;
    this.stop();
    this.#id = id;
    this.#controller = new AbortController();
    this.#run(id, String(cursor), this.#controller.signal);
  }

  stop() {
    this.#controller?.abort();
    this.#controller = null;
    this.#id = null;
  }

  async #run(id, cursor, signal) {
    let lastEventId = cursor;
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      try {
        for await (const { event, id: eventId, data } of this.#wire.stream(`/conversations/${id}/events`, { signal, lastEventId })) {
          wait = FIRST_WAIT_MS;
          if (eventId) lastEventId = eventId;
          if (event !== "error") this.#tell(event, data);
        }
      } catch (error) {
        if ([401, 403, 404].includes(error.status)) return this.stop();
      }
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }
}
