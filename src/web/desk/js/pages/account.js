/* SPDX-License-Identifier: MIT */
/* One's own name, language, password, browsers and API keys. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { dateTime } from '../format.js';
import { t } from '../i18n.js';
import { can, resume, who } from '../session.js';
import { button } from '../components/button.js';
import { selectField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { card, loading, notice, pageHead } from '../components/page.js';
import { toast } from '../components/toast.js';
import { sessionsList } from './account-sessions.js';
import { keysList } from './keys-list.js';

function profile() {
  const { user } = who();
  const fields = [
    textField({ name: 'name', label: t('account.name'), value: user.name, attrs: { maxlength: 128, autocomplete: 'name' } }),
    selectField({ name: 'language', label: t('account.language'), hint: t('account.language_hint'), options: [['', t('account.language_browser')], ['zh', '中文'], ['en', 'English']], value: user.language || '' }),
  ];
  return form({
    fields, submit: submitButton(), onSubmit: async (values) => {
      await api.patch('/me', { name: values.name, language: values.language || null });
      await resume();
      toast(t('account.saved'));
    },
  }).element;
}

function password() {
  if (!who().user.has_password) {
    return notice('', t('account.no_password'));
  }
  const fields = [
    textField({ name: 'current', label: t('account.current'), type: 'password', attrs: { autocomplete: 'current-password' } }),
    textField({ name: 'new', label: t('account.new'), hint: t('accept.password_hint'), type: 'password', attrs: { autocomplete: 'new-password' } }),
  ];
  const inner = form({
    fields, submit: submitButton(t('account.change')), onSubmit: async (values) => {
      await api.post('/me/password', values, { quiet: true });
      fields.forEach((field) => field.set(''));
      toast(t('account.changed'));
    },
  });
  inner.element.prepend(h('input', { type: 'text', autocomplete: 'username', value: who().user.key, hidden: true, readonly: true, 'aria-label': t('signin.login') }));
  return inner.element;
}

export async function show(view) {
  const me = who();
  const keys = can('links:write') && !me.domain ? keysList({ path: '/me/keys', own: true, signal: view.signal }) : null;
  const sessions = sessionsList(view.signal);
  const asked = h('div', { class: 'stack' }, card({}, loading(4))); // last, and put at once: its cards differ in height from what stands there before
  view.setTitle(t('account.title'));
  append(view.el, pageHead({ title: t('account.title'), lead: t('account.lead', { login: me.user.key, role: t(`role.${me.user.role}`) }) }),
    h('div', { class: 'stack create-page' },
      card({ title: t('account.profile') }, profile()),
      card({ title: t('account.password') }, h('div', { class: 'stack' }, h('p', { class: 'soft small' }, t('account.password_text')), password())),
      asked));
  await Promise.all([sessions.load(), keys?.load()]);
  replace(asked,
    card({ title: t('account.session') }, h('p', null, t(me.key ? 'account.by_key' : 'account.by_password', { name: me.key?.name || '' })),
      h('p', { class: 'soft small' }, t('account.until', { time: dateTime(me.expires_at) })), sessions.element),
    keys && card({ title: t('keys_page.own'), actions: [button(t('keys_page.add'), { kind: 'small', icon: 'add', run: keys.add })] },
      h('div', { class: 'stack' }, h('p', { class: 'soft small' }, t('keys_page.own_lead')), keys.element)));
}
