/* SPDX-License-Identifier: MIT */
/* The box in which a callback of WeCom is made or changed, and what is to be entered there. */
import * as api from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { button } from '../components/button.js';
import { dialog } from '../components/dialog.js';
import { textArea, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { notice } from '../components/page.js';
import { toast } from '../components/toast.js';
import { more } from './create.js';
import { copyLine } from './inlets-postback.js';

function showMade(row, base) {
  const box = dialog({
    title: t('inlets.made', { name: row.name }), wide: true, closable: false,
    body: [notice('', t('inlets.wecom_made_note')), h('p', null, t('inlets.wecom_where')), copyLine('URL', base + row.path, 'address'),
      row.token && copyLine('Token', row.token, 'token'), row.aes_key && copyLine('EncodingAESKey', row.aes_key, 'aes_key')],
    actions: [button(t('secret.done'), { kind: 'main', run: () => box.close() })],
  });
  return box.closed;
}

/** {zhangsan: 'zhang.san'} as lines, and back; null when a line is none. */
function membersText(members) {
  return Object.entries(members).map(([id, user]) => `${id} = ${user}`).join('\n');
}

function membersOf(text) {
  const rows = text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => line.split(/\s*=\s*/));
  return rows.every((row) => row.length === 2 && row[0] && row[1]) ? Object.fromEntries(rows) : null;
}

function bodyOf(values, members) {
  return { name: values.name, receiver: values.receiver, ...(values.token && { token: values.token }), ...(values.aes_key && { aes_key: values.aes_key }), members };
}

/** row = null: another one. changed() once it is stored. */
export function editCallback(row, base, changed) {
  const kept = t(row ? 'inlets.kept' : 'inlets.made_here');
  const name = textField({ name: 'name', label: t('inlets.name'), value: row?.name, attrs: { maxlength: 128 } });
  const receiver = textField({ name: 'receiver', label: t('inlets.receiver'), hint: t('inlets.receiver_hint'), value: row?.receiver, attrs: { maxlength: 64, spellcheck: 'false' } });
  const token = textField({ name: 'token', label: 'Token', optional: true, hint: kept, attrs: { maxlength: 32, spellcheck: 'false' } });
  const aesKey = textField({ name: 'aes_key', label: 'EncodingAESKey', optional: true, hint: kept, attrs: { maxlength: 43, spellcheck: 'false' } });
  const members = textArea({ name: 'members', label: t('inlets.members'), optional: true, hint: t('inlets.members_hint'), placeholder: 'ZhangSan = zhang.san', value: membersText(row?.members || {}), attrs: { spellcheck: 'false' } });
  const submit = submitButton(row ? t('save') : t('inlets.make'));
  const box = dialog({
    title: t(row ? 'inlets.wecom_edit' : 'inlets.wecom_add'), wide: true, body: form({
      fields: [name, receiver, token, aesKey, members], submit,
      body: [name.element, receiver.element, members.element, more(t('inlets.own_token'), t('inlets.own_token_hint'), false, token.element, aesKey.element), submit],
      onSubmit: async (values) => {
        const pairs = membersOf(values.members);
        if (!pairs) {
          members.setError(t('inlets.members_wrong'));
          return;
        }
        const stored = row ? await api.patch(`/wecom-callbacks/${row.id}`, bodyOf(values, pairs)) : await api.post('/wecom-callbacks', bodyOf(values, pairs));
        box.close();
        changed();
        if (row) {
          toast(t('inlets.saved', { name: stored.name }));
        } else {
          await showMade(stored, base);
        }
      },
    }).element,
  });
}
