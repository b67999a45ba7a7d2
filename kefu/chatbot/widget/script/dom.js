// Elements are built one by one and never parsed, so strict policies and Trusted Types have nothing
// to refuse, and nothing that was written by a model or a customer can become a script.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  chat: "M8 2.500c3.300 0 6 2.100 6 4.800s-2.700 4.800-6 4.800c-.7 0-1.400-.1-2-.3L3 13.500l.7-2.700C2.600 9.900 2 8.700 2 7.300c0-2.700 2.700-4.800 6-4.800z",
  close: "m4 4 8 8M12 4l-8 8",
  down: "M3.500 6 8 10.500 12.500 6",
  send: "M8 13V3M3.800 7.200 8 3l4.200 4.200",
  stop: "M5 5h6v6H5z",
  plus: "M8 3.200v9.600M3.200 8h9.600",
  back: "M13 8H3M7 4 3 8l4 4",
  spark: "M8 1.500c.5 3.700 2.300 5.700 6 6.500-3.700.8-5.500 2.800-6 6.500-.5-3.700-2.300-5.700-6-6.500 3.700-.8 5.500-2.800 6-6.500z",
  person: "M8 2.700a2.800 2.800 0 1 0 .01 0M2.800 14c.3-2.900 2.400-4.500 5.200-4.500s4.900 1.600 5.200 4.500",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  attach: "M13 7.500 8 12.500a3 3 0 0 1-4.300-4.300l5.300-5.300a2 2 0 0 1 2.900 2.900L6.700 11a1 1 0 0 1-1.400-1.400l4.500-4.500",
  history: "M8 2.500a5.500 5.500 0 1 1-5 3.200M3 2.500v3.200h3.200M8 5v3.200l2.200 1.500",
  star: "m8 1.800 1.900 4 4.300.6-3.100 3 .8 4.300L8 11.600l-3.900 2.100.8-4.300-3.100-3 4.300-.6z",
  open: "M6.500 3.500h-3v9h9v-3M9 3h4v4M13 3 7.500 8.500",
  retry: "M13 8a5 5 0 1 1-1.500-3.600L13 5.900M13 2.800v3.100H9.900",
  liked: "M5 7.200 7.600 2c1 0 1.700.8 1.700 1.800v2.400h3.100c.9 0 1.500.8 1.300 1.600l-1 4.400c-.1.700-.7 1.100-1.300 1.100H5zM5 7.200H2.500v6.100H5",
  disliked: "M11 8.800 8.400 14c-1 0-1.700-.8-1.700-1.800V9.800H3.600c-.9 0-1.500-.8-1.300-1.600l1-4.400c.1-.7.7-1.100 1.300-1.100H11zM11 8.800h2.500V2.700H11",
};
const TAGS = new Set(
  "p br strong em s code pre ul ol li table thead tbody tr th td div a h3 h4 h5 h6 blockquote hr mark".split(" "),
);
const WEB = /^https?:\/\//i;

/** An element; a name that begins with "on" is listened to, false and null are left out. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function iconButton(name, label, onclick, attributes = {}) {
  return h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick, ...attributes }, icon(name));
}

/** A key that nobody else makes; `randomUUID` is missing on pages without HTTPS. */
function makeKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (each) => each.toString(36)).join("-");
}

/** What the server sent as a tree; `cite` makes the element for the number of a citation. */
function buildNodes(nodes, cite) {
  return nodes.map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const { tag, attributes, children } = node;
    if (attributes["data-marker"]) return cite(Number(attributes["data-marker"]));
    const element = document.createElement(TAGS.has(tag) ? tag : "span");
    if (tag === "a" && WEB.test(attributes.href ?? "")) {
      element.href = attributes.href;
      element.target = "_blank";
      element.rel = "noopener noreferrer nofollow";
    }
    if (attributes.class) element.className = attributes.class;
    if (attributes.tabindex) element.tabIndex = 0;
    if (attributes.start) element.setAttribute("start", attributes.start);
    element.append(...buildNodes(children, cite));
    return element;
  });
}

/** Bring the children of an element up to date and leave alone those that did not change. */
function patch(element, nodes) {
  nodes.forEach((node, index) => {
    const present = element.childNodes[index];
    if (!present) element.append(node);
    else if (!present.isEqualNode(node)) present.replaceWith(node);
  });
  while (element.childNodes.length > nodes.length) element.lastChild.remove();
}
