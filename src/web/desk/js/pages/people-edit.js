/* SPDX-License-Identifier: MIT */
/* The dialogs about one user: invite, change, a link to set a password, and out or in. */
import * as api from '../api.js';
import { h } from '../dom.js';
import { dateTime } from '../format.js';
import { t } from '../i18n.js';
import { forget } from '../places.js';
import { confirm, dialog } from '../components/dialog.js';
import { selectField, switchField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { secretDialog } from '../components/secret.js';
import { fail, toast } from '../components/toast.js';

export const ROLES = ['admin', 'editor', 'viewer'];

export function userPath(user) {
  return `/users/${api.segment(user.key)}`;
}

export function userName(user) {
  return user.name || user.key;
}

function showLink(link, user) {
  return secretDialog({
    title: t(`people.link_${link.kind}`, { name: userName(user) }), text: t(`people.link_${link.kind}_text`, { name: userName(user) }),
    secret: link.url, note: t('people.link_note', { time: dateTime(link.expires_at) }),
  });
}

function roleField(value) {
  const field = selectField({ name: 'role', label: t('people.role'), options: ROLES.map((role) => [role, t(`role.${role}`)]), value });
  const explain = () => field.setNote(t(`people.role_${field.get()}`));
  field.control.addEventListener('change', explain);
  explain();
  return field;
}

function languageField(value) {
  return selectField({ name: 'language', label: t('people.language'), options: [['', t('people.language_browser')], ['zh', '中文'], ['en', 'English']], value: value || '' });
}

export function invite(changed) {
  const fields = [
    textField({ name: 'key', label: t('people.login'), hint: t('people.login_hint'), attrs: { maxlength: 64, spellcheck: 'false', autocapitalize: 'none' } }),
    textField({ name: 'name', label: t('people.name'), optional: true, attrs: { maxlength: 128 } }),
    roleField('editor'), languageField(''),
    switchField({ name: 'invite', label: t('people.invite_on'), hint: t('people.invite_hint'), value: true }),
  ];
  const box = dialog({
    title: t('people.invite'), body: form({
      fields, submit: submitButton(t('people.invite_submit')), onSubmit: async (values) => {
        const body = { ...values, language: values.language || null };
        if (!values.name) {
          delete body.name;
        }
        const made = await api.post('/users', body);
        forget('/users');
        box.close();
        changed();
        if (made.invite) {
          await showLink(made.invite, made.user);
        } else {
          toast(t('people.added', { name: userName(made.user) }));
        }
      },
    }).element,
  });
}

export function editUser(user, changed) {
  const fields = [textField({ name: 'name', label: t('people.name'), value: user.name, attrs: { maxlength: 128 } }), roleField(user.role), languageField(user.language)];
  const box = dialog({
    title: t('people.edit_title', { name: userName(user) }), body: [h('p', { class: 'soft' }, t('people.login_is', { login: user.key })), form({
      fields, submit: submitButton(), onSubmit: async (values) => {
        await api.patch(userPath(user), { name: values.name, role: values.role, language: values.language || null });
        forget('/users');
        box.close();
        toast(t('people.saved', { name: values.name }));
        changed();
      },
    }).element],
  });
}

/** A new link to set a password; the one before no longer works. */
export async function newLink(user, changed) {
  const first = user.state === 'invited' || user.state === 'no_password';
  const sure = first || await confirm({ title: t('people.reset_title', { name: userName(user) }), text: t('people.reset_text'), action: t('people.reset') });
  if (!sure) {
    return;
  }
  try {
    const link = await api.post(`${userPath(user)}/reset`);
    changed();
    await showLink(link, user);
  } catch (error) {
    fail(error);
  }
}

export async function setDisabled(user, disabled, changed) {
  const sure = !disabled || await confirm({
    title: t('people.disable_title', { name: userName(user) }), text: t('people.disable_text'), action: t('people.disable'), bad: true,
  });
  if (!sure) {
    return;
  }
  try {
    await api.patch(userPath(user), { disabled });
    forget('/users');
    changed();
    toast(t(disabled ? 'people.disabled_now' : 'people.enabled_now', { name: userName(user) }));
  } catch (error) {
    fail(error);
  }
}
