/* SPDX-License-Identifier: MIT */
/*
 * One thing to fill in: label, control, hint, and where it is wrong the sentence that says so, tied to the control.
 * All fields have the same face: {name, element, control, get(), set(value), setError(text), setNote(text)}.
 */
import { h, uniqueId } from '../dom.js';
import { t } from '../i18n.js';

/** Ties a label and messages to a control. `control` is the element the label is for; `body` what stands below it. */
export function wrapField({ name, label, hint, optional = false, control, body = control, get, set }) {
  const id = control.id || uniqueId(`f-${name}`);
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  control.id = id;
  const error = h('p', { class: 'error', id: errorId, hidden: true });
  const note = h('p', { class: 'hint', id: hintId, hidden: !hint }, hint);
  const element = h('div', { class: 'field', dataset: { field: name } },
    h('label', { for: id }, label, optional && h('span', { class: 'optional' }, t('optional'))), body, note, error);
  const describe = () => {
    const ids = [error.hidden ? '' : errorId, note.hidden ? '' : hintId].filter(Boolean).join(' ');
    control.setAttribute('aria-describedby', ids);
    if (!ids) {
      control.removeAttribute('aria-describedby');
    }
  };
  describe();
  return {
    name, element, control, get, set,
    /** '' takes the error away. */
    setError(text) {
      error.textContent = text || '';
      error.hidden = !text;
      element.classList.toggle('wrong', Boolean(text));
      control.setAttribute('aria-invalid', String(Boolean(text)));
      describe();
    },
    /** Replaces the hint, e.g. by "available"; kind: 'good' or ''. */
    setNote(text, kind = '') {
      note.textContent = text || '';
      note.className = kind === 'good' ? 'good' : 'hint';
      note.hidden = !text;
      describe();
    },
  };
}

/**
 * textField({name, label, hint, optional, value, type: 'text' | 'url' | 'number' | 'datetime-local' | 'password' | …,
 * placeholder, big, before, attrs}). `before` is a text that stands in front of the box, as a domain before a code.
 * get() gives the trimmed text.
 */
export function textField({ type = 'text', value = '', placeholder, big = false, before, attrs = {}, ...rest }) {
  const control = h('input', {
    class: `input${big ? ' big' : ''}`, type, name: rest.name, value: value ?? '', placeholder, autocomplete: 'off', ...attrs,
  });
  const body = before ? h('div', { class: 'affix' }, h('span', { class: 'before' }, h('span', { class: 'cut' }, before)), control) : control;
  return wrapField({
    ...rest, control, body,
    get: () => (type === 'password' ? control.value : control.value.trim()),
    set: (text) => { control.value = text ?? ''; },
  });
}

export function textArea({ value = '', rows = 3, placeholder, big = false, attrs = {}, ...rest }) {
  const control = h('textarea', { class: `input${big ? ' big' : ''}`, name: rest.name, rows, value: value ?? '', placeholder, ...attrs });
  return wrapField({ ...rest, control, get: () => control.value.trim(), set: (text) => { control.value = text ?? ''; } });
}

/** options: [[value, label], …] */
export function selectField({ options, value = '', attrs = {}, ...rest }) {
  const control = h('select', { class: 'input', name: rest.name, value: value ?? '', ...attrs },
    options.map(([key, text, closed]) => h('option', { value: key, disabled: closed }, text)));
  return wrapField({ ...rest, control, get: () => control.value, set: (key) => { control.value = key ?? ''; } });
}

/** A yes or no with its sentence beside it. */
export function switchField({ name, label, hint, value = false, attrs = {} }) {
  const control = h('input', { type: 'checkbox', name, checked: Boolean(value), id: uniqueId(`f-${name}`), ...attrs });
  const error = h('span', { class: 'error', hidden: true, id: `${control.id}-error` });
  const element = h('div', { class: 'field', dataset: { field: name } }, h('label', { class: 'switch' }, control,
    h('span', null, h('span', { class: 'strong' }, label), hint && h('span', { class: 'hint' }, hint))), error);
  return {
    name, element, control,
    get: () => control.checked,
    set: (on) => { control.checked = Boolean(on); },
    setError(text) {
      error.textContent = text || '';
      error.hidden = !text;
    },
    setNote() {},
  };
}
