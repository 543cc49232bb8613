/* SPDX-License-Identifier: MIT */
/* API keys: for scripts and other programs. */
import { append } from '../dom.js';
import { t } from '../i18n.js';
import { button } from '../components/button.js';
import { pageHead } from '../components/page.js';
import { keysList } from './keys-list.js';

export async function show(view) {
  const list = keysList({ path: '/keys', signal: view.signal });
  view.setTitle(t('keys_page.title'));
  append(view.el, pageHead({
    title: t('keys_page.title'), lead: t('keys_page.lead'), actions: [list.csv, button(t('keys_page.add'), { kind: 'main', icon: 'add', run: list.add })],
  }), list.element);
  await list.load();
}
