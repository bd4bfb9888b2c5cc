// Draws the fields of a block from what the server says about them.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// A text is one string for everybody, or {en, es}; these two keep that shape as simple as it can be.
export function readText(value, language) {
  if (typeof value === "string") return language === "en" ? value : "";
  return (value && value[language]) || "";
}

export function writeText(value, language, text) {
  const both = { en: readText(value, "en"), es: readText(value, "es"), [language]: text };
  return both.es ? both : both.en;
}

function insert(input, before, after = "") {
  const { selectionStart: start, selectionEnd: end, value } = input;
  const chosen = value.slice(start, end);
  input.setRangeText(before + chosen + after, start, end, "end");
  if (!chosen && after) input.setSelectionRange(start + before.length, start + before.length);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
}

function insertLink(input, words) {
  const chosen = input.value.slice(input.selectionStart, input.selectionEnd);
  const url = window.prompt(words.link_question, "https://");
  if (url && url !== "https://") insert(input, chosen ? "[" : `[${words.link_words}`, `](${url.trim()})`);
}

function insertList(input) {
  const start = input.value.lastIndexOf("\n", input.selectionStart - 1) + 1;
  input.setSelectionRange(start, Math.max(input.selectionEnd, start));
  const lines = input.value.slice(start, input.selectionEnd).split("\n").map((line) => `- ${line}`);
  input.setRangeText(lines.join("\n"), start, input.selectionEnd, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
}

// A sign of unfold's icon font; its name is never read aloud.
export function sign(name) {
  return make("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);
}

function picker(input, fields, links, words) {
  const option = ([name, label]) => make("option", { value: name }, label);
  const select = make("select", { "aria-label": words.insert_field }, make("option", { value: "" }, words.insert_field));
  select.append(...fields.map(option), ...links.map(option));
  select.addEventListener("change", (event) => {
    event.stopPropagation();
    if (select.value) insert(input, `{{ ${select.value} }}`);
    select.value = "";
  });
  select.addEventListener("input", (event) => event.stopPropagation());
  return select;
}

// A picker of merge fields under an input that stands in the page already.
export function addPicker(input, fields, links, words) {
  input.after(make("div", { class: "nl-marks" }, picker(input, fields, links, words)));
}

function marks(input, data, words) {
  const button = (label, title, act) =>
    make("button", { type: "button", class: "nl-icon", title, "aria-label": title, onclick: act }, sign(label));
  return make(
    "div", { class: "nl-marks" },
    button("format_bold", words.bold, () => insert(input, "**", "**")),
    button("format_italic", words.italics, () => insert(input, "_", "_")),
    button("link", words.link, () => insertLink(input, words)),
    button("format_list_bulleted", words.list, () => insertList(input)),
    picker(input, data.fields, data.links, words),
  );
}

function options(field, data, words) {
  if (field.widget === "choice") return field.choices;
  return [["", words.choose_event], ...data.events];
}

// One field of one block in one language; `change(value)` is called on every keystroke.
export function drawField(field, value, language, data, words, id, change) {
  const text = field.translated ? readText(value, language) : (value ?? "");
  const common = { id, "aria-describedby": `${id}-note`, "data-field": field.name };
  let input;
  if (field.widget === "choice" || field.widget === "event") {
    input = make("select", common);
    for (const [key, label] of options(field, data, words)) input.append(make("option", { value: key }, label));
    input.value = String(text || (field.widget === "choice" ? field.choices[0][0] : ""));
    input.addEventListener("change", () => change(field.widget === "event" ? Number(input.value) || "" : input.value));
  } else {
    const kind = field.widget === "markup" ? "textarea" : "input";
    input = make(kind, { ...common, lang: field.translated ? language : null, maxlength: field.max });
    if (field.widget === "url") Object.assign(input, { inputMode: "url", placeholder: "https://" });
    input.value = text;
    input.addEventListener("input", () => change(field.translated ? writeText(value, language, input.value) : input.value));
  }
  const extra = field.widget === "markup" ? marks(input, data, words)
    : field.widget === "line" ? make("div", { class: "nl-marks" }, picker(input, data.fields, [], words)) : null;
  const head = make("div", { class: "nl-head" }, make("label", { for: id }, field.label), extra);
  return make("div", { class: "nl-field" }, head, input, make("small", { id: `${id}-note` }, field.help || ""));
}
