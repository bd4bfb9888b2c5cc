/* The list of segments: fills in each count after the page is there, one after the other. */
(() => {
  const fill = async (spot) => {
    try {
      const answer = await (await fetch(spot.dataset.count, { headers: { Accept: "application/json" } })).json();
      spot.textContent = answer.problems.length ? "–" : answer.count;
    } catch {
      spot.textContent = "–";
    }
  };
  document.addEventListener("DOMContentLoaded", async () => {
    for (const spot of document.querySelectorAll("[data-count]")) await fill(spot);
  });
})();
