// The demo page: tries the options on the widget of this page and shows the tag that sets them.
const form = document.getElementById("options");
const snippet = document.getElementById("snippet");
const events = document.getElementById("events");
const DEFAULT_ACCENT = "#00557a";
const MAX_EVENTS = 6;

function chosenOptions() {
  const options = Object.fromEntries(new FormData(form));
  if (options.accent === DEFAULT_ACCENT) options.accent = "";
  return options;
}

function showSnippet(options) {
  const attributes = Object.entries(options)
    .filter(([, value]) => value)
    .map(([name, value]) => `\n  data-${name}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`);
  snippet.textContent =
    `<script src="${location.origin}/widget.js" defer${attributes.join("")}\n  data-privacy-url="/datenschutz"></script>`;
}

form.addEventListener("input", () => {
  const options = chosenOptions();
  showSnippet(options);
  const settings = Object.entries(options).map(([name, value]) => [name, value || null]);
  window.BoWEChat?.element?.configure(Object.fromEntries(settings));
});
form.addEventListener("submit", (event) => event.preventDefault());

for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => {
    const chat = window.BoWEChat?.element;
    if (button.dataset.ask) chat?.send(button.dataset.ask);
    else chat?.open();
  });
}

const DESCRIPTIONS = {
  opened: () => "Assistent geöffnet",
  closed: () => "Assistent geschlossen",
  message: ({ text }) => `Frage gestellt (${text.length} Zeichen)`,
  answered: ({ messages }) => `Antwort erhalten: ${messages.map(({ answerId, kind }) => answerId ?? kind).join(", ")}`,
  feedback: ({ helpful }) => (helpful ? "Als hilfreich bewertet" : "Als nicht hilfreich bewertet"),
};
for (const [name, describe] of Object.entries(DESCRIPTIONS)) {
  document.addEventListener(name, ({ detail }) => {
    if (!detail || typeof detail !== "object") return;
    const item = document.createElement("li");
    const code = document.createElement("code");
    code.textContent = name;
    item.append(code, ` ${describe(detail)}`);
    if (!events.querySelector("code")) events.textContent = "";
    events.prepend(item);
    while (events.children.length > MAX_EVENTS) events.lastElementChild.remove();
  });
}

showSnippet(chosenOptions());
