/* SPDX-License-Identifier: MIT */
/*
 * A form over fields (field.js, combobox.js): Enter sends it, from a text of several lines with Ctrl; what the API refuses
 * is marked at its field, and what was entered is kept in the tab until it was sent, so that neither a reload nor the end
 * of a session loses it.
 */
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { busyWhile } from './button.js';
import { fail, problemText } from './toast.js';

function readDraft(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`linkpond.draft.${name}`)) || {};
  } catch {
    return {};
  }
}

function writeDraft(name, values) {
  try {
    if (values) {
      sessionStorage.setItem(`linkpond.draft.${name}`, JSON.stringify(values));
    } else {
      sessionStorage.removeItem(`linkpond.draft.${name}`);
    }
  } catch {
    /* no storage: then only the page itself holds it */
  }
}

/** Whoever comes next in this tab finds nothing of who was here: drafts of forms and of rules are all it holds. */
export function forgetDrafts() {
  try {
    sessionStorage.clear();
  } catch {
    /* no storage: nothing was kept */
  }
}

/**
 * form({fields, body, submit: button, onSubmit, draft}): `fields` is an array of fields, `body` the nodes that show them
 * (default: one below the other, then the button). onSubmit(values) sends; a Problem it throws is shown. `draft` names
 * where unsent values are kept. Gives {element, values(), setErrors(problem), clearDraft(), reset()}.
 */
export function form({ fields, body, submit, onSubmit, draft }) {
  const summary = h('div', { class: 'notice bad', role: 'alert', hidden: true });
  const element = h('form', { class: 'stack', novalidate: true, autocomplete: 'off' }, summary,
    body || [fields.map((field) => field.element), submit]);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const initial = Object.fromEntries(fields.map((field) => [field.name, field.get()]));
  const values = () => Object.fromEntries(fields.map((field) => [field.name, field.get()]));

  const clear = () => {
    summary.hidden = true;
    fields.forEach((field) => field.setError(''));
  };
  const setErrors = (problem) => {
    clear();
    let first = null;
    const rest = [];
    for (const [name, text] of problem.fields || []) {
      const field = byName.get(name) || byName.get(name.split(/[.[]/)[0]);
      if (field) {
        field.setError(text);
        first ??= field;
      } else {
        rest.push(text);
      }
    }
    if (!first || rest.length > 0) {
      summary.textContent = rest.join(' ') || problemText(problem);
      summary.hidden = false;
    }
    first?.control.closest('details')?.setAttribute('open', '');
    (first?.control || summary).focus();
  };
  const send = async () => {
    clear();
    try {
      await onSubmit(values());
      writeDraft(draft, null);
    } catch (error) {
      if (error.status === undefined) {
        fail(error);
      } else {
        setErrors(error);
      }
    }
  };

  element.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!submit?.disabled) {
      busyWhile(submit || element, send);
    }
  });
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing && !event.defaultPrevented) {
      event.preventDefault();
      element.requestSubmit();
    }
  });
  if (draft) {
    const kept = readDraft(draft);
    fields.filter((field) => kept[field.name] !== undefined).forEach((field) => field.set(kept[field.name]));
    element.addEventListener('input', () => writeDraft(draft, values()));
    element.addEventListener('change', () => writeDraft(draft, values()));
  }
  return {
    element, values, setErrors,
    clearDraft: () => writeDraft(draft, null),
    reset() {
      clear();
      fields.forEach((field) => field.set(initial[field.name]));
      writeDraft(draft, null);
    },
  };
}

/** The button that sends a form. */
export function submitButton(text, kind = 'main') {
  return h('button', { class: `button ${kind}`, type: 'submit' }, text || t('save'));
}
