// A part of a page that follows what happens on the server: by server-sent events, and where these
// do not come through (an old proxy), by asking every two seconds.
// <div data-stream="…/events/" data-poll="…/state/">…</div>
(() => {
  const EVERY = 2000;

  // What a reader unfolded stays unfolded.
  function show(place, html) {
    const open = [...place.querySelectorAll("details[open][id]")].map((each) => each.id);
    place.innerHTML = html;
    for (const id of open) {
      const again = place.querySelector(`details[id="${id}"]`);
      if (again) again.open = true;
    }
  }

  // The buttons beside it depend on how it ended: the server knows which ones.
  function ended() { location.reload(); }

  function poll(place) {
    const state = () => place.querySelector("[data-state]")?.dataset.state;
    const timer = setInterval(async () => {
      let answer;
      try { answer = await fetch(place.dataset.poll, { redirect: "manual" }); } catch { return; }
      if (answer.status >= 500) return;
      if (!answer.ok) { clearInterval(timer); ended(); return; }  // signed out, or no longer shown
      show(place, await answer.text());
      if (!["queued", "running"].includes(state())) { clearInterval(timer); ended(); }
    }, EVERY);
  }

  function follow(place) {
    if (!window.EventSource) { poll(place); return; }
    const source = new EventSource(place.dataset.stream);
    let heard = false;
    let failures = 0;
    source.addEventListener("state", (event) => { heard = true; failures = 0; show(place, event.data); });
    source.addEventListener("end", () => { source.close(); ended(); });
    source.onerror = () => {
      failures += 1;
      if (source.readyState === EventSource.CLOSED || (!heard && failures > 1) || failures > 5) {
        source.close();
        poll(place);
      }
    };
    addEventListener("pagehide", () => source.close());
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-stream]").forEach(follow);
  });
})();
