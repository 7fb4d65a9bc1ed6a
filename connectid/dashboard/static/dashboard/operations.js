// Keeps the operations page live: asks for the figures every 15 seconds while somebody looks.
"use strict";
(() => {
  const EVERY = 15000;
  const live = document.getElementById("live");
  const at = document.getElementById("live-at");
  const board = document.getElementById("board");

  async function refresh() {
    if (document.hidden) return;
    try {
      const answer = await fetch(live.dataset.live, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const figures = await answer.json();
      board.innerHTML = figures.html;
      at.textContent = figures.at;
      live.classList.remove("lost");
    } catch {
      live.classList.add("lost");
    }
  }

  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
  live.addEventListener("click", refresh);
})();
