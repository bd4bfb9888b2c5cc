/* Columns dragged onto fields. The selects do all the work; dragging sets them, and everything goes without it. */

function part(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text || "";
  return made;
}

class Goals {
  constructor(form) {
    this.form = form;
    this.cards = [...form.querySelectorAll("[data-card]")];
    this.panel = form.querySelector("[data-fields]");
    this.dragged = null;
    this.goals = new Map();
  }

  build() {
    const first = this.cards[0].querySelector("select");
    this.goal("", first.options[0].text, this.panel);
    for (const group of first.querySelectorAll("optgroup")) {
      this.panel.append(part("h4", "", group.label));
      for (const option of group.children) this.goal(option.value, option.text, this.panel);
    }
    this.panel.hidden = false;
    for (const card of this.cards) this.carry(card);
    this.tell();
  }

  goal(field, name, place) {
    const goal = part("div", "mapping-goal", name);
    goal.append(part("small", "", ""));
    goal.addEventListener("dragover", (event) => { event.preventDefault(); goal.classList.add("is-over"); });
    goal.addEventListener("dragleave", () => goal.classList.remove("is-over"));
    goal.addEventListener("drop", (event) => {
      event.preventDefault();
      goal.classList.remove("is-over");
      if (this.dragged) this.take(this.dragged, field);
    });
    this.goals.set(field, goal);
    place.append(goal);
  }

  carry(card) {
    const select = card.querySelector("select");
    card.dataset.was = select.value;
    card.dataset.why = card.querySelector("[data-why]").textContent;
    select.addEventListener("change", () => this.tell());
    card.draggable = true;
    card.addEventListener("dragstart", (event) => {
      this.dragged = card;
      event.dataTransfer.setData("text/plain", card.querySelector("b").textContent);
      card.classList.add("is-dragged");
      this.form.classList.add("is-dragging");
    });
    card.addEventListener("dragend", () => {
      this.dragged = null;
      card.classList.remove("is-dragged");
      this.form.classList.remove("is-dragging");
    });
  }

  take(card, field) {
    card.querySelector("select").value = field;
    this.tell();
  }

  tell() {
    const taken = new Map();
    for (const card of this.cards) {
      const field = card.querySelector("select").value;
      const changed = field !== card.dataset.was;
      card.classList.toggle("is-left-out", !field);
      card.classList.toggle("is-changed", changed);
      card.querySelector("[data-why]").textContent = changed ? this.form.dataset.unsaved : card.dataset.why;
      taken.set(field, [...(taken.get(field) || []), card.querySelector("b").textContent]);
    }
    for (const [field, goal] of this.goals) {
      const columns = field ? taken.get(field) || [] : [];
      goal.classList.toggle("is-taken", columns.length > 0);
      goal.querySelector("small").textContent = columns.join(", ");
    }
  }
}

for (const form of document.querySelectorAll("[data-mapping]")) {
  const goals = new Goals(form);
  if (goals.panel && goals.cards.length) goals.build();
}
