// Pages for people who work here: all of them work without this.

import { keepDrafts, noteSent } from "./drafts.js";
import { guardForms } from "./session.js";
import { listenForTheme } from "./theme.js";

const two = (number) => String(number).padStart(2, "0");

function nameZone() {
  const minutes = -new Date().getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${two(rest)}` : ""}`;
}

// Each time keeps the parts it has: with or without year, seconds and zone.
function showLocalTimes() {
  const zone = nameZone();
  for (const time of document.querySelectorAll("time[datetime]")) {
    const [text, at] = [time.textContent.trim(), new Date(time.dateTime)];
    const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
    const moment = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
    const start = /^\d{4}-/.test(text) ? 0 : 5;
    const end = /:\d\d:/.test(text) ? 19 : 16;
    time.title = `${time.dateTime.slice(0, 19).replace("T", " ")} UTC`;
    time.textContent = `${day} ${moment}`.slice(start, end) + (text.endsWith("UTC") ? ` ${zone}` : "");
  }
  for (const name of document.querySelectorAll("[data-zone]")) name.textContent = zone;
}

function showWhereWeAre() {
  const here = document.querySelector("nav [aria-current]");
  here?.scrollIntoView({ block: "nearest", inline: "center" });
}

listenForTheme();
showLocalTimes();
showWhereWeAre();
keepDrafts();
guardForms(noteSent);
