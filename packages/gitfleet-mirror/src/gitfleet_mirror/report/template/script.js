"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  // The theme is kept if the browser permits it; a local file may have no storage.
  const stored = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("gitfleet-theme");
      localStorage.setItem("gitfleet-theme", value);
    } catch {
      return null;
    }
    return value;
  };
  const setTheme = (name) => {
    if (name === "light" || name === "dark") root.dataset.theme = name;
    else delete root.dataset.theme;
  };
  setTheme(stored());

  const startThemes = () => {
    for (const input of document.querySelectorAll("input[name=theme]")) {
      input.checked = input.value === (root.dataset.theme || "auto");
      input.addEventListener("change", () => {
        setTheme(input.value);
        stored(input.value);
      });
    }
  };

  const keyOf = (cell, isText) => {
    if (cell.querySelector(".none")) return null;
    const value = cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v;
    return isText || value === "" || Number.isNaN(Number(value)) ? value : Number(value);
  };
  const compare = (one, other) =>
    typeof one === "number" && typeof other === "number" ? one - other : collator.compare(one, other);

  class SortedTable {
    constructor(table) {
      this.body = table.tBodies[0];
      this.rows = [...this.body.rows];
      this.headers = [...table.tHead.rows[0].cells];
      this.status = table.closest(".table").querySelector(".count");
      this.filter = table.closest(".table").querySelector(".filter");
      this.step = Number(table.dataset.step);
      this.texts = null;
      this.headers.forEach((header, place) =>
        header.querySelector("button").addEventListener("click", () => this.sort(place)));
      if (this.filter) this.filter.addEventListener("input", () => this.show(this.step));
      this.buttons = [["Show all", Infinity], ["Show 100 more", 100]].map(([text, more]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = text;
        button.addEventListener("click", () => this.show(this.limit + more));
        this.status.after(button);
        return button;
      }).reverse();
      this.show(this.step);
      this.body.classList.add("ready");
    }

    sort(place) {
      const header = this.headers[place];
      const isText = !header.classList.contains("number") && !header.classList.contains("date");
      const before = header.getAttribute("aria-sort") || (isText ? "descending" : "ascending");
      const order = before === "ascending" ? "descending" : "ascending";
      const sign = order === "ascending" ? 1 : -1;
      const keyed = this.rows.map((row) => [keyOf(row.cells[place], isText), row]);
      // Rows without the value are last in both directions.
      keyed.sort(([one], [other]) =>
        one === null || other === null ? (one === null) - (other === null) : sign * compare(one, other));
      this.rows = keyed.map(([, row]) => row);
      this.texts = null;
      this.body.append(...this.rows);
      for (const other of this.headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", order);
      this.show(this.limit);
    }

    show(limit) {
      this.limit = limit;
      const wanted = this.filter ? this.filter.value.trim().toLowerCase() : "";
      if (wanted && !this.texts) this.texts = this.rows.map((row) => row.textContent.toLowerCase());
      let found = 0;
      this.rows.forEach((row, place) => {
        const matches = !wanted || this.texts[place].includes(wanted);
        found += matches;
        row.hidden = !matches || found > limit;
      });
      const shown = Math.min(found, limit);
      const of = shown < found ? ` of ${found.toLocaleString("en")}` : "";
      const all = this.rows.length.toLocaleString("en");
      const filtered = wanted ? ` (${found === 1 ? "matches" : "match"} the filter, of ${all})` : "";
      this.status.textContent = `${shown.toLocaleString("en")}${of} ${found === 1 ? "row" : "rows"}${filtered}`;
      this.buttons[0].hidden = shown + 100 >= found;
      this.buttons[1].hidden = shown >= found;
    }
  }

  const startTips = () => {
    const tip = document.getElementById("tip");
    const hide = () => {
      tip.hidden = true;
    };
    document.addEventListener("pointerover", (event) => {
      const mark = event.target.closest("[data-tip]");
      if (!mark) return hide();
      tip.textContent = mark.dataset.tip;
      tip.hidden = false;
      const at = mark.getBoundingClientRect();
      const left = at.left + Math.min(at.width, 600) / 2 - tip.offsetWidth / 2;
      const top = Math.max(at.top, 0) - tip.offsetHeight - 8;
      tip.style.left = `${Math.max(6, Math.min(left, root.clientWidth - tip.offsetWidth - 6))}px`;
      tip.style.top = `${top < 6 ? at.bottom + 8 : top}px`;
    });
    document.addEventListener("scroll", hide, { passive: true, capture: true });
    document.addEventListener("pointerleave", hide);
  };

  const startSections = () => {
    const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        links.get(entry.target.id).setAttribute("aria-current", "true");
      }
    }, { rootMargin: "-25% 0px -70% 0px" });
    for (const name of links.keys()) observer.observe(document.getElementById(name));
  };

  document.addEventListener("DOMContentLoaded", () => {
    startThemes();
    for (const table of document.querySelectorAll("table.data")) new SortedTable(table);
    startTips();
    startSections();
  });
})();
