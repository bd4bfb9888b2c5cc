// Rows of guests and commitments: one more, one less, and the choice of who keeps in step with the guests.
const total = (form, rows) => form.querySelector(`[name=${rows}-TOTAL_FORMS]`);

export function addRow(form, rows, { focus = false } = {}) {
  const count = total(form, rows);
  const empty = form.querySelector(`[data-empty=${rows}]`);
  const place = document.createElement("div");
  place.innerHTML = empty.innerHTML.replaceAll("__prefix__", count.value);
  const row = place.firstElementChild;
  form.querySelector(`[data-rows=${rows}]`).append(row);
  count.value = Number(count.value) + 1;
  if (rows === "promises") offerGuests(form);
  if (focus) row.querySelector("input:not([type=hidden]), textarea")?.focus();
}

export function fillRows(form, rows, wanted) {
  while (Number(total(form, rows).value) < Number(wanted || 0)) addRow(form, rows);
}

export function followRows(form) {
  const follow = () => {
    hideRemoved(form);
    offerGuests(form);
  };
  form.addEventListener("input", follow);
  form.addEventListener("change", follow);
  follow();
}

function hideRemoved(form) {
  for (const row of form.querySelectorAll("[data-row]")) row.hidden = Boolean(row.querySelector("[name$=-DELETE]")?.checked);
}

function offerGuests(form) {
  const guests = [...form.querySelectorAll("[data-rows=guests] > [data-row]")].map((row, index) => ({
    value: String(index),
    name: row.querySelector("[name$=-first_name]").value.trim() || `${form.dataset.guestLabel} ${index + 1}`,
    off: row.hidden,
  }));
  for (const choose of form.querySelectorAll("[data-rows=promises] select[name$=-who]")) {
    const chosen = choose.value;
    while (choose.options.length > 2) choose.remove(2);
    for (const guest of guests) if (!guest.off) choose.add(new Option(guest.name, guest.value));
    choose.value = [...choose.options].some((option) => option.value === chosen) ? chosen : "";
  }
}
