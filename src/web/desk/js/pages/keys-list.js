/* SPDX-License-Identifier: MIT */
/* API keys as a list, with making and revoking them: all of the installation, or one's own. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { ago, dateTime, fromLocalInput } from '../format.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { confirm, dialog } from '../components/dialog.js';
import { switchField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { badge, empty, failed, loading } from '../components/page.js';
import { secretDialog } from '../components/secret.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail, toast } from '../components/toast.js';
import { more } from './create.js';

const SCOPES = ['links:read', 'links:write', 'stats:read', 'events:write', 'customers:read', 'customers:write', 'admin'];

/** What a key may do, as one field of the form: get() gives the scopes ticked. */
function scopesField(offered) {
  const boxes = offered.map((scope) => switchField({ name: `scope-${scope}`, label: t(`keys_page.scope_${scope}`), hint: scope, value: scope === 'links:read' || scope === 'links:write' }));
  const error = h('p', { class: 'error', hidden: true, role: 'alert' });
  return {
    name: 'scopes', control: boxes[0].control, setNote() {},
    element: h('fieldset', { class: 'field', dataset: { field: 'scopes' } }, h('legend', { class: 'strong' }, t('keys_page.scopes')), boxes.map((box) => box.element), error),
    get: () => offered.filter((scope, i) => boxes[i].get()),
    set: (scopes) => boxes.forEach((box, i) => box.set(scopes.includes(offered[i]))),
    setError(text) {
      error.textContent = text || '';
      error.hidden = !text;
    },
  };
}

/** What else can be said of a key; of one's own it is known whose it is. */
function boundFields(own) {
  return [
    !own && combobox({ name: 'user', label: t('keys_page.user'), hint: t('keys_page.user_hint'), source: places.owner, allowNew: false }),
    !own && combobox({ name: 'owner', label: t('keys_page.owner'), hint: t('keys_page.owner_hint'), source: places.owner, allowNew: false }),
    combobox({ name: 'domain', label: t('keys_page.domain'), hint: t('keys_page.domain_hint'), source: places.domain, allowNew: false }),
    textField({ name: 'expires_at', label: t('keys_page.expires'), type: 'datetime-local' }),
  ].filter(Boolean);
}

function toApi(values, own) {
  const body = { name: values.name, scopes: values.scopes, domain: values.domain || null, expires_at: fromLocalInput(values.expires_at) };
  return own ? body : { ...body, owner: values.owner || null, ...(values.user && { user: values.user }) };
}

function add({ path, own }, changed) {
  const name = textField({ name: 'name', label: t('keys_page.name'), hint: t('keys_page.name_hint'), attrs: { maxlength: 128 } });
  const scopes = scopesField(own ? SCOPES.filter((scope) => scope !== 'admin' && can(scope)) : SCOPES);
  const bounds = boundFields(own);
  const submit = submitButton(t('keys_page.make'));
  const box = dialog({
    title: t('keys_page.add'), body: form({
      fields: [name, scopes, ...bounds], submit,
      body: [own && h('p', { class: 'soft small' }, t('keys_page.own_text')), name.element, scopes.element,
        more(t('keys_page.bounds'), t(own ? 'keys_page.own_bounds_hint' : 'keys_page.bounds_hint'), false, bounds.map((field) => field.element)), submit],
      onSubmit: async (values) => {
        if (values.scopes.length === 0) {
          scopes.setError(t('keys_page.choose_scope'));
          return;
        }
        const made = await api.post(path, toApi(values, own));
        box.close();
        changed();
        await secretDialog({ title: t('keys_page.made', { name: made.name }), text: t('keys_page.made_text'), secret: made.key, note: t('keys_page.made_note') });
      },
    }).element,
  });
}

async function revoke(path, key, changed) {
  if (await confirm({ title: t('keys_page.revoke_title', { name: key.name }), text: t('keys_page.revoke_text'), action: t('keys_page.revoke'), bad: true })) {
    try {
      await api.del(`${path}/${key.id}`);
      toast(t('keys_page.revoked_now', { name: key.name }));
      changed();
    } catch (error) {
      fail(error);
    }
  }
}

function stateWord(key) {
  return key.valid ? 'valid' : key.revoked_at ? 'revoked' : 'expired';
}

function stateCell(key) {
  return badge(t(`keys_page.${stateWord(key)}`), key.valid ? 'good' : '');
}

function lead(key) {
  const bounds = [key.owner && t('keys_page.of_owner', { name: key.owner }), key.domain].filter(Boolean).join(' · ');
  return h('div', null, h('p', { class: 'strong any-break' }, key.name), h('p', { class: 'small soft any-break' }, h('code', null, `${key.prefix}…`), bounds && ` · ${bounds}`));
}

function columns({ path, own }, changed) {
  return [
    { key: 'name', label: t('keys_page.name'), lead: true, name: (key) => key.name, cell: lead },
    !own && { key: 'user', label: t('keys_page.user'), cell: (key) => key.user },
    { key: 'scopes', label: t('keys_page.scopes'), cls: 'broad', bare: true, cell: (key) => h('div', { class: 'row tags' }, key.scopes.map((scope) => h('span', { class: 'tag' }, t(`keys_page.scope_${scope}`)))) },
    { key: 'state', label: t('keys_page.state'), bare: true, cell: stateCell },
    { key: 'used', label: t('keys_page.used'), cell: (key) => h('span', { class: 'small soft', title: dateTime(key.used_at) }, key.used_at ? ago(key.used_at) : t('keys_page.never')) },
    { key: 'expires', label: t('keys_page.expires'), cls: 'wide-only', cell: (key) => h('span', { class: 'small soft' }, dateTime(key.expires_at)) },
    { key: 'acts', label: t('keys_page.actions'), hidden: true, cell: (key) => key.valid && button(t('keys_page.revoke'), { kind: 'small', attrs: { 'aria-label': t('keys_page.revoke_of', { name: key.name }) }, run: () => revoke(path, key, changed) }) },
  ].filter(Boolean);
}

const csvColumns = () => [
  [t('keys_page.name'), (key) => key.name], [t('keys_page.prefix'), (key) => key.prefix], [t('keys_page.user'), (key) => key.user],
  [t('keys_page.owner'), (key) => key.owner], [t('keys_page.domain'), (key) => key.domain], [t('keys_page.scopes'), (key) => key.scopes.join(' ')],
  [t('keys_page.state'), (key) => t(`keys_page.${stateWord(key)}`)], [t('keys_page.used'), (key) => key.used_at], [t('keys_page.expires'), (key) => key.expires_at],
];

/** keysList({path: '/keys' | '/me/keys', own, signal}) -> {element, load(), add(), csv: its rows as a file} */
export function keysList({ path, own = false, signal }) {
  const element = h('div');
  const where = { path, own };
  async function load() {
    try {
      const page = await api.get(path, null, { signal });
      const list = table({ cls: 'people-table', caption: t(own ? 'keys_page.own' : 'keys_page.title'), columns: columns(where, load), rowKey: (key) => String(key.id) });
      list.add(page.items.sort((a, b) => b.valid - a.valid || b.id - a.id));
      const none = empty({ icon: 'key', title: t(own ? 'keys_page.own_none' : 'keys_page.none'), text: own && t('keys_page.own_none_text') });
      replace(element, page.items.length > 0 ? tableBox(list) : h('div', { class: 'card' }, none));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(element, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  replace(element, h('div', { class: 'card flush' }, loading(own ? 2 : 4)));
  const csv = tableCsv({ name: t(own ? 'keys_page.own' : 'keys_page.title'), columns: csvColumns(), rows: async () => (await api.get(path, null, { signal })).items });
  return { element, load, add: () => add(where, load), csv };
}
