// Light and dark: changes at once and is remembered by the server.

export function listenForTheme() {
  document.querySelector("form.theme").addEventListener("submit", (event) => {
    event.preventDefault();
    const root = document.documentElement;
    const isDark = getComputedStyle(root).colorScheme === "dark";
    root.dataset.theme = isDark ? "light" : "dark";
    const body = new URLSearchParams({ theme: root.dataset.theme });
    fetch(event.target.action, { method: "POST", body, redirect: "manual" });
  });
}
