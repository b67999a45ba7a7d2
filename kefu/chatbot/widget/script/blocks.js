// What a message holds beside its text: cards, quick replies, forms and files.

const URLS = /(https?:\/\/[^\s<>"\u3000-\uffef]*[^\s<>"\u3000-\uffef.,;:!?)\]])/g;

/** Text with its web addresses as links. */
function linkify(text) {
  return text.split(URLS).map((part, index) =>
    index % 2 ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer nofollow" }, part) : document.createTextNode(part),
  );
}

function showBlock(block, texts, acts) {
  if (block.type === "card") return showCard(block, texts);
  if (block.type === "quick_replies") return showQuickReplies(block, acts);
  if (block.type === "form") return showForm(block, texts, acts);
  return h("span", { hidden: true });
}

function showCard(card, texts) {
  const facts = card.facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { dir: "auto" }, value)));
  return h(
    "article",
    { class: "card" },
    WEB.test(card.image_url) ? h("img", { src: card.image_url, alt: "", loading: "lazy", referrerpolicy: "no-referrer", onerror: (event) => event.target.remove() }) : null,
    h("p", { class: "card-title", dir: "auto" }, card.title),
    card.text ? h("p", { dir: "auto" }, card.text) : null,
    facts.length ? h("dl", {}, ...facts) : null,
    WEB.test(card.link_url) ? h("a", { class: "pill", href: card.link_url, target: "_blank", rel: "noopener noreferrer" }, icon("open"), texts.open_link) : null,
  );
}

function showQuickReplies(block, acts) {
  const group = h("div", { class: "choices", role: "group" });
  const choose = (text) => {
    group.remove();
    acts.ask(text);
  };
  group.append(...block.choices.map((text) => h("button", { type: "button", class: "pill", dir: "auto", onclick: () => choose(text) }, text)));
  return group;
}

/** A form whose values are checked before they are sent, and again by the server. */
function showForm(block, texts, acts) {
  const form = h("form", { class: "form", novalidate: true });
  const status = h("p", { class: "form-status", role: "status" });
  const fields = block.fields.map((field) => new FormInput(field, texts));
  form.append(block.title ? h("p", { class: "card-title", dir: "auto" }, block.title) : "", ...fields.map((each) => each.element));
  form.append(h("button", { class: "pill strong" }, texts.send), status);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = fields.filter((each) => !each.check());
    wrong[0]?.input.focus();
    if (wrong.length) return;
    const values = Object.fromEntries(fields.filter((each) => each.value).map((each) => [each.name, each.value]));
    try {
      await acts.reply({ content: [{ type: "form_reply", values }] });
      form.querySelectorAll("input, select, button").forEach((each) => (each.disabled = true));
      status.textContent = texts.sent;
    } catch {
      status.textContent = texts.failed;
    }
  });
  return form;
}

class FormInput {
  static #count = 0;

  constructor(field, texts) {
    this.name = field.name;
    this.field = field;
    this.texts = texts;
    const id = `field-${(FormInput.#count += 1)}`;
    const given = { id, name: field.name, required: field.is_required, "aria-describedby": `${id}-problem` };
    const options = ["", ...field.choices].map((each) => h("option", { value: each }, each));
    const kind = { email: "email", date: "date" }[field.kind] ?? "text";
    this.input = field.kind === "choice" ? h("select", given, ...options) : h("input", { ...given, type: kind, inputmode: field.kind === "number" ? "decimal" : null, maxlength: "2000" });
    this.problem = h("span", { class: "problem", id: `${id}-problem` });
    this.element = h("label", { class: "form-field", for: id }, h("span", {}, field.label), this.input, this.problem);
  }

  get value() {
    return this.input.value.trim();
  }

  /** Whether the value can be sent; says beside it what is wrong. */
  check() {
    const isRight = this.#isRight();
    this.problem.textContent = isRight ? "" : this.field.hint || this.texts.check_field;
    this.input.setAttribute("aria-invalid", String(!isRight));
    return isRight;
  }

  #isRight() {
    if (!this.value) return !this.field.is_required;
    if (this.field.kind === "number" && !/^-?\d+([.,]\d+)?$/.test(this.value)) return false;
    if (this.field.pattern && !new RegExp(`^(?:${this.field.pattern})$`, "u").test(this.value)) return false;
    return this.input.validity.valid;
  }
}

const PREVIEW_PIXELS = 560;

/** A file that is saved when asked for; an image is shown too, drawn, so that no policy of the page has to allow it. */
function showFile(file, acts) {
  const size = file.size > 1e6 ? `${(file.size / 1e6).toFixed(1)} MB` : `${Math.ceil(file.size / 1e3)} kB`;
  const save = async () => {
    const link = h("a", { href: URL.createObjectURL(await acts.readFile(file.id)), download: file.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  const button = h("button", { type: "button", class: "file", dir: "auto", onclick: save }, icon("file"), h("span", { class: "file-name" }, file.name), h("span", { class: "file-size" }, size));
  if (file.media_type.startsWith("image/")) draw(file, acts).then((canvas) => button.prepend(canvas), () => {});
  return button;
}

async function draw(file, acts) {
  const image = await createImageBitmap(await acts.readFile(file.id));
  const scale = Math.min(1, PREVIEW_PIXELS / image.width);
  const canvas = h("canvas", { width: Math.round(image.width * scale), height: Math.round(image.height * scale), role: "img", "aria-label": file.name });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
