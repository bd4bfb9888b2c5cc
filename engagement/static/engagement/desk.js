// Lists with data-filter are narrowed as one types, on the phone itself: no signal is needed.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

for (const input of document.querySelectorAll("[data-filter]")) {
  const list = document.querySelector(input.dataset.filter);
  const empty = document.querySelector("[data-filter-empty]");
  const narrow = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of list.children) {
      const name = plain(row.dataset.name || "");
      row.hidden = !words.every((word) => name.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    if (empty) empty.hidden = shown > 0;
  };
  input.addEventListener("input", narrow);
  list.addEventListener("htmx:afterSwap", narrow);
}
