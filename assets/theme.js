// Before the first paint: light or dark as chosen, else as the system says.
(() => {
  const apply = () => {
    const chosen = localStorage.getItem("rxcrm:theme");
    const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  window.rxcrmTheme = (theme) => {
    if (theme) localStorage.setItem("rxcrm:theme", theme);
    else localStorage.removeItem("rxcrm:theme");
    apply();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  apply();
})();
