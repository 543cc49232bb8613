/* SPDX-License-Identifier: MIT */
/* Boxes that want an answer first. The browser keeps the cursor inside, closes on Escape and gives the focus back. */
import { h, uniqueId } from '../dom.js';
import { t } from '../i18n.js';
import { button } from './button.js';

/**
 * dialog({title, body, actions, wide, closable}) -> {element, close, closed}. `body` is a node or several; `actions` are
 * buttons. `closed` is a promise of what close(value) was given (undefined when dismissed).
 */
export function dialog({ title, body, actions = [], wide = false, closable = true }) {
  const id = uniqueId('dialog');
  const cross = closable && button(t('close'), { kind: 'plain', icon: 'close', iconOnly: true, run: () => box.close() });
  const element = h('dialog', { class: `dialog${wide ? ' wide' : ''}`, 'aria-labelledby': id },
    h('div', { class: 'dialog-head' }, h('h2', { id }, title), cross),
    h('div', { class: 'dialog-body' }, body),
    actions.length > 0 && h('div', { class: 'dialog-foot' }, actions));
  let answer;
  const box = {
    element,
    close(value) {
      answer = value;
      element.close();
    },
  };
  box.closed = new Promise((resolve) => {
    element.addEventListener('close', () => {
      element.remove();
      resolve(answer);
    });
  });
  element.addEventListener('cancel', (event) => {
    if (!closable) {
      event.preventDefault();
    }
  });
  document.body.append(element);
  element.showModal();
  element.querySelector('[autofocus], .dialog-body input:not([type="hidden"]), .dialog-body select, .dialog-body textarea')?.focus();
  return box;
}

/** await confirm({title, text, action, bad: true}) -> true when agreed to. */
export async function confirm({ title, text, action, bad = false }) {
  const box = dialog({
    title,
    body: h('p', null, text),
    actions: [
      button(t('cancel'), { run: () => box.close(false) }),
      button(action, { kind: bad ? 'bad' : 'main', run: () => box.close(true), attrs: { autofocus: true } }),
    ],
  });
  box.element.querySelector('[autofocus]').focus();
  return (await box.closed) === true;
}
