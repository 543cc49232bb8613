/* SPDX-License-Identifier: MIT */
/* A short link without leaving the page: paste, Enter, and it is in the clipboard. Everything else is one click further. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { linkHref, shortName, targetName, warningTexts } from '../link.js';
import * as places from '../places.js';
import { go } from '../router.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { copyButton, copyText } from '../components/copy.js';
import { textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { icon } from '../components/icon.js';
import { notice } from '../components/page.js';
import { qrDialog } from '../components/qr.js';

/** The address that is meant by what was pasted; the rules for that are the server's. */
async function meant(text, channel) {
  const verdict = await api.post('/url-check', { text, ...(channel && { channel }) });
  return verdict.found && verdict.url ? verdict.url : text;
}

function made(link, copied) {
  return h('div', { class: 'quick-made' },
    h('p', { class: 'quick-line' }, h('span', { class: 'made-tick' }, icon('check')),
      h('a', { class: 'quick-url any-break', href: link.short_url, target: '_blank', rel: 'noopener' }, shortName(link)),
      copied && h('span', { class: 'quick-copied' }, t('quick.copied'))),
    h('p', { class: 'cut small soft', title: link.url }, '→ ', targetName(link.url)),
    h('div', { class: 'row' }, copyButton(() => link.short_url, { kind: 'small' }),
      button(t('qr.title'), { kind: 'small', icon: 'qr', run: () => qrDialog(link) }),
      button(t('quick.details'), { kind: 'small', href: linkHref(link) })),
    warningTexts(link).map((text) => notice('', text)));
}

/** What is pasted while nothing is being filled in is meant for the box. */
function takePasted(url, signal) {
  document.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text') || '';
    if (text.trim() && !event.target.closest?.('input, textarea, select, dialog, [contenteditable]')) {
      event.preventDefault();
      url.set(text.trim());
      url.control.focus();
    }
  }, { signal });
}

/** The box as an element; `signal` is the page's. */
export function quickCreate(signal) {
  const url = textField({
    name: 'url', label: t('quick.url'), big: true, placeholder: t('quick.placeholder'), attrs: { inputmode: 'url', spellcheck: 'false', autocapitalize: 'none' },
  });
  const channel = combobox({ name: 'channel', label: t('quick.channel'), optional: true, source: places.channel, placeholder: t('quick.channel_placeholder'), attrs: { class: 'input big' } });
  const submit = submitButton(t('quick.submit'), 'main big');
  const result = h('div', { role: 'status' });
  const box = form({
    fields: [url, channel], submit,
    body: [h('div', { class: 'quick-fields' }, url.element, channel.element, submit), result],
    onSubmit: async (values) => {
      if (!values.url) {
        url.setError(t('quick.missing'));
        url.control.focus();
        return;
      }
      const link = await api.post('/links', { url: await meant(values.url, values.channel), ...(values.channel && { channel: values.channel }) });
      const copied = await copyText(link.short_url);
      replace(result, made(link, copied));
      url.set('');
      url.control.focus();
    },
  });
  takePasted(url, signal);
  const further = button(t('quick.more'), {
    kind: 'plain small', icon: 'settings', run: () => {
      const query = new URLSearchParams(Object.entries(box.values()).filter(([, value]) => value));
      go(`/new${query.size ? `?${query}` : ''}`);
    },
  });
  return h('section', { class: 'card quick no-print', 'aria-label': t('quick.title') },
    h('div', { class: 'row far' }, h('h2', null, t('quick.title')), further), box.element);
}
