// The cadre's forms on the phone. What is typed is kept as a draft until it is saved; a visit that finds no connection
// waits in the outbox and is sent when there is one. Each entry carries the form's key, so sent twice it is logged once.
(() => {
  const TIMEOUT = 20000;
  let outbox, QUEUE, DRAFTS;
  let signedOut = false;
  let sending = false;
  let sent = 0;

  // --- What is kept on the phone, by person -------------------------------------------------------------------------
  const read = (name) => JSON.parse(localStorage.getItem(name) || "{}");

  function change(name, key, value) {
    const all = read(name);
    if (value === undefined) delete all[key];
    else all[key] = value;
    if (Object.keys(all).length) localStorage.setItem(name, JSON.stringify(all));
    else localStorage.removeItem(name);
  }

  const text = (name) => outbox.dataset[name];
  const form = () => document.querySelector("form[data-draft]");

  function valuesOf(element) {
    const { csrfmiddlewaretoken, ...values } = Object.fromEntries(new FormData(element));
    return values;
  }

  // --- Drafts -------------------------------------------------------------------------------------------------------
  const keepDraft = () => change(DRAFTS, location.pathname, valuesOf(form()));

  function restoreDraft() {
    const draft = read(DRAFTS)[location.pathname];
    if (!form() || !draft || document.querySelector("#log .error-summary")) return;
    for (const [name, value] of Object.entries(draft)) {
      const field = form().elements[name];
      if (field) field.value = value;
    }
    document.getElementById("draft").hidden = false;
  }

  // --- The outbox ---------------------------------------------------------------------------------------------------
  function keep(reason) {
    try {
      if (form().dataset.visit) keepVisit(reason);
      else keepOther(reason);
    } catch {
      window.alert(text("notKept"));
    }
  }

  function keepVisit(reason) {
    const { key, ...values } = valuesOf(form());
    change(QUEUE, key, { page: location.pathname, values: { household: form().dataset.visit, ...values }, refusal: "" });
    change(DRAFTS, location.pathname);
    document.getElementById("log").hidden = true;
    signedOut = reason === "signedOut";
    show();
    if (reason === "refused") send();
  }

  function keepOther(reason) {
    keepDraft();
    window.alert(text(reason === "signedOut" ? "draftSignedOut" : "draftKept"));
  }

  async function send() {
    if (sending) return;
    sending = true;
    await sendAll();
    sending = false;
    show();
  }

  async function sendAll() {
    for (const [key, entry] of Object.entries(read(QUEUE))) {
      if (entry.refusal) continue;
      const answer = await post({ key, ...entry.values });
      signedOut = answer?.status === 401 || answer?.status === 403;
      if (!answer || signedOut || answer.status === 429 || answer.status >= 500) break;
      if (answer.ok) sent += 1;
      change(QUEUE, key, answer.ok ? undefined : { ...entry, refusal: await refusalOf(answer) });
    }
  }

  // The page's own token: it is void once somebody else has signed in, so nobody sends a visit in another's name.
  async function post(values) {
    const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    try {
      return await fetch(text("url"), { method: "POST", headers, body: JSON.stringify(values), signal: AbortSignal.timeout(TIMEOUT) });
    } catch {
      return null;
    }
  }

  async function refusalOf(answer) {
    const problem = await answer.json().catch(() => ({}));
    const errors = problem.errors || [];
    if (errors.some((error) => error.pointer === "/household")) return text("notPaired");
    return errors.map((error) => error.detail).join(" ") || problem.title || String(answer.status);
  }

  function show() {
    const entries = Object.entries(read(QUEUE));
    const waiting = entries.filter(([, entry]) => !entry.refusal).length;
    outbox.hidden = !entries.length && !sent;
    const counts = { waiting, refused: entries.length - waiting, sent };
    for (const line of outbox.querySelectorAll("[data-count]")) {
      line.hidden = !counts[line.dataset.count];
      line.querySelector("b").textContent = counts[line.dataset.count];
    }
    outbox.querySelector("[data-signed-out]").hidden = !signedOut || !waiting;
    outbox.querySelector("[data-send]").hidden = !waiting;
    outbox.querySelector("ul").replaceChildren(...entries.map(([key, entry]) => line(key, entry)));
  }

  function line(key, entry) {
    const item = outbox.querySelector("template").content.cloneNode(true).firstElementChild;
    const { household, visited_on: day, situation } = entry.values;
    const name = document.querySelector(`[data-name-of="${CSS.escape(household)}"]`);
    item.dataset.key = key;
    item.querySelector("[data-what]").textContent = `${day} · ${name ? name.textContent : household}`;
    item.querySelector("[data-situation]").textContent = situation;
    item.querySelector("[data-refusal]").textContent = entry.refusal;
    return item;
  }

  // Back into the form. A refused entry stays here until the form has been saved; one that waits would be sent as it is.
  function edit(key) {
    const { page, values: { household, ...values }, refusal } = read(QUEUE)[key];
    change(DRAFTS, page, { key, ...values });
    if (!refusal) change(QUEUE, key);
    location.assign(page);
  }

  function onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("#draft [data-anew]")) {
      change(DRAFTS, location.pathname);
      location.reload();
    } else if (button.matches("#outbox [data-send]")) {
      send();
    } else if (button.matches("#outbox [data-edit]")) {
      edit(button.closest("li").dataset.key);
    } else if (button.matches("#outbox [data-delete]") && window.confirm(text("delete"))) {
      change(QUEUE, button.closest("li").dataset.key);
      show();
    }
  }

  // Nothing stays on the phone for the next person.
  function onSignOut(event) {
    if (!event.target.matches("form[action$='/logout/']")) return;
    const unsaved = [QUEUE, DRAFTS].some((name) => localStorage.getItem(name));
    if (unsaved && !window.confirm(text("signOut"))) {
      event.preventDefault();
      return;
    }
    for (const name of [QUEUE, DRAFTS]) localStorage.removeItem(name);
  }

  const isSignIn = (xhr) => xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/login");

  document.addEventListener("DOMContentLoaded", () => {
    outbox = document.getElementById("outbox");
    if (!outbox) return;
    QUEUE = `fupin.visits.${text("user")}`;
    DRAFTS = `fupin.drafts.${text("user")}`;
    restoreDraft();
    show();
    send();

    window.addEventListener("online", send);
    document.addEventListener("click", onClick);
    document.addEventListener("submit", onSignOut);
    document.addEventListener("input", (event) => event.target.closest("form[data-draft]") && keepDraft());

    document.addEventListener("htmx:sendError", () => keep("offline"));
    document.addEventListener("htmx:timeout", () => keep("offline"));
    document.addEventListener("htmx:responseError", () => keep("refused"));
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (!isSignIn(event.detail.xhr)) return;
      event.detail.shouldSwap = false;
      keep("signedOut");
    });
    document.addEventListener("htmx:beforeOnLoad", (event) => {
      if (!event.detail.xhr.getResponseHeader("HX-Redirect")) return;
      change(QUEUE, valuesOf(form()).key);
      change(DRAFTS, location.pathname);
    });
    document.addEventListener("htmx:afterSettle", () => document.querySelector("#log [data-focus]")?.focus());
  });
})();
