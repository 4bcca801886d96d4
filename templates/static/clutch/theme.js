// Follows the system's light or dark setting; paper is always light. Loaded before the page is painted.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paper = window.matchMedia("print");
  const apply = () => { document.documentElement.dataset.bsTheme = dark.matches && !paper.matches ? "dark" : "light"; };
  apply();
  dark.addEventListener("change", apply);
  paper.addEventListener("change", apply);
})();
