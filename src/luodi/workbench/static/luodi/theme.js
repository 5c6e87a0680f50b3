// Runs before the first paint, so that a dark page never flashes white.
const dark = localStorage.getItem("luodi-theme") === "dark";
document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
