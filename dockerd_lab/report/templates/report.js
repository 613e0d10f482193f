"use strict";
// Filters, sorting, deep links and keys. Without this script the page only lacks these.
(() => {
  const form = document.getElementById("filters");
  const body = document.querySelector("#grid tbody");
  const rows = [...body.rows];
  const sections = new Map(rows.map((row) => [row, document.getElementById(row.dataset.for)]));
  const texts = new Map();
  const names = ["q", "verdict", "daemon", "open", "engine"];
  let sort = "";
  let at = "";

  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, `${row.dataset.name} ${sections.get(row).textContent}`.toLowerCase());
    return texts.get(row);
  };
  const value = (name) => (form.elements[name] ? form.elements[name].value.trim() : "");

  function matches(cell) {
    const open = (cell.dataset.open || "").split(" ").filter(Boolean);
    const wanted = value("open");
    return cell.dataset.verdict !== undefined
      && (!value("verdict") || cell.dataset.verdict === value("verdict"))
      && (!value("daemon") || cell.dataset.daemon === value("daemon"))
      && (!value("engine") || cell.dataset.engine === value("engine"))
      && (!wanted || (wanted === "nobody" ? !open.length : open.includes(wanted)));
  }

  function show() {
    const words = value("q").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      let any = false;
      for (const cell of row.querySelectorAll("td")) {
        const fits = matches(cell);
        cell.classList.toggle("off", !fits && cell.dataset.verdict !== undefined);
        any = any || fits;
      }
      const visible = any && (!words.length || words.every((word) => textOf(row).includes(word)));
      row.hidden = !visible;
      sections.get(row).hidden = !visible;
      shown += visible;
    }
    document.getElementById("nothing").hidden = shown > 0;
    form.elements.shown.value = `${shown} of ${rows.length} shown`;
  }

  const RANK = { failed: 0, incomplete: 1, passed: 2 };
  function keyOf(row, name) {
    if (name === "name") return row.dataset.name;
    const cell = [...row.querySelectorAll("td")].find((each) => each.dataset.engine === name);
    if (!cell || cell.dataset.verdict === undefined) return "9";
    const open = cell.dataset.open.split(" ").filter(Boolean).length;
    return `${RANK[cell.dataset.verdict]}${9 - open}${cell.dataset.daemon === "active" ? 1 : 0}`;
  }

  let ordered = "";
  function order() {
    if (sort === ordered) return;
    ordered = sort;
    const [name, down] = [sort.replace(/^-/, ""), sort.startsWith("-")];
    const sorted = name
      ? [...rows].sort((a, b) => {
          const [x, y] = [keyOf(a, name), keyOf(b, name)];
          return (x < y ? -1 : x > y ? 1 : rows.indexOf(a) - rows.indexOf(b)) * (down ? -1 : 1);
        })
      : rows;
    body.append(...sorted);
    for (const head of document.querySelectorAll("#grid thead th")) {
      const own = head.dataset.sort === name;
      if (own) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  function hash() {
    const parameters = new URLSearchParams();
    for (const name of names) if (value(name)) parameters.set(name, value(name));
    if (sort) parameters.set("sort", sort);
    if (![...parameters].length) return at ? `#${at}` : "#";
    if (at) parameters.set("at", at);
    return `#?${parameters}`;
  }

  function remember(push) {
    const url = hash();
    if (url === (location.hash || "#")) return;
    history[push ? "pushState" : "replaceState"](null, "", url);
  }

  function go(id) {
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let each = target; each; each = each.parentElement) {
      if (each.tagName === "DETAILS") each.open = true;
      each.hidden = false;
    }
    target.scrollIntoView();
    const focused = target.querySelector("summary, a") || target;
    focused.focus({ preventScroll: true });
  }

  function read() {
    const text = location.hash.slice(1);
    const parameters = new URLSearchParams(text.startsWith("?") ? text.slice(1) : "");
    at = text.startsWith("?") ? parameters.get("at") || "" : decode(text);
    for (const name of names) if (form.elements[name]) form.elements[name].value = parameters.get(name) || "";
    sort = parameters.get("sort") || "";
    order();
    show();
    go(at);
  }

  function decode(text) {
    try { return decodeURIComponent(text); } catch { return text; }
  }

  for (const head of document.querySelectorAll("#grid thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const name = head.dataset.sort;
      sort = sort === name ? `-${name}` : sort === `-${name}` ? "" : name;
      at = "";
      order();
      remember(true);
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    at = decode(link.getAttribute("href").slice(1));
    remember(true);
    go(at);
  });
  let typing = false;
  form.addEventListener("input", (event) => {
    at = "";
    show();
    remember(event.target.name !== "q" || !typing);
    typing = event.target.name === "q";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault(); // the fields would be emptied after this
    for (const name of names) if (form.elements[name]) form.elements[name].value = "";
    at = sort = "";
    order();
    show();
    remember(true);
  });
  window.addEventListener("popstate", read);
  window.addEventListener("hashchange", read);
  window.addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll("details.trial.failed")) each.open = true;
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest("input, select, textarea");
    if (event.key === "Escape" && field) {
      event.preventDefault(); // which would empty the field
      field.blur();
      return;
    }
    if (field) return;
    if (event.key === "/") { event.preventDefault(); form.elements.q.focus(); }
    if (event.key === "m") { document.getElementById("matrix").focus(); document.getElementById("matrix").scrollIntoView(); }
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
  });

  function step(by) {
    const trials = [...document.querySelectorAll("details.trial")].filter((each) => !each.closest("[hidden]"));
    if (!trials.length) return;
    const current = trials.findIndex((each) => each.contains(document.activeElement));
    const next = trials[current < 0 ? (by > 0 ? 0 : trials.length - 1) : Math.min(Math.max(current + by, 0), trials.length - 1)];
    at = next.id;
    remember(false);
    go(at);
  }

  form.hidden = false;
  document.querySelector(".keys").hidden = false;
  read();
  // The browser's own scrolling to the address comes later, and takes the focus away.
  window.addEventListener("load", () => go(at));
})();
