/* SPDX-License-Identifier: MIT */
/* A value that is changed where it stands: a press makes it a box, Enter or leaving it stores, Escape gives it up. */
import { h, replace } from '../dom.js';
import { fail } from './toast.js';

/**
 * inline({label, text, type, value, attrs, save(value)}): `text` is what is shown, `value` what the box begins with. save()
 * gives a promise; when it fails the box stays and the reason is said.
 */
export function inline({ label, text, type = 'text', value = '', attrs = {}, cls = '', save }) {
  const place = h('span', { class: `inline ${cls}` });
  const show = (focus) => {
    const shown = h('button', { type: 'button', class: 'inline-value', 'aria-label': `${label} ${text}`, title: label, on: { click: edit } }, text);
    replace(place, shown);
    if (focus) {
      shown.focus();
    }
  };
  function edit() {
    const box = h('input', { class: 'input small-input', type, value, 'aria-label': label, ...attrs });
    let over = false;
    const close = (focus) => {
      over = true;
      show(focus);
    };
    const store = async (focus) => {
      if (over || box.disabled) {
        return;
      }
      if (box.value === value || !box.checkValidity()) {
        box.reportValidity();
        if (box.value === value) {
          close(focus);
        }
        return;
      }
      box.disabled = true;
      try {
        await save(box.value);
        over = true;
      } catch (error) {
        box.disabled = false;
        box.setAttribute('aria-invalid', 'true');
        box.focus();
        fail(error.fields?.size > 0 ? Object.assign(error, { message: [...error.fields.values()].join(' ') }) : error);
      }
    };
    box.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        store(true);
      } else if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        close(true);
      }
    });
    box.addEventListener('blur', () => store(false));
    replace(place, box);
    box.focus();
    box.select?.();
  }
  show(false);
  return place;
}
