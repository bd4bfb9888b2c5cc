/* The rule builder: rows of pickers over the JSON in the textarea, and a live count beside them.
 *
 * A group is an element with `data-mode` (all, any, none, notall); a rule is a row. The JSON is read
 * from the page on every change; `data-path` on each element is the way to its place in the JSON, by
 * which the server says where something is wrong. Without scripts the textarea itself is shown.
 */
(() => {
  const WAIT = 400;
  const FEW = 10;
  const LISTS = new Set(["choices", "texts"]);

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
      else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };

  class Builder {
    constructor(root) {
      this.root = root;
      this.field = root.querySelector("textarea");
      this.offer = JSON.parse(root.querySelector("script[type='application/json']").textContent);
      this.words = this.offer.words;
      this.criteria = new Map(this.offer.criteria.map((criterion) => [criterion.key, criterion]));
      this.shown = root.querySelector("[data-shown]");
      this.field.hidden = true;
      this.field.style.display = "none";
      this.start();
    }

    start() {
      let definition;
      try {
        definition = JSON.parse(this.field.value || "{}");
      } catch {
        definition = {};
      }
      this.top = this.group(this.asGroup(definition), 0);
      this.root.querySelector("[data-rules]").append(this.top);
      this.changed(0);
    }

    /* ── JSON → page ─────────────────────────────────────────────────────── */

    asGroup(node) {
      for (const [mode, members] of Object.entries(node || {})) {
        if ((mode === "all" || mode === "any") && Array.isArray(members)) return { mode, members };
        if (mode === "not" && members && typeof members === "object") {
          if (Array.isArray(members.any)) return { mode: "none", members: members.any };
          if (Array.isArray(members.all)) return { mode: "notall", members: members.all };
          return { mode: "none", members: [members] };
        }
      }
      return { mode: "all", members: node && node.criterion ? [node] : [] };
    }

    part(node, depth) {
      if (node && node.criterion) return this.rule(node);
      const flipped = node && node.not && node.not.criterion && this.flip(node.not);
      return flipped ? this.rule(flipped) : this.group(this.asGroup(node), depth);
    }

    flip(rule) {
      const criterion = this.criteria.get(rule.criterion);
      const pairs = Object.entries(this.offer.negations).flatMap(([no, yes]) => [[no, yes], [yes, no]]);
      const other = (pairs.find(([from]) => from === rule.op) || [])[1];
      const known = criterion && criterion.operators.some((operator) => operator.key === other);
      return known ? { ...rule, op: other } : null;
    }

    group({ mode, members }, depth) {
      const modes = ["all", "any", "none", "notall"].map((key) =>
        make("option", { value: key, selected: key === mode }, this.words[key]));
      const label = make("label", {}, make("span", {}, depth ? this.words.inner : this.words.mode), " ",
        make("select", { on: { change: () => this.changed() } }, ...modes));
      const head = make("div", { class: "segment-mode" }, label);
      const list = make("div", { class: "segment-list" }, ...members.map((member) => this.part(member, depth + 1)));
      const box = make("fieldset", { class: "segment-group", "data-depth": depth }, head, list, this.foot(list, depth));
      if (depth) head.append(this.remover(box, this.words.removeGroup));
      return box;
    }

    foot(list, depth) {
      const add = (element) => {
        list.append(element);
        element.querySelector("select").focus();
        this.changed();
      };
      const rule = () => add(this.rule({ criterion: this.offer.criteria[0].key }));
      const group = () => add(this.group({ mode: "any", members: [{ criterion: this.offer.criteria[0].key }] }, depth + 1));
      const buttons = [make("button", { type: "button", class: "segment-add", on: { click: rule } }, "+ " + this.words.addRule)];
      if (depth + 1 < this.offer.deepest)
        buttons.push(make("button", { type: "button", class: "segment-add", on: { click: group } }, "+ " + this.words.addGroup));
      return make("div", { class: "segment-foot" }, ...buttons);
    }

    remover(element, label) {
      const remove = () => {
        const next = element.parentElement.closest(".segment-group").querySelector(":scope > .segment-foot button");
        element.remove();
        next.focus();
        this.changed();
      };
      return make("button", { type: "button", class: "segment-remove", "aria-label": label, title: label, on: { click: remove } }, "×");
    }

    rule(rule) {
      const row = make("div", { class: "segment-rule" });
      const criterion = make("select", { "aria-label": this.words.criterion, class: "segment-criterion",
        on: { change: () => { this.fill(row, { criterion: criterion.value }); this.changed(); } } }, ...this.criterionOptions(rule.criterion));
      const operator = make("select", { "aria-label": this.words.operator, class: "segment-operator",
        on: { change: () => { this.value(row, this.readValue(row)); this.changed(); } } });
      row.append(criterion, operator, make("div", { class: "segment-value" }), this.remover(row, this.words.remove),
        make("p", { class: "segment-problem", role: "alert", hidden: true }));
      this.fill(row, rule);
      return row;
    }

    criterionOptions(chosen) {
      const groups = new Map();
      for (const criterion of this.offer.criteria) {
        if (!groups.has(criterion.group)) groups.set(criterion.group, make("optgroup", { label: criterion.group }));
        groups.get(criterion.group).append(
          make("option", { value: criterion.key, selected: criterion.key === chosen }, criterion.label));
      }
      const options = [...groups.values()];
      if (!this.criteria.has(chosen))
        options.unshift(make("option", { value: chosen, selected: true }, this.words.unknown.replace("%s", chosen)));
      return options;
    }

    fill(row, rule) {
      const criterion = this.criteria.get(rule.criterion);
      const operators = criterion ? criterion.operators : [{ key: rule.op, label: rule.op }];
      row.querySelector(".segment-operator").replaceChildren(
        ...operators.map((operator) => make("option", { value: operator.key, selected: operator.key === rule.op }, operator.label)));
      row.raw = criterion ? null : rule;
      this.value(row, rule.value);
    }

    value(row, value) {
      const criterion = this.criteria.get(row.querySelector(".segment-criterion").value);
      const operator = row.querySelector(".segment-operator").value;
      const alone = this.offer.alone.includes(operator);
      const kind = !criterion ? "raw" : alone ? "alone" : operator === "in_last_days" ? "number" : criterion.value;
      row.dataset.kind = kind;
      row.querySelector(".segment-value").replaceChildren(...this[`as_${kind}`](criterion, value));
    }

    as_raw(_criterion, _value) { return []; }

    as_alone(_criterion, _value) { return []; }

    as_text(criterion, value) {
      return [this.input({ type: "text", placeholder: criterion.placeholder, value: [].concat(value ?? []).filter((item) => item !== true).join(", ") })];
    }

    as_choices(criterion, value) {
      const listed = [].concat(value ?? []).map((item) => String(item).toLowerCase());
      const chosen = (choice) => listed.includes(choice.key.toLowerCase()) || listed.includes(choice.label.toLowerCase());
      const boxes = criterion.choices.map((choice) => make("label", {}, make("input", { type: "checkbox", value: choice.key,
        checked: chosen(choice), on: { change: () => this.changed() } }), make("span", {}, choice.label)));
      if (!boxes.length) return [make("p", { class: "segment-quiet" }, this.words.nothing)];
      const list = make("div", { class: "segment-choices", role: "group", "aria-label": this.words.value }, ...boxes);
      return boxes.length > FEW ? [this.finder(boxes), list] : [list];
    }

    finder(boxes) {
      const find = (event) => {
        const words = event.target.value.toLowerCase();
        for (const box of boxes) box.hidden = !box.textContent.toLowerCase().includes(words) && !box.querySelector("input").checked;
      };
      return make("input", { type: "search", class: "segment-input", placeholder: this.words.filter, "aria-label": this.words.filter,
        on: { input: find, keydown: (event) => event.key === "Enter" && event.preventDefault() } });
    }

    as_texts(criterion, value) {
      return [this.input({ type: "text", placeholder: criterion.placeholder, value: [].concat(value ?? []).join(", ") })];
    }

    as_number(_criterion, value) {
      return [this.input({ type: "number", min: 0, step: 1, value: Number.isInteger(value) ? value : "" })];
    }

    as_date(_criterion, value) { return [this.input({ type: "date", value: typeof value === "string" ? value : "" })]; }

    as_yes_no(_criterion, value) {
      const options = [["true", this.words.yes], ["false", this.words.no]].map(([key, label]) =>
        make("option", { value: key, selected: String(value ?? true) === key }, label));
      return [make("select", { class: "segment-input", "aria-label": this.words.value, on: { change: () => this.changed() } }, ...options)];
    }

    input(attributes) {
      return make("input", { class: "segment-input", "aria-label": this.words.value, autocomplete: "off", ...attributes,
        on: { input: () => this.changed(), keydown: (event) => event.key === "Enter" && event.preventDefault() } });
    }

    /* ── page → JSON ─────────────────────────────────────────────────────── */

    readValue(row) {
      const field = row.querySelector(".segment-value .segment-input:not([type=search])");
      switch (row.dataset.kind) {
        case "choices": return [...row.querySelectorAll(".segment-choices input:checked")].map((box) => box.value);
        case "texts": return field.value.split(/[\s,;]+/).filter(Boolean);
        case "text": return field.value.trim();
        case "alone": return true;
        case "number": return field.value === "" ? null : Number(field.value);
        case "yes_no": return field.value === "true";
        case "date": return field.value;
        default: return row.raw.value;
      }
    }

    json(element, path) {
      element.dataset.path = JSON.stringify(path);
      if (element.classList.contains("segment-rule")) {
        return { criterion: element.querySelector(".segment-criterion").value,
          op: element.querySelector(".segment-operator").value, value: this.readValue(element) };
      }
      const mode = element.querySelector(":scope > .segment-mode select").value;
      const way = { all: ["all"], any: ["any"], none: ["not", "any"], notall: ["not", "all"] }[mode];
      const parts = [...element.querySelector(":scope > .segment-list").children];
      const members = parts.map((part, index) => this.json(part, [...path, ...way, index]));
      return way.reduceRight((inside, key) => ({ [key]: inside }), members);
    }

    /* ── live count ──────────────────────────────────────────────────────── */

    changed(wait = WAIT) {
      const rules = this.top.querySelectorAll(".segment-rule, .segment-group").length;
      const definition = this.json(this.top, []);
      this.field.value = JSON.stringify(rules ? definition : { all: [] });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), wait);
    }

    async ask() {
      this.running?.abort();
      this.running = new AbortController();
      const body = new URLSearchParams({ definition: this.field.value });
      const token = this.root.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
      try {
        const response = await fetch(this.root.dataset.preview, { method: "POST", body, signal: this.running.signal,
          headers: { "X-CSRFToken": token, Accept: "application/json" } });
        if (!response.ok) throw new Error(response.status);
        this.show(await response.json());
      } catch (error) {
        if (error.name !== "AbortError") this.shown.replaceChildren(make("p", {}, this.words.failed));
      }
    }

    show(answer) {
      for (const spot of this.root.querySelectorAll(".segment-problem")) spot.hidden = true;
      const general = answer.problems.filter((problem) => !this.showAt(problem)).map((problem) =>
        make("p", { class: "segment-problem", role: "alert" }, problem.message));
      if (answer.problems.length) return this.shown.replaceChildren(...general);
      const parts = [make("p", { class: "segment-count" }, answer.count), make("p", {}, answer.sentence)];
      if (answer.sample.length) parts.push(make("p", { class: "segment-quiet" }, this.words.sample), this.sample(answer.sample));
      this.shown.replaceChildren(...parts);
    }

    showAt(problem) {
      const place = JSON.stringify(problem.path);
      const row = [...this.root.querySelectorAll(".segment-rule")].find((rule) => rule.dataset.path === place);
      if (!row) return false;
      const spot = row.querySelector(".segment-problem");
      spot.textContent = problem.message;
      spot.hidden = false;
      return true;
    }

    sample(people) {
      return make("ul", {}, ...people.map((person) => make("li", {},
        make("a", { href: person.url, target: "_blank", rel: "noopener" }, person.name), make("small", {}, person.note))));
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const root of document.querySelectorAll("[data-segment]")) new Builder(root);
  });
})();
