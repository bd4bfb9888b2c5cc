/* Sending a file: drop it, see its name, and hear before it is sent whether it came before. */

const LARGEST_TO_COMPARE = 64 << 20;

function readable(bytes) {
  if (bytes < 1 << 20) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MB`;
}

async function sayIfKnown(file, place) {
  place.replaceChildren();
  if (!window.crypto?.subtle || file.size > LARGEST_TO_COMPARE) return;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const answer = await fetch(`${place.dataset.known}?sha256=${sha256}`, { redirect: "manual" });
  if (answer.ok) place.innerHTML = await answer.text();
}

function chosen(form, input) {
  const file = input.files[0];
  form.querySelector("[data-drop]").classList.toggle("is-filled", Boolean(file));
  if (!file) return;
  form.querySelector("[data-words]").textContent = `${file.name} · ${readable(file.size)}`;
  sayIfKnown(file, form.querySelector("[data-known]"));
}

function dropping(drop, input) {
  const over = (yes) => (event) => {
    event.preventDefault();
    drop.classList.toggle("is-over", yes);
  };
  drop.addEventListener("dragenter", over(true));
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/* Half a gigabyte sent by somebody who was signed out would be lost: the house is asked first whether they still are. */
async function send(form) {
  const button = form.querySelector("button");
  if (button.getAttribute("aria-busy")) return;
  button.dataset.words = button.textContent;
  button.setAttribute("aria-busy", "true");
  button.textContent = form.dataset.sending;
  const asked = form.querySelector("[data-known]").dataset.known;
  const answer = await fetch(asked, { redirect: "manual" }).catch(() => null);
  const signedOut = answer?.type === "opaqueredirect";
  form.querySelector("[data-signed-out]").hidden = !signedOut;
  if (signedOut) {
    letPress(button);
    return;
  }
  const token = answer?.headers.get("X-CSRFToken");
  if (token) form.querySelector("[name=csrfmiddlewaretoken]").value = token;
  form.submit();
}

function letPress(button) {
  button.removeAttribute("aria-busy");
  button.textContent = button.dataset.words;
}

// Coming back with the browser's Back button, the form can be sent again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-upload] button[aria-busy]").forEach(letPress);
});

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  dropping(form.querySelector("[data-drop]"), input);
  input.hasChangeListener = true; // or the back office's own script writes the file's name into a text field nearby
  input.addEventListener("change", () => chosen(form, input));
  if (input.files.length) chosen(form, input);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
