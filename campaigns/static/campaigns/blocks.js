// The list of blocks: add, write, move (buttons, arrow keys, drag), copy, remove with undo.
import { drawField, make, sign } from "./fields.js";

const LANGUAGES = [["en", "English"], ["es", "Español"]];

export function openBlocks(mount, data, words) {
  const hidden = mount.querySelector("[data-blocks]");
  const list = mount.querySelector("[data-list]");
  const status = mount.querySelector("[data-status]");
  const kinds = new Map(data.kinds.map((kind) => [kind.kind, kind]));
  let blocks = read(hidden.value);
  let problems = data.problems;
  let count = 0;
  let dragged = null;
  const language = new Map();
  const young = new Set();

  for (const block of blocks) if (!block.id) block.id = fresh();

  function isFresh(block) {
    const fields = kinds.get(block?.kind)?.fields ?? [];
    return young.has(block?.id) && fields.every((field) => field.widget === "choice" || !block[field.name]);
  }

  function fresh() {
    count += 1;
    return `b${Date.now().toString(36)}${count}`;
  }

  function save() {
    hidden.value = JSON.stringify(blocks);
    mount.querySelector("[data-empty]").hidden = blocks.length > 0;
    hidden.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function say(text, undo) {
    status.replaceChildren(text);
    if (undo) status.append(make("button", { type: "button", onclick: undo }, words.undo));
  }

  function draw(focus) {
    list.replaceChildren(...blocks.map(drawBlock));
    mark();
    if (focus) list.querySelector(focus)?.focus();
  }

  function drawBlock(block, index) {
    const kind = kinds.get(block.kind) ?? { title: block.kind, fields: [] };
    const body = make("div", { class: "nl-body" });
    const item = make("li", { class: "nl-block", "data-id": block.id }, bar(block, index, kind, body), body);
    if (!kind.fields.length) item.classList.add("is-bare");
    fill(block, kind, body);
    item.addEventListener("dragover", (event) => {
      if (dragged === null) return;
      event.preventDefault();
      item.classList.add("is-target");
    });
    item.addEventListener("dragleave", () => item.classList.remove("is-target"));
    item.addEventListener("drop", (event) => {
      event.preventDefault();
      if (dragged !== null) move(dragged, blocks.indexOf(block));
    });
    return item;
  }

  function fill(block, kind, body) {
    const speaks = language.get(block.id) ?? "en";
    body.replaceChildren(...kind.fields.map((field) => {
      const id = `nl-${block.id}-${field.name}`;
      const change = (value) => {
        block[field.name] = value;
        save();
      };
      return drawField(field, block[field.name], speaks, data, words, id, change);
    }));
    body.hidden = !kind.fields.length;
  }

  function bar(block, index, kind, body) {
    const icon = (label, name, title, act, disabled = false) =>
      make("button", { type: "button", class: "nl-icon", "data-do": name, title, "aria-label": `${title}: ${kind.title} ${index + 1}`, onclick: act, disabled }, sign(label));
    const grip = icon("drag_indicator", "grip", words.grip, () => {});
    grip.classList.add("nl-grip");
    grip.draggable = true;
    grip.addEventListener("dragstart", (event) => {
      dragged = blocks.indexOf(block);
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", block.id);
      grip.closest("li").classList.add("is-dragged");
    });
    grip.addEventListener("dragend", () => {
      dragged = null;
      for (const item of list.children) item.classList.remove("is-dragged", "is-target");
    });
    grip.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      move(blocks.indexOf(block), blocks.indexOf(block) + step, "grip");
    });
    return make(
      "div", { class: "nl-bar" }, grip, make("strong", {}, kind.title),
      kind.fields.some((field) => field.translated) ? tabs(block, kind, body) : null,
      icon("arrow_upward", "up", words.up, () => move(index, index - 1, "up"), index === 0),
      icon("arrow_downward", "down", words.down, () => move(index, index + 1, "down"), index === blocks.length - 1),
      icon("content_copy", "copy", words.copy, () => copy(index)),
      icon("delete", "remove", words.remove, () => remove(index)),
    );
  }

  function tabs(block, kind, body) {
    const group = make("span", { class: "nl-tabs", role: "group", "aria-label": words.language });
    for (const [code, label] of LANGUAGES) {
      const pressed = (language.get(block.id) ?? "en") === code;
      group.append(make("button", { type: "button", lang: code, "data-language": code, "aria-pressed": String(pressed), onclick: () => {
        language.set(block.id, code);
        for (const tab of group.children) tab.setAttribute("aria-pressed", String(tab.dataset.language === code));
        fill(block, kind, body);
        mark();
      } }, label));
    }
    return group;
  }

  function move(from, to, button) {
    if (to < 0 || to >= blocks.length || from === to) return;
    const [block] = blocks.splice(from, 1);
    blocks.splice(to, 0, block);
    problems = [];
    save();
    const named = `[data-id="${block.id}"] [data-do="${button ?? "grip"}"]`;
    draw(named);
    if (list.querySelector(named)?.disabled) list.querySelector(`[data-id="${block.id}"] [data-do="grip"]`).focus();
    say(words.moved.replace("%s", String(to + 1)).replace("%s", String(blocks.length)));
  }

  function copy(index) {
    const twin = { ...structuredClone(blocks[index]), id: fresh() };
    blocks.splice(index + 1, 0, twin);
    save();
    draw(`[data-id="${twin.id}"] [data-field]`);
  }

  function remove(index) {
    const [gone] = blocks.splice(index, 1);
    problems = [];
    save();
    draw();
    say(words.removed, () => {
      blocks.splice(Math.min(index, blocks.length), 0, gone);
      save();
      draw(`[data-id="${gone.id}"] [data-do="grip"]`);
      say(words.back);
    });
    status.querySelector("button").focus();
  }

  function add(kind) {
    const block = { kind: kind.kind, id: fresh() };
    for (const field of kind.fields) block[field.name] = field.widget === "choice" ? field.choices[0][0] : "";
    blocks.push(block);
    young.add(block.id);
    save();
    draw(`[data-id="${block.id}"] [data-field]`);
    say(words.added.replace("%s", kind.title));
  }

  // Puts every problem at its field; the tab of the language it is in is marked.
  function mark() {
    for (const item of list.children) {
      const index = blocks.findIndex((block) => block.id === item.dataset.id);
      const here = problems.filter((problem) => problem.index === index);
      item.classList.toggle("is-broken", here.length > 0);
      item.querySelectorAll(".nl-problem").forEach((note) => note.remove());
      item.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
      item.querySelectorAll("[data-language]").forEach((tab) => {
        tab.classList.toggle("is-broken", here.some((problem) => problem.language === tab.dataset.language));
      });
      for (const problem of here) place(item, problem, language.get(item.dataset.id) ?? "en");
    }
  }

  function place(item, problem, speaks) {
    const input = item.querySelector(`[data-field="${problem.field}"]`);
    const elsewhere = problem.language && problem.language !== speaks;
    const text = elsewhere ? `${LANGUAGES.find(([code]) => code === problem.language)?.[1]}: ${problem.message}` : problem.message;
    const note = make("p", { class: "nl-problem" }, text);
    if (input && !elsewhere) input.setAttribute("aria-invalid", "true");
    (input?.closest(".nl-field") ?? item.querySelector(".nl-bar")).append(note);
  }

  mount.querySelector("[data-add]").append(...data.kinds.map((kind) =>
    make("button", { type: "button", onclick: () => add(kind) }, `+ ${kind.title}`)));
  draw();
  save();
  return {
    showProblems(found) {
      // A block that was just added is not scolded for being empty.
      problems = found.filter((problem) => problem.index >= 0 && !isFresh(blocks[problem.index]));
      mark();
    },
  };
}

function read(json) {
  try {
    const value = JSON.parse(json || "[]");
    return Array.isArray(value) ? value.filter((block) => block && typeof block === "object") : [];
  } catch {
    return [];
  }
}
