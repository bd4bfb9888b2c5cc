// The preview: asks the server to render what is in the form now, and who would get it.
import { make } from "./fields.js";

export function openPreview(editor, words, showProblems) {
  const form = editor.closest("form");
  const find = (name) => editor.querySelector(`[data-${name}]`);
  const frame = find("frame");
  let shown = null;
  let size = "";
  const turns = { preview: 0, audience: 0 };

  async function ask(kind, url, extra = {}) {
    const turn = ++turns[kind];
    const body = new FormData(form);
    for (const [name, value] of Object.entries(extra)) body.set(name, value);
    const response = await fetch(url, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    return turn === turns[kind] ? answer : null;
  }

  const chosen = (name) => form.elements[name].value;

  async function refresh() {
    frame.classList.add("is-stale");
    try {
      const extra = { language: chosen("_language"), person: chosen("_person"), size };
      const answer = await ask("preview", editor.dataset.previewUrl, extra);
      if (!answer) return;
      shown = answer;
      show();
      showProblems(answer.problems);
      showChecks(answer.checks);
    } catch {
      find("subject").textContent = words.offline;
    }
  }

  function show() {
    if (!shown) return;
    const dark = chosen("_scheme") === "dark";
    const plain = chosen("_form") === "text";
    find("subject").textContent = shown.subject || words.no_subject;
    find("html").hidden = plain;
    find("text").hidden = !plain;
    find("text").textContent = shown.text;
    const html = shown.html.replaceAll("(prefers-color-scheme: dark)", dark ? "all" : "not all");
    if (find("html").srcdoc !== html) find("html").srcdoc = html;
    frame.classList.toggle("is-phone", chosen("_width") === "phone");
    frame.classList.remove("is-stale");
  }

  function showChecks(checks) {
    find("checks").replaceChildren(...checks.map((check) => {
      const state = check.ok ? words.ok : check.blocks_launch ? words.bad : words.note;
      const mark = check.ok ? "" : check.blocks_launch ? "is-bad" : "is-note";
      return make("li", { class: mark }, make("span", { class: "nl-sr" }, `${state}: `), check.label);
    }));
  }

  async function count() {
    try {
      const answer = await ask("audience", editor.dataset.audienceUrl);
      if (!answer) return;
      size = String(answer.size);
      find("size").textContent = answer.line;
      find("why").replaceChildren(...answer.why.map((line) => make("li", {}, line)));
      const reader = find("reader");
      const was = reader.value;
      reader.replaceChildren(reader.options[0], ...answer.people.map(([pk, name]) => make("option", { value: pk }, name)));
      reader.value = was;
      if (reader.selectedIndex < 0) reader.value = "";
      refresh();
    } catch {
      find("size").textContent = words.offline;
      refresh();
    }
  }

  const soon = (act, delay) => {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, delay);
    };
  };
  const refreshSoon = soon(refresh, 400);
  const countSoon = soon(count, 600);

  const heard = (event) => {
    const name = event.target.name ?? "";
    if (name === "_width" || name === "_scheme" || name === "_form") show();
    else if (["topic", "include", "exclude"].includes(name)) countSoon();
    else if (!name.startsWith("test_")) refreshSoon();
  };
  form.addEventListener("input", heard);
  form.addEventListener("change", heard);
  count();
}
