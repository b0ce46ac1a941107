/**
 * The page's one module: keys, forms without a reload, and what is said when a request fails.
 *
 * attach(root, send) takes care of everything inside root, which holds the rendered template
 * `labeller`: parts that replies replace carry data-part ("question", "figures", "why",
 * "suggestion"). send(act, fields) -> Promise of HTML takes one of
 *
 *   "answer" {row, label, comment, shown, seconds}   "skip", "unknown" {row, comment, shown, seconds}
 *   "undo" {}                                        "comment" {row, comment}
 *   "question" {}                                    "figures" {}
 *   "why" {row}                                      "suggestion" {row}
 *
 * and resolves to the fragment `question` (of the next question, or of the same one with a
 * problem where the act was refused), `figures`, `why` or `suggestion`. It rejects with an Error
 * whose message is a sentence where there is no reply; nothing typed is lost then, and the act
 * can be tried again.
 *
 * @returns {() => void} what takes the listeners away again
 */
export function attach(root, send) {
  throw new Error("to be written");
}
