// Pages for people who work here: all of them work without this.

import { listenForTheme } from "./theme.js";

function showLocalTimes() {
  const two = (number) => String(number).padStart(2, "0");
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
    time.title = time.textContent;
    time.textContent = `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
  }
}

listenForTheme();
showLocalTimes();
