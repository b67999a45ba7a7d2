// Makes the element for the script tag that loaded this.

const script = document.currentScript;

function start() {
  const { channel, identity, theme, side, language } = script.dataset;
  const element = new KefuWidget();
  if (theme) element.setAttribute("theme", theme);
  if (side) element.setAttribute("side", side);
  window.Kefu = {
    element,
    open: () => element.open(),
    close: () => element.close(),
    ask: (question) => {
      if (!element.isOpen) element.open();
      return element.ask(question);
    },
    identify: (token) => element.identify(token),
  };
  document.body.append(element);
  const spoken = language || document.documentElement.lang || navigator.language;
  element
    .begin({
      server: new URL(script.src).origin,
      channel,
      identity: identity || null,
      language: /^zh\b/i.test(spoken) ? "zh" : "en",
    })
    .catch((error) => {
      element.remove();
      console.warn(`Kefu: the channel ${channel} cannot be shown here.`, error);
    });
}

if (script && !customElements.get("kefu-widget")) {
  customElements.define("kefu-widget", KefuWidget);
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
}
