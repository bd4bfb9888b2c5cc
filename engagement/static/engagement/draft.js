// What is typed is kept in this browser until the server has it; after two weeks it is thrown away.
const KEPT_FOR = 14 * 24 * 3600 * 1000;

export function keepDraft(form) {
  const fields = Object.fromEntries(new FormData(form));
  delete fields.csrfmiddlewaretoken;
  try {
    localStorage.setItem(form.dataset.draft, JSON.stringify({ at: Date.now(), fields }));
    return true;
  } catch {
    return false; // a private window or a full phone: the sheet works, only the draft is missing
  }
}

export function oldDraft(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    if (draft && Date.now() - draft.at < KEPT_FOR) return draft;
    localStorage.removeItem(key);
  } catch {
    return null;
  }
  return null;
}

export function forgetDraft(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    return;
  }
}
