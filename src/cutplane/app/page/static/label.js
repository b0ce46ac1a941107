/**
 * The page's one module: keys, forms without a reload, and what is said when a request fails.
 *
 * attach(root, send) takes care of everything inside root, which holds the rendered template
 * `labeller`: parts that replies replace carry data-part ("question", "figures", "why",
 * "suggestion"). send(act, fields) -> Promise of HTML takes one of
 *
 *   "answer" {row, label, comment, seconds}   "skip", "unknown" {row, comment, seconds}
 *   "undo" {}                                 "comment" {row, comment}
 *   "question" {}                             "figures" {}
 *   "why" {row}                               "suggestion" {row}
 *
 * (and csrf where the form has one), and resolves to the fragment `question` (of the next
 * question, or of the same one with a problem where the act was refused), `figures`, `why` or
 * `suggestion`. It rejects with an Error whose message is a sentence where there is no reply;
 * nothing typed is lost then, and the act can be tried again. Keys are heard where `keys` is,
 * root by default.
 *
 * @returns {() => void} what takes the listeners away again
 */
export function attach(root, send, keys = root) {
  const ended = new AbortController();
  const on = (target, type, handler) =>
    target.addEventListener(type, handler, { signal: ended.signal });
  const find = (selector) => root.querySelector(selector);
  const part = (name) => find(`[data-part="${name}"]`);
  const answers = answersIn(root);
  const drafts = new Map(); // comments typed for rows that went away unanswered
  let busy = false;
  let failed = null; // [act, fields] that had no reply
  let since = 0; // when the question came to be seen
  let timers = [];

  // ---- what is shown

  function say(text) {
    const live = find("[data-live]");
    live.textContent = "";
    live.textContent = text;
  }

  function put(name, html) {
    const place = part(name);
    const box = root.ownerDocument.createElement("template");
    box.innerHTML = html;
    place.replaceChildren(box.content);
    reveal(place);
    return place;
  }

  function reveal(place) {
    for (const one of place.querySelectorAll("[data-script]")) one.hidden = false;
  }

  function begin() {
    const question = find("[data-question]");
    const form = question.querySelector("[data-form]");
    answers.mark(null);
    since = performance.now();
    const kept = drafts.get(form.elements.row?.value);
    if (kept && !form.elements.comment.value) {
      form.elements.comment.value = kept;
      find("[data-comment]").open = true;
    }
    clearTimers();
    if ("none" in question.dataset) later(10_000, () => act("question", {}, { quiet: true }));
  }

  function focusQuestion() {
    const question = find("[data-question]");
    const field = question.querySelector("[data-value]");
    (field ?? question).focus({ preventScroll: true });
    if (field) field.select();
    if (question.getBoundingClientRect().top < 0) question.scrollIntoView({ block: "start" });
  }

  function later(wait, what) {
    timers.push(setTimeout(() => !ended.signal.aborted && what(), wait));
  }

  function clearTimers() {
    timers.forEach(clearTimeout);
    timers = [];
  }

  // ---- acts

  async function act(name, fields, { button = null, quiet = false } = {}) {
    if (busy) return quiet || say("One moment: the last answer is on its way.");
    busy = true;
    root.setAttribute("aria-busy", "true");
    button?.setAttribute("data-sending", "");
    try {
      const html = await send(name, fields);
      if (ended.signal.aborted) return;
      failed = null;
      find("[data-notice]").hidden = true;
      keepDraft(name);
      const hadFocus = keys !== root || root.contains(focusedIn(root));
      const question = put("question", html).firstElementChild;
      begin();
      if (hadFocus && !quiet) focusQuestion();
      if (!quiet || !("none" in question.dataset)) say(question.dataset.say);
      if (!quiet) refreshFigures(250);
    } catch (error) {
      if (!quiet && !ended.signal.aborted) fail(error, name, fields);
    } finally {
      busy = false;
      root.removeAttribute("aria-busy");
      button?.removeAttribute("data-sending");
    }
  }

  function fail(error, name, fields) {
    failed = [name, fields];
    find("[data-notice-said]").textContent = error.message;
    find("[data-notice]").hidden = false;
    find("[data-retry]").focus();
  }

  function keepDraft(name) {
    const form = find("[data-form]");
    const row = form?.elements.row?.value;
    if (row === undefined) return;
    if (name === "undo" && form.elements.comment.value) drafts.set(row, form.elements.comment.value);
    else if (name !== "question") drafts.delete(row);
  }

  function refreshFigures(wait) {
    later(wait, async () => {
      try {
        const figures = put("figures", await send("figures", {})).firstElementChild;
        if ("behind" in figures.dataset) refreshFigures(Math.min(2 * wait + 500, 8000));
      } catch {
        refreshFigures(8000); // they are not worth a message
      }
    });
  }

  async function unfold(name) {
    const place = part(name);
    if (place.hasChildNodes()) return place.replaceChildren();
    const form = find("[data-form]");
    const row = form.elements.row.value;
    try {
      const html = await send(name, fieldsOf(form));
      if (form !== find("[data-form]")) return; // another question by now
      put(name, html);
      place.style.scrollMarginBottom = `${form.offsetHeight}px`; // the answers lie over the end
      place.scrollIntoView({ block: "nearest" });
      say(place.textContent.replace(/\s+/g, " "));
    } catch (error) {
      if (form.elements.row.value === row) say(error.message), put(name, "").append(error.message);
    }
  }

  // ---- forms

  function fieldsOf(form, button) {
    const fields = Object.fromEntries(new FormData(form, button));
    if ("seconds" in fields) fields.seconds = ((performance.now() - since) / 1000).toFixed(2);
    if ("other" in fields) {
      fields.label ||= fields.other.trim();
      delete fields.other;
    }
    return fields;
  }

  function press(button) {
    const name = button.dataset.act;
    if (button.disabled) return say("There is nothing to undo.");
    if (name === "help") return find("[data-keys]").showModal();
    if (name === "why" || name === "suggestion") return unfold(name);
    if (name === "question") return act(name, {});
    const form = button.form;
    if (name === "answer" && !mayAnswer(form, button)) return;
    if (name === "comment" && !form.elements.comment.value.trim()) return say("Nothing is typed.");
    if (name !== "undo" && performance.now() - since < 150) return; // meant for the last one
    act(name, fieldsOf(form, button), { button });
  }

  function mayAnswer(form, button) {
    if ("new" in button.dataset && !form.elements.other.value.trim()) {
      form.elements.other.focus();
      say("Type the class first.");
      return false;
    }
    const field = form.querySelector("[data-value]");
    const problem = field && problemOf(field);
    if (!problem) return true;
    field.setAttribute("aria-invalid", "true");
    remark(problem, true);
    field.focus();
    return false;
  }

  function remark(text, isBad) {
    const place = find("[data-said]");
    place.textContent = text;
    place.toggleAttribute("data-bad", isBad);
  }

  on(root, "click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const isSecond = event.detail > 1 && performance.now() - since < 400;
    if (!isSecond) press(button); // of a double click the second one was not meant
  });
  on(root, "submit", (event) => {
    if (!event.target.matches("[data-form]")) return;
    event.preventDefault(); // Enter in a field; buttons are pressed above
  });
  on(find("[data-retry]"), "click", () => failed && act(...failed));
  on(root, "input", (event) => {
    const field = event.target;
    if (field.matches("[data-value]")) {
      field.removeAttribute("aria-invalid");
      const isRead = field.value.includes(",") && Number.isFinite(numberOf(field.value));
      remark(isRead && !problemOf(field) ? `Read as ${numberOf(field.value)}.` : "", false);
    } else if (field.matches("[data-filter]")) {
      find("[data-filter-said]").textContent = answers.narrow(field.value);
    }
  });

  // ---- keys

  const commands = {
    s: "skip",
    d: "unknown",
    u: "undo",
    Backspace: "undo",
    w: "why",
    h: "suggestion",
    "?": "help",
  };

  function onKey(event) {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (find("[data-keys]").open) return;
    const key = keyOf(event);
    const typing = isField(event.target);
    const isUndo = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === "z";
    if (isUndo && !typing) return pressKey(event, button("undo"));
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const value = find("[data-value]");
    const isEmpty = value && event.target === value && !value.value;
    if (typing && !(isEmpty && key in commands && key !== "Backspace")) {
      return onFieldKey(event, key);
    }
    if (value && /^[-+.,\d]$/.test(key)) return value.focus(); // where it is typed then
    if (key.startsWith("Arrow")) return arrow(event, key);
    if (key === "Enter" && event.target.matches?.("[data-question]")) return pressKey(event, answers.marked);
    if (key === "c") return pressKey(event, null, () => open(find("[data-comment]")));
    if (key === "/" && find("[data-filter]")) {
      return pressKey(event, null, () => find("[data-filter]").focus());
    }
    if (key === "Escape") return answers.mark(null);
    pressKey(event, commands[key] ? button(commands[key]) : answers.of(key));
  }

  function onFieldKey(event, key) {
    const field = event.target;
    if (key === "Escape") {
      event.preventDefault();
      return find("[data-question]").focus();
    }
    const moves = key === "ArrowDown" || key === "ArrowUp";
    if (field.matches("[data-filter]") && moves) return arrow(event, key);
    if (key !== "Enter" || event.shiftKey || !root.contains(field)) return;
    if (field.matches("[data-filter]")) return pressKey(event, field.value.trim() ? answers.marked : null);
    if (field.matches("[data-other]")) return pressKey(event, find("[data-new]"));
    if (field.matches("[data-value]")) return pressKey(event, find("[data-send]"));
    if (field.matches("[name=comment]")) {
      const ready = answers.marked ?? find("[data-send]");
      pressKey(event, ready, () => {
        if (ready) return;
        find("[data-question]").focus();
        say("Now answer; the comment goes with it.");
      });
    }
  }

  function pressKey(event, target, instead = null) {
    if (!target && !instead) return;
    event.preventDefault();
    if (event.repeat) return;
    if (target) press(target);
    else instead();
  }

  function arrow(event, key) {
    if (!answers.all.length || event.target.matches?.("summary, select")) return;
    event.preventDefault();
    answers.step(key === "ArrowDown" || key === "ArrowRight" ? 1 : -1);
  }

  function button(name) {
    return find(`[data-question] [data-act="${name}"], [data-form] [data-act="${name}"]`);
  }

  function open(details) {
    if (!details) return;
    details.open = true;
    details.querySelector("textarea").focus();
  }

  on(keys, "keydown", onKey);
  reveal(root);
  begin();
  refreshFigures(1500);
  return () => {
    clearTimers();
    ended.abort();
  };
}

/** The classes that can be pressed: one of them is marked, and a filter hides others. */
function answersIn(root) {
  return {
    marked: null,

    get all() {
      return [...root.querySelectorAll("[data-choices] button:not([hidden])")];
    },

    of(key) {
      return this.all.find((one) => one.dataset.key === key) ?? null;
    },

    mark(button) {
      this.marked?.removeAttribute("data-marked");
      this.marked = button ?? null;
      this.marked?.setAttribute("data-marked", "");
      this.marked?.scrollIntoView({ block: "nearest" });
    },

    step(by) {
      const all = this.all;
      const at = all.indexOf(this.marked);
      const first = by > 0 ? 0 : all.length - 1;
      this.mark(all[at < 0 ? first : (at + by + all.length) % all.length]);
      if (!isField(focusedIn(root))) this.marked.focus({ preventScroll: true });
    },

    /** Hides classes of other names; a sentence about what is left. */
    narrow(text) {
      const wanted = text.trim().toLocaleLowerCase();
      for (const button of root.querySelectorAll("[data-choices] button")) {
        button.hidden = !button.value.toLocaleLowerCase().includes(wanted);
      }
      const [first, ...others] = this.all;
      this.mark(wanted ? first : null);
      if (!wanted) return "";
      if (!first) return "No class of that name.";
      const count = others.length ? `${others.length + 1} classes` : "One class";
      return `${count} of that name; Enter answers ${first.value}.`;
    },
  };
}

/** What has the focus: in a shadow tree, where a notebook has one, of that tree. */
function focusedIn(root) {
  return root.getRootNode().activeElement;
}

/** The key as it stands on the board's Latin letters; Shift counts, Caps Lock does not. */
function keyOf(event) {
  if (event.key.length > 1) return event.key;
  const isLatin = /^[\x20-\x7e]$/.test(event.key);
  const key = isLatin ? event.key : /^Key([A-Z])$/.exec(event.code)?.[1] ?? event.key;
  return event.shiftKey && isLatin ? key : key.toLowerCase();
}

function isField(one) {
  return Boolean(one?.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]"));
}

/** A number with a point or one decimal comma; NaN for what else people write. */
function numberOf(text) {
  const plain = text.trim().replace("\u2212", "-");
  const points = plain.includes(".") ? plain : plain.replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(points) ? Number(points) : NaN;
}

/** What is wrong with a number as far as a glance tells; groups of digits the server reads. */
function problemOf(field) {
  const { low, high } = field.dataset;
  const text = field.value.trim();
  const value = numberOf(text);
  if (!text) return "Type a number first.";
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(text)) {
    return `${text} may be ${text.replace(",", ".")} or ${text.replace(",", "")}; write one of these.`;
  }
  if (Number.isNaN(value) && /^[+-]?[\d\s.,'\u202f]+$/.test(text)) return "";
  if (!Number.isFinite(value)) return `“${text}” is no number; type one such as 3.5.`;
  if (low && value < Number(low)) return `${value} is below ${low}.`;
  if (high && value > Number(high)) return `${value} is above ${high}.`;
  return "";
}

// ---- the page

/** send() of the page: requests of this server. */
async function overHttp(act, fields) {
  const gets = { question: "/question", figures: "/figures", why: `/why/${fields.row}` };
  const posts = { suggestion: `/suggestion/${fields.row}` };
  const options = gets[act] ? {} : { method: "POST", body: new URLSearchParams(fields) };
  let reply;
  try {
    reply = await fetch(gets[act] ?? posts[act] ?? `/${act}`, {
      ...options,
      headers: { "X-Fragment": "1" },
      credentials: "same-origin",
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    throw new Error("The server does not answer. Nothing is lost: your answer is kept here.");
  }
  const html = await reply.text();
  const box = document.createElement("template");
  box.innerHTML = html;
  const said = box.content.querySelector("[data-notice-text]");
  if (said) throw new Error(said.textContent);
  if (reply.ok || reply.status === 422) return html;
  throw new Error(`The server could not take it (status ${reply.status}). Your answer is kept here.`);
}

function copying(button) {
  const field = button.parentElement.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C"; // pages that are not from this machine may not
    }
  });
}

const page = globalThis.document?.querySelector("[data-page] [data-labeller]");
if (page) attach(page, overHttp, document);
globalThis.document?.querySelectorAll("[data-copy]").forEach(copying);

/** Keys of the grid: those of its buttons, while nothing is typed. */
function gridKeys(form) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat || isField(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const own = [...form.querySelectorAll("[data-key]")].find(
      (one) => one.dataset.key === keyOf(event),
    );
    if (!own) return;
    event.preventDefault();
    own.click();
  });
  form.addEventListener("submit", (event) => {
    if ("sent" in form.dataset) event.preventDefault(); // one answer is enough
    form.dataset.sent = "";
  });
}

const grid = globalThis.document?.querySelector("form[data-grid]");
if (grid) gridKeys(grid);
