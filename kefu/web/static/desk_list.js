// Lists: rows are kept by their ids, so that what did not change is not touched.

import { CutOff, desk, get, openId, prepare, query, RETRY_MS } from "./desk_page.js";

const REFRESH_MS = 400;

function placeRows(fresh) {
  const rows = document.getElementById("rows");
  const wanted = fresh.querySelector("#rows");
  for (const count of fresh.querySelectorAll("[data-count]")) {
    const shown = desk.querySelector(`[data-count="${count.dataset.count}"]`);
    if (shown) shown.textContent = count.textContent;
  }
  if (!rows || !wanted) {
    desk.querySelector(".list-body").replaceWith(fresh.querySelector(".list-body"));
    markOpen();
    allowBulk();
    return;
  }
  const known = new Map([...rows.children].map((row) => [row.dataset.id, row]));
  let at = rows.firstElementChild;
  for (const row of [...wanted.children]) {
    let old = known.get(row.dataset.id);
    known.delete(row.dataset.id);
    if (old && face(old) !== face(row)) {
      row.querySelector("input").checked = old.querySelector("input").checked;
      if (at === old) at = row;
      old.replaceWith(row);
      old = row;
    }
    const placed = old ?? row;
    if (placed === at) at = at.nextElementSibling;
    else rows.insertBefore(placed, at);
  }
  for (const gone of known.values()) gone.remove();
  prepare(rows);
  markOpen();
  allowBulk();
}

// What a row says, apart from clocks and from being the open one.
function face(row) {
  const copy = row.cloneNode(true);
  for (const clock of copy.querySelectorAll("[data-due], [data-since]")) {
    clock.replaceWith(clock.dataset.due ?? clock.dataset.since);
  }
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  copy.querySelector("a")?.removeAttribute("aria-current");
  copy.removeAttribute("class");
  return copy.innerHTML.replaceAll(/\s+/g, " ");
}

export function markOpen() {
  for (const row of desk.querySelectorAll(".row")) {
    const link = row.querySelector("a");
    if (row.dataset.id === openId()) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// Without a tick there is nothing to do with all that are ticked.
export function allowBulk() {
  const isNoneTicked = !desk.querySelector(".row input:checked");
  for (const button of desk.querySelectorAll(".bulk button")) button.disabled = isNoneTicked;
}

let refreshing = 0;
export function refreshList() {
  clearTimeout(refreshing);
  refreshing = setTimeout(async () => {
    try {
      placeRows(await get(`/desk?${query()}&partial=1`));
    } catch (error) {
      if (error instanceof CutOff) refreshing = setTimeout(refreshList, RETRY_MS);
    }
  }, REFRESH_MS);
}
