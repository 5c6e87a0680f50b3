// The frame around every page: the menu on a phone, light and dark, the keys.
document.addEventListener("alpine:init", () => {
  Alpine.data("shell", () => ({
    open: false,
    get opened() { return this.open ? "menu-open" : ""; },
    toggle() { this.open = !this.open; },
    dim() {
      const root = document.documentElement;
      const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", theme);
      localStorage.setItem("luodi-theme", theme);
    },
  }));
});
