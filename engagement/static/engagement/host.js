// Finding the host as one types: names only, of people the organizer knows; or somebody new.
export function offerHosts(box) {
  const id = box.querySelector("[name=host]");
  const name = box.querySelector("[name=host_name]");
  const found = box.querySelector(".host-found");
  const chosen = box.querySelector(".host-chosen");
  const fresh = box.querySelector("[data-new-host]");
  const typed = name.closest(".desk-field");
  let asked = 0;

  const show = () => {
    const picked = Boolean(id.value);
    chosen.hidden = !picked;
    typed.hidden = fresh.hidden = picked;
    chosen.querySelector("[data-chosen-name]").textContent = name.value;
    if (picked) found.hidden = true;
  };

  const pick = (person) => {
    id.value = person.id;
    name.value = person.name;
    show();
    id.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const offer = (people) => {
    found.replaceChildren(
      ...people.map((person) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        item.setAttribute("role", "option");
        button.type = "button";
        button.textContent = person.name;
        button.addEventListener("click", () => pick(person));
        item.append(button);
        return item;
      }),
    );
    found.hidden = people.length === 0;
  };

  const search = async () => {
    const turn = ++asked;
    const words = name.value.trim();
    if (words.length < 2) return offer([]);
    try {
      const answer = await fetch(`${box.dataset.people}?q=${encodeURIComponent(words)}`);
      if (answer.ok && turn === asked) offer((await answer.json()).people);
    } catch {
      offer([]); // no signal: the name can still be typed
    }
  };

  let waiting;
  name.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 200);
  });
  box.querySelector("[data-change-host]").addEventListener("click", () => {
    id.value = "";
    show();
    name.focus();
    name.select();
  });
  show();
}
