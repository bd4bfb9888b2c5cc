// The sheet of a conversation: rows to add, a host to find, and a draft that survives a bad signal.
import { forgetDraft, keepDraft, oldDraft } from "./draft.js";
import { offerHosts } from "./host.js";
import { addRow, followRows, fillRows } from "./rows.js";

const find = (selector, root = document) => root.querySelector(selector);

function say(form, what) {
  const status = find("[data-status]", form);
  status.textContent = what ? status.dataset[what] : "";
}

function followLanguage(form) {
  const choose = find("[name=language]", form);
  const turn = () => {
    for (const label of form.querySelectorAll("label[data-en]")) label.textContent = label.dataset[choose.value] || label.dataset.en;
  };
  choose.addEventListener("change", turn);
  turn();
}

function followEdition(form) {
  const choose = find("[name=edition]", form);
  const turn = () => {
    for (const prompts of form.querySelectorAll("[data-edition]")) prompts.hidden = prompts.dataset.edition !== choose.value;
  };
  choose.addEventListener("change", turn);
  turn();
}

function restore(form) {
  const draft = oldDraft(form.dataset.draft);
  if (!draft || "failed" in form.dataset) return;
  fillRows(form, "guests", draft.fields["guests-TOTAL_FORMS"]);
  fillRows(form, "promises", draft.fields["promises-TOTAL_FORMS"]);
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken") continue;
    if (field.type === "checkbox") field.checked = field.name in draft.fields;
    else if (field.name in draft.fields && !field.name.endsWith("_FORMS")) {
      if (field.name.endsWith("-who") && ![...field.options].some((option) => option.value === draft.fields[field.name]))
        field.add(new Option("", draft.fields[field.name]));
      field.value = draft.fields[field.name];
    }
  }
  const note = find("[data-restored]");
  note.hidden = false;
  find("[data-start-over]", note).addEventListener("click", () => {
    forgetDraft(form.dataset.draft);
    form.dataset.done = "yes";
    location.reload();
  });
}

function freshToken(form) {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (cookie) find("[name=csrfmiddlewaretoken]", form).value = cookie[1];
}

function showAnswer(form, html) {
  const answered = new DOMParser().parseFromString(html, "text/html").querySelector("#sheet");
  if (!answered) return false;
  form.replaceWith(document.adoptNode(answered));
  start(answered);
  find("[data-trouble]", answered).scrollIntoView({ block: "center" });
  return true;
}

async function send(form) {
  freshToken(form);
  const answer = await fetch(form.action || location.href, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  });
  if (answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) {
    forgetDraft(form.dataset.draft);
    form.dataset.done = "yes";
    location.assign((await answer.json()).url);
    return "saving";
  }
  if (answer.redirected) return "signedOut";
  if (answer.status === 422 && showAnswer(form, await answer.text())) return "";
  return "broken";
}

function sendWithoutLeaving(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    keepDraft(form);
    say(form, "saving");
    try {
      say(form, await send(form));
    } catch {
      say(form, "offline");
    } finally {
      delete form.dataset.sending;
    }
  });
}

function keepWhileTyping(form) {
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (form.dataset.done) return;
      if (keepDraft(form)) say(form, "kept");
    }, 300);
  });
  form.addEventListener("submit", () => clearTimeout(waiting)); // what is said about sending stands
  window.addEventListener("pagehide", () => {
    if (waiting && !form.dataset.done && form.isConnected) keepDraft(form);
  });
}

function start(form) {
  for (const button of form.querySelectorAll("[data-add]"))
    button.addEventListener("click", () => addRow(form, button.dataset.add, { focus: true }));
  restore(form);
  followRows(form);
  followLanguage(form);
  followEdition(form);
  offerHosts(find("[data-host]", form));
  keepWhileTyping(form);
  sendWithoutLeaving(form);
}

start(document.getElementById("sheet"));
