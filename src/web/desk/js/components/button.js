/* SPDX-License-Identifier: MIT */
/* Buttons and links that look like buttons. */
import { h, replace } from '../dom.js';
import { icon } from './icon.js';

/**
 * button('Save', {kind: 'main' | 'plain' | 'bad' | 'big' | 'small' | 'wide' (several by blanks), icon, run, href, type,
 * attrs, iconOnly}). While a promise of run() is under way the button is off. iconOnly keeps the text for screen readers.
 */
export function button(text, { kind = '', icon: name, run, href, type = 'button', attrs = {}, iconOnly = false } = {}) {
  const label = iconOnly ? h('span', { class: 'unseen' }, text) : text;
  const cls = `button ${kind}${iconOnly ? ' only' : ''}`;
  const inside = [name && icon(name), label];
  if (href) {
    return h('a', { class: cls, href, title: iconOnly ? text : null, ...attrs }, inside);
  }
  const element = h('button', { class: cls, type, title: iconOnly ? text : null, ...attrs }, inside);
  if (run) {
    element.addEventListener('click', () => busyWhile(element, run));
  }
  return element;
}

/** Runs it and keeps the button off until its promise ends. Errors go on to the caller's handler (see toast.js). */
export async function busyWhile(element, run) {
  const promise = run();
  if (!(promise instanceof Promise)) {
    return;
  }
  element.disabled = true;
  element.setAttribute('aria-busy', 'true');
  try {
    await promise;
  } finally {
    element.disabled = false;
    element.removeAttribute('aria-busy');
  }
}

export function setButton(element, text, name) {
  replace(element, name && icon(name), text);
}
