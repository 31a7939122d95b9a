// The entry page of a household: rows without a reload, sums, what an ID number says, and nothing typed lost.
(() => {
  const BLANK_KEY = "newrow";
  const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  let dirty = false;
  let leaving = false;

  const form = () => document.querySelector("form[data-entry]");
  const text = (name) => document.querySelector("[data-entry-words]").dataset[name];

  // --- Rows -----------------------------------------------------------------------------------------------------
  function addRow(kind) {
    const rows = form().querySelector(`[data-rows="${kind}"]`);
    const key = `n${Date.now().toString(36)}`;
    const holder = document.createElement("div");
    holder.innerHTML = rows.querySelector("template").innerHTML.replaceAll(BLANK_KEY, key);
    const row = holder.firstElementChild;
    rows.insertBefore(row, rows.querySelector("template"));
    if (kind === "incomes") chooseFreeYear(rows, row);
    row.querySelector("input:not([type=hidden]), select").focus();
    changed();
  }

  function chooseFreeYear(rows, row) {
    const taken = new Set([...rows.querySelectorAll("[data-field=year]")].filter((year) => !row.contains(year)).map((year) => year.value));
    const select = row.querySelector("[data-field=year]");
    const free = [...select.options].find((option) => Number(option.value) <= Number(select.value) && !taken.has(option.value));
    if (free) select.value = free.value;
  }

  function removeRow(row) {
    const typed = [...row.querySelectorAll("input[type=text], input:not([type])")].some((input) => input.value.trim());
    if (typed && !window.confirm(text("remove"))) return;
    const rows = row.parentElement;
    const next = row.nextElementSibling && row.nextElementSibling.matches("[data-row]") ? row.nextElementSibling : row.previousElementSibling;
    row.remove();
    const target = next ? next.querySelector("input:not([type=hidden]), select") : document.querySelector(`[data-add="${rows.dataset.rows}"]`);
    if (target) target.focus();
    changed();
  }

  // --- What an ID number says (GB 11643) --------------------------------------------------------------------------
  function readIdNumber(typed) {
    const number = typed.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
    if (number.includes("*") || number.length < 18) return null;
    const match = /^\d{6}(\d{4})(\d{2})(\d{2})\d{2}(\d)[\dX]$/.exec(number);
    if (!match) return { fault: text("characters") };
    const [, year, month, day, order] = match;
    const born = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    if (born.getUTCMonth() !== Number(month) - 1 || born.getUTCDate() !== Number(day) || born > new Date()) return { fault: text("date") };
    const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
    if ("10X98765432"[sum % 11] !== number[17]) return { fault: text("check") };
    const today = new Date();
    const before = today.getMonth() + 1 < Number(month) || (today.getMonth() + 1 === Number(month) && today.getDate() < Number(day));
    return { sex: Number(order) % 2 ? "1" : "2", born: `${year}-${month}-${day}`, age: today.getFullYear() - Number(year) - (before ? 1 : 0) };
  }

  function showDerived(input) {
    const row = input.closest("[data-row]");
    const output = row.querySelector("[data-derived]");
    const known = readIdNumber(input.value);
    if (input.value.includes("*")) return;
    output.classList.toggle("is-wrong", Boolean(known && known.fault));
    if (!known || known.fault) {
      output.textContent = known ? known.fault : "";
      return;
    }
    output.textContent = `${text(known.sex === "1" ? "male" : "female")} ${known.born} ${text("age").replace("0", known.age)}`;
    const labour = row.querySelector("[data-field=labour]");
    if (!labour.value && known.age < 16) labour.value = "04";
    if (!labour.value && known.age < 60) labour.value = "01";
  }

  // --- Sums, in whole fen -----------------------------------------------------------------------------------------
  function fen(typed) {
    const match = /^(\d*)(?:\.(\d{0,2}))?$/.exec(typed.normalize("NFKC").replace(/[,\s¥元]/g, ""));
    return match ? Number(match[1] || 0) * 100 + Number((match[2] || "").padEnd(2, "0")) : 0;
  }

  const yuan = (amount) => (amount / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  function showSums() {
    for (const row of form().querySelectorAll("[data-row=incomes]")) {
      const sum = (kind) => [...row.querySelectorAll(`[data-kind=${kind}]`)].reduce((total, input) => total + fen(input.value), 0);
      const [income, expense] = [sum("income"), sum("expense")];
      row.querySelector("[data-sum=income]").textContent = yuan(income);
      row.querySelector("[data-sum=expense]").textContent = yuan(expense);
      row.querySelector("[data-sum=net]").textContent = yuan(income - expense);
    }
  }

  // 'Healthy' stands alone: choosing one takes the others away.
  function keepHealthAlone(box) {
    if (!box.checked) return;
    for (const other of box.closest("fieldset").querySelectorAll("input[type=checkbox]")) {
      if (other !== box && (box.value === "01" || other.value === "01")) other.checked = false;
    }
  }

  function changed() {
    dirty = true;
    showSums();
    form().dispatchEvent(new Event("entry-changed"));
  }

  // --- Keys: Enter goes on to the next field as in a spreadsheet, Ctrl+Enter saves ----------------------------------
  function onKey(event) {
    if (event.key !== "Enter" || event.isComposing || !event.target.closest("form[data-entry]")) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form().requestSubmit(form().querySelector("[name=save]"));
    } else if (event.target.matches("input, select")) {
      event.preventDefault();
      const fields = [...form().querySelectorAll("input:not([type=hidden]), select, textarea, button")].filter((field) => field.offsetParent && !field.closest("details:not([open])") && !field.disabled && !field.matches("[data-remove]"));
      const next = fields[fields.indexOf(event.target) + 1];
      if (next) {
        next.focus();
        if (next.select) next.select();
      }
    }
  }

  // A link from the data checks opens the page at the field that it speaks of.
  function showField(id) {
    const place = id && document.getElementById(id);
    if (!place) return;
    for (let part = place.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    const field = place.matches("input, select, textarea") ? place : place.querySelector("input:not([type=hidden]), select, textarea, button") || place;
    field.focus();
    field.scrollIntoView({ block: "center" });
  }

  // --- Nothing lost -------------------------------------------------------------------------------------------------
  function showUnsent(reason) {
    const notice = document.getElementById("entry-unsent");
    notice.hidden = !reason;
    for (const part of notice.querySelectorAll("[data-reason]")) part.hidden = part.dataset.reason !== reason;
    if (reason) notice.scrollIntoView({ block: "nearest" });
  }

  // The sign-in page in another window gives a new token; the form sends the one of the moment.
  function refreshToken(event) {
    const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    if (!cookie) return;
    event.detail.headers["X-CSRFToken"] = cookie[1];
    if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = cookie[1];
  }

  function isSignIn(xhr) {
    return xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/login");
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!form()) return;
    showSums();
    showField(form().dataset.fieldTarget);
    if (form().matches("[data-new]") && !document.querySelector("#entry [data-focus]")) {
      form().querySelector("input:not([type=hidden]), select").focus();
    }
    document.addEventListener("click", (event) => {
      const adder = event.target.closest("[data-add]");
      const remover = event.target.closest("[data-remove]");
      if (!adder && !remover) return;
      event.preventDefault();
      if (adder) addRow(adder.dataset.add);
      if (remover) removeRow(remover.closest("[data-row]"));
    });
    document.addEventListener("input", (event) => {
      if (!event.target.closest("form[data-entry]")) return;
      if (event.target.matches("[data-field=id_number]")) showDerived(event.target);
      changed();
    });
    document.addEventListener("change", (event) => {
      if (event.target.matches("[data-field=health], [data-field=health] input")) keepHealthAlone(event.target);
    });
    document.addEventListener("keydown", onKey);

    document.addEventListener("htmx:configRequest", refreshToken);
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (isSignIn(event.detail.xhr)) {
        event.detail.shouldSwap = false;
        showUnsent("signed-out");
      } else if (event.target === form()) {
        showUnsent("");
      }
    });
    document.addEventListener("htmx:afterSettle", (event) => {
      if (event.target.id !== "entry") return;
      if (form()) showSums();
      const summary = document.querySelector("#entry [data-focus]");
      if (summary) summary.focus();
    });
    document.addEventListener("htmx:sendError", (event) => event.target === form() && showUnsent("offline"));
    document.addEventListener("htmx:responseError", (event) => event.target === form() && showUnsent("refused"));
    document.addEventListener("htmx:beforeOnLoad", (event) => {
      if (event.detail.xhr.getResponseHeader("HX-Redirect")) leaving = true;
    });
    window.addEventListener("beforeunload", (event) => {
      if (dirty && !leaving && form()) event.preventDefault();
    });
  });
})();
