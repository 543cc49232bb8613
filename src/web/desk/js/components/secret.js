/* SPDX-License-Identifier: MIT */
/* What is shown once: a key, or a link that works once. The box stays until it is closed on purpose. */
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { button } from './button.js';
import { copyButton } from './copy.js';
import { dialog } from './dialog.js';
import { notice } from './page.js';

/** secretDialog({title, text, secret, note}): resolves once it is closed. */
export function secretDialog({ title, text, secret, note }) {
  const copy = copyButton(() => secret, { kind: 'main' });
  const box = dialog({
    title, closable: false,
    body: [
      h('p', null, text),
      h('input', { class: 'input mono secret', type: 'text', readonly: true, value: secret, 'aria-label': title, spellcheck: 'false', on: { focus: (event) => event.target.select() } }),
      notice('', note),
    ],
    actions: [button(t('secret.done'), { run: () => box.close() }), copy],
  });
  copy.focus();
  return box.closed;
}
