// The source panel: beside the conversation on wide screens, a sheet over it on narrow ones.

const NARROW = "(max-width: 900px)";

function fill(panel, templateId) {
  panel.replaceChildren(document.getElementById(templateId).content.cloneNode(true));
}

function setExpanded(link, isExpanded) {
  if (isExpanded) link.setAttribute("aria-expanded", "true");
  else link.removeAttribute("aria-expanded");
}

function showPanel(panel) {
  if (panel.open) return;
  if (matchMedia(NARROW).matches) panel.showModal();
  else panel.show();
}

async function load(panel, link) {
  fill(panel, "source-pending");
  try {
    const response = await fetch(`${link.getAttribute("href")}&partial=1`);
    if (!response.ok) throw new Error(response.statusText);
    const html = await response.text();
    if (link.getAttribute("aria-expanded") !== "true") return;
    panel.innerHTML = html;
    const excerpt = panel.querySelector("mark, .marked") ?? panel.querySelector(".excerpt");
    const body = panel.querySelector(".source-body");
    const room = Math.max(0, body.clientHeight / 3);
    const start = excerpt.getBoundingClientRect().top - body.getBoundingClientRect().top;
    if (start > 2 * room) body.scrollTop = start - room;
  } catch {
    fill(panel, "source-missing");
  }
  panel.querySelector(".close").focus({ preventScroll: true });
}

export function listenForSources(panel) {
  let opener = null;

  const close = () => {
    if (panel.open) panel.close();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-source]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (opener) setExpanded(opener, false);
    opener = link;
    setExpanded(link, true);
    showPanel(panel);
    load(panel, link);
  });

  panel.addEventListener("click", (event) => {
    if (event.target === panel || event.target.closest(".close")) close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) close();
  });

  panel.addEventListener("close", () => {
    if (!opener) return;
    setExpanded(opener, false);
    opener.focus();
    opener = null;
  });
}
