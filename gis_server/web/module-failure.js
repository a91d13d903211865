/*
 * Tells that the modules of a page did not load, which they cannot do themselves: a classic script,
 * in words that an old browser reads. A module that is missing, of a wrong type, or not understood
 * is reported before the document is ready; later errors are the application's own.
 */
{
  let failed = false;
  /** @param {Event} event of a script, or of the window when modules do not fit together */
  const note = ({ target }) => {
    if (target === window || target instanceof HTMLScriptElement) failed = true;
  };
  addEventListener("error", note, true);
  addEventListener("DOMContentLoaded", () => {
    removeEventListener("error", note, true);
    if (!failed) return;
    for (const line of document.querySelectorAll("[data-not-loaded]")) {
      line.textContent = line.getAttribute("data-not-loaded");
      line.removeAttribute("hidden");
    }
  });
}
