// What lists and details do in the browser: picking rows, a record beside its list.
document.addEventListener("alpine:init", () => {
  Alpine.data("picked", () => ({
    number: 0,
    open: false,
    get folding() { return this.open ? "unfolded" : ""; },
    fold() { this.open = !this.open; },
    get said() {
      const everything = this.$root.querySelector("[name=everything]");
      const count = everything && everything.checked ? "*" : String(this.number);
      return this.$root.dataset.said.replace("{n}", count);
    },
    boxes() { return [...this.$root.querySelectorAll("[name=pick]")]; },
    count() {
      this.number = -1; // a change even where the number stays
      this.number = this.boxes().filter((box) => box.checked).length;
    },
    all() {
      const on = this.$el.checked;
      for (const box of this.boxes()) box.checked = on;
      this.count();
    },
  }));
});

// A link marked data-drawer opens beside the page; with Ctrl, Shift or the middle button it is a link.
document.addEventListener("click", (event) => {
  const drawer = document.getElementById("drawer");
  if (!drawer) return;
  if (event.target === drawer || event.target.closest(".drawer-close")) { drawer.close(); return; }
  const link = event.target.closest("a[data-drawer]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  htmx.ajax("GET", link.href, { target: "#drawer-body", swap: "innerHTML" }).then(() => {
    if (!drawer.open && drawer.querySelector(".drawer-in")) drawer.showModal();
  });
});

// Keys: `/` searches, `?` shows the keys, in a list j and k walk the rows, [ and ] turn the page.
const show = (id) => {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
  return dialog;
};

const walk = (step) => {
  const links = [...document.querySelectorAll("main tbody tr td a")];
  const rows = links.filter((link, at) => links.findIndex((other) => other.closest("tr") === link.closest("tr")) === at);
  if (!rows.length) return;
  const at = rows.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  next.focus();
};

const follow = (relation) => {
  const link = document.querySelector(`.pages a[rel=${relation}]`);
  if (link) link.click();
};

const KEYS = {
  "/": () => show("finder").querySelector("input").select(),
  "?": () => show("keys"),
  f: () => { const box = document.querySelector(".bar-of-filters :is(input, select)"); if (box) box.focus(); },
  j: () => walk(1),
  k: () => walk(-1),
  "[": () => follow("prev"),
  "]": () => follow("next"),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  const finder = event.target.closest("#finder");
  if (finder && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const stops = [finder.querySelector("input"), ...finder.querySelectorAll("[data-hit]")];
    const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[Math.min(Math.max(at, 0), stops.length - 1)].focus();
    event.preventDefault();
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]") && event.key !== "?") return;
  const act = KEYS[event.key];
  if (act && document.querySelector(".shell")) { event.preventDefault(); act(); }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-open]");
  if (button) KEYS["/"]();
  if (event.target.matches("dialog.finder")) event.target.close();
});

// Enter in the search box takes the first hit that is shown.
document.addEventListener("submit", (event) => {
  if (!event.target.closest("#finder")) return;
  const first = document.querySelector("#finder [data-hit]");
  if (first) { event.preventDefault(); first.click(); }
});
