// What takes a while is looked at again and again; what is typed elsewhere on the page stays. When it
// is over the page is loaded anew. Without scripts the browser loads all of it each time.

const MILLISECONDS = 5000;

async function look() {
  const shown = document.getElementById("progress");
  const { address } = shown.dataset;
  const response = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
  if (response?.ok && !response.redirected) {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.getElementById("progress");
    if (!found) {
      location.assign(address);
      return;
    }
    shown.replaceWith(found);
  }
  setTimeout(look, MILLISECONDS);
}

setTimeout(look, MILLISECONDS);
