// The notebook's side of the page's module, which stands above with its style sheet as STYLE.

/** Milliseconds without a word of the kernel, and what is said then. */
const PATIENCE = 30_000;
const SILENCE =
  "The kernel does not answer: it is busy, or was stopped. What you typed is kept here. Try again, " +
  "or, after a restart, run the cell again.";
/** Acts that change nothing, and are sent again where they are not heard of. */
const READS = new Set(["question", "figures", "why", "suggestion"]);

function render({ model, el }) {
  const host = document.createElement("div");
  host.dataset.lmSuppressShortcuts = "true"; // keys are the page's, not JupyterLab's
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = document.createElement("style");
  sheet.textContent = STYLE;
  const page = document.createElement("div");
  page.className = "cutplane";
  shadow.append(sheet, page);
  el.append(host);

  const { send, stop } = messages(model);
  const unfollow = followTheme(page);
  let detach = () => {};
  let isGone = false;

  const begin = async () => {
    page.textContent = "Waiting for the kernel …";
    try {
      const html = await send("labeller", {});
      if (isGone) return;
      page.innerHTML = html;
      detach = attach(page.firstElementChild, send, page);
    } catch (error) {
      if (!isGone) offer(page, error.message, begin);
    }
  };
  begin();
  page.addEventListener("keydown", (event) => event.stopPropagation()); // after the page's own

  return () => {
    isGone = true;
    detach();
    unfollow();
    stop();
  };
}

/** What went wrong before there is a page, and a button. */
function offer(page, sentence, again) {
  const button = document.createElement("button");
  button.textContent = "Try again";
  button.addEventListener("click", again);
  const said = document.createElement("p");
  said.textContent = sentence;
  page.replaceChildren(said, button);
}

/**
 * send() by messages of the widget, each with a number that its reply repeats.
 *
 * An act without a reply in time stays on its way. Tried again, it is not sent again, so that it
 * is not done twice: the reply to the first is waited for, or taken if it has come.
 */
function messages(model) {
  const waiting = new Map(); // number -> what settles the reply
  const late = new Map(); // act and fields -> reply to come
  const own = Math.random().toString(36).slice(2);
  let count = 0;

  const heard = ({ id, html, error }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    if (!waiting.delete(id)) return; // another view's
    if (error) reject(new Error(error));
    else resolve(html);
  };
  model.on("msg:custom", heard);

  function sent(act, fields) {
    const id = `${own}-${count++}`;
    const reply = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    reply.catch(() => {}); // whoever still waits hears of it
    try {
      model.send({ id, act, fields });
    } catch {
      heard({ id, error: SILENCE }); // the kernel that made the widget is gone
    }
    return reply;
  }

  async function send(act, fields) {
    const key = JSON.stringify([act, { ...fields, seconds: "" }]);
    const reply = late.get(key) ?? sent(act, fields);
    if (!READS.has(act)) late.clear(); // of two acts the last one counts
    let timer;
    const patience = new Promise((_, reject) => {
      timer = setTimeout(() => {
        if (!READS.has(act)) late.set(key, reply);
        reject(new Error(SILENCE));
      }, PATIENCE);
    });
    return Promise.race([reply, patience]).finally(() => clearTimeout(timer));
  }

  const stop = () => model.off("msg:custom", heard);
  return { send, stop };
}

/** Light or dark as JupyterLab, VS Code or Colab say, or else as the system does. */
function followTheme(page) {
  const { body, documentElement } = document;
  const follow = () => {
    const { jpThemeLight, vscodeThemeKind } = body.dataset;
    const said = jpThemeLight ?? vscodeThemeKind ?? documentElement.getAttribute("theme");
    const isDark = said === "false" || /dark|contrast$/.test(said ?? "");
    page.style.colorScheme = said == null ? "light dark" : isDark ? "dark" : "light";
  };
  const watch = new MutationObserver(follow);
  const attributeFilter = ["data-jp-theme-light", "data-vscode-theme-kind", "theme"];
  for (const one of [body, documentElement]) watch.observe(one, { attributes: true, attributeFilter });
  follow();
  return () => watch.disconnect();
}

export default { render };
