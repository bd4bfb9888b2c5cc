// A form that changes something is sent once, however often its button is pressed while the answer is on its way.
// What htmx sends, and what a page sends itself, never leaves the page and is left alone.
const WHILE = 30000; // milliseconds; whoever stopped the loading, or was handed a download, may press again after that
const sent = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target === "_blank") return;
  if (Date.now() - (sent.get(form) || 0) < WHILE) event.preventDefault();
  else sent.set(form, Date.now());
});
// Coming back with the browser's Back button makes its forms usable again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) sent.delete(form);
});
