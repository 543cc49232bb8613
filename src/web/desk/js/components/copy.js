/* SPDX-License-Identifier: MIT */
/* Copying a text. Plain http in a company's network has no clipboard interface, so there is an older way too. */
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { button, setButton } from './button.js';
import { toast } from './toast.js';

const SHOWN_MS = 1800;

function copyOldWay(text) {
  const box = h('textarea', { class: 'unseen', readonly: true, 'aria-hidden': 'true', value: text });
  const before = document.activeElement;
  (document.querySelector('dialog[open]') || document.body).append(box);
  box.select();
  const done = document.execCommand('copy');
  box.remove();
  before?.focus?.();
  return done;
}

/** Resolves with whether it worked; says so only when it did not. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const done = copyOldWay(text);
    if (!done) {
      toast(t('copy.failed'), { kind: 'bad' });
    }
    return done;
  }
}

/** copyButton(() => text, {label, kind, iconOnly}): says "copied" for a moment. */
export function copyButton(text, { label = t('copy'), kind = '', iconOnly = false } = {}) {
  const element = button(label, { kind, icon: 'copy', iconOnly });
  const back = () => {
    element.classList.remove('copied');
    setButton(element, iconOnly ? h('span', { class: 'unseen' }, label) : label, 'copy');
  };
  element.addEventListener('click', async () => {
    if (await copyText(text())) {
      element.classList.add('copied');
      setButton(element, h('span', { class: iconOnly ? 'unseen' : '', role: 'status' }, t('copied')), 'check');
      setTimeout(back, SHOWN_MS);
    }
  });
  return element;
}
