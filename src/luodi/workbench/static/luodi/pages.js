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
