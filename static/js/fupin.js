// Behaviour that hangs on data- attributes; every page works without it.
(() => {
  document.documentElement.classList.add("js");

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-toggle]");
    if (toggle) {
      const panel = document.querySelector(toggle.dataset.toggle);
      const open = panel.classList.toggle("is-open");
      toggle.setAttribute("aria-expanded", String(open));
    }
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A form that says data-confirm asks before it is sent.
  document.addEventListener("submit", (event) => {
    const question = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  }, true);

  // A table that is scrolled sideways can be reached, and scrolled, by the keyboard.
  const reachScrollers = () => {
    for (const scroller of document.querySelectorAll(".table-scroll")) {
      if (scroller.scrollWidth > scroller.clientWidth) scroller.tabIndex = 0;
      else scroller.removeAttribute("tabindex");
    }
  };
  window.addEventListener("resize", reachScrollers);
  document.addEventListener("htmx:afterSettle", reachScrollers);
  document.addEventListener("DOMContentLoaded", reachScrollers);

  document.addEventListener("DOMContentLoaded", () => {
    const target = document.querySelector("[data-focus]");
    if (target) target.focus();
  });
})();
