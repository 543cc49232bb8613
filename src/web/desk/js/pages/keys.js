/* SPDX-License-Identifier: MIT */
/* API keys: for scripts and other programs. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime, fromLocalInput } from '../format.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { confirm, dialog } from '../components/dialog.js';
import { switchField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { badge, empty, failed, loading, pageHead } from '../components/page.js';
import { secretDialog } from '../components/secret.js';
import { table, tableBox } from '../components/table.js';
import { fail, toast } from '../components/toast.js';
import { more } from './create.js';

const SCOPES = ['links:read', 'links:write', 'stats:read', 'admin'];

/** What a key may do, as one field of the form: get() gives the scopes ticked. */
function scopesField() {
  const boxes = SCOPES.map((scope) => switchField({ name: `scope-${scope}`, label: t(`keys_page.scope_${scope}`), hint: scope, value: scope === 'links:read' || scope === 'links:write' }));
  const error = h('p', { class: 'error', hidden: true, role: 'alert' });
  return {
    name: 'scopes', control: boxes[0].control, setNote() {},
    element: h('fieldset', { class: 'field', dataset: { field: 'scopes' } }, h('legend', { class: 'strong' }, t('keys_page.scopes')), boxes.map((box) => box.element), error),
    get: () => SCOPES.filter((scope, i) => boxes[i].get()),
    set: (scopes) => boxes.forEach((box, i) => box.set(scopes.includes(SCOPES[i]))),
    setError(text) {
      error.textContent = text || '';
      error.hidden = !text;
    },
  };
}

function add(changed) {
  const name = textField({ name: 'name', label: t('keys_page.name'), hint: t('keys_page.name_hint'), attrs: { maxlength: 128 } });
  const scopes = scopesField();
  const bounds = [
    combobox({ name: 'user', label: t('keys_page.user'), hint: t('keys_page.user_hint'), source: places.owner, allowNew: false }),
    combobox({ name: 'owner', label: t('keys_page.owner'), hint: t('keys_page.owner_hint'), source: places.owner, allowNew: false }),
    combobox({ name: 'domain', label: t('keys_page.domain'), hint: t('keys_page.domain_hint'), source: places.domain, allowNew: false }),
    textField({ name: 'expires_at', label: t('keys_page.expires'), type: 'datetime-local' }),
  ];
  const submit = submitButton(t('keys_page.make'));
  const box = dialog({
    title: t('keys_page.add'), body: form({
      fields: [name, scopes, ...bounds], submit,
      body: [name.element, scopes.element, more(t('keys_page.bounds'), t('keys_page.bounds_hint'), false, bounds.map((field) => field.element)), submit],
      onSubmit: async (values) => {
        if (values.scopes.length === 0) {
          scopes.setError(t('keys_page.choose_scope'));
          return;
        }
        const body = { name: values.name, scopes: values.scopes, owner: values.owner || null, domain: values.domain || null, expires_at: fromLocalInput(values.expires_at) };
        const made = await api.post('/keys', values.user ? { ...body, user: values.user } : body);
        box.close();
        changed();
        await secretDialog({ title: t('keys_page.made', { name: made.name }), text: t('keys_page.made_text'), secret: made.key, note: t('keys_page.made_note') });
      },
    }).element,
  });
}

async function revoke(key, changed) {
  if (await confirm({ title: t('keys_page.revoke_title', { name: key.name }), text: t('keys_page.revoke_text'), action: t('keys_page.revoke'), bad: true })) {
    try {
      await api.del(`/keys/${key.id}`);
      toast(t('keys_page.revoked_now', { name: key.name }));
      changed();
    } catch (error) {
      fail(error);
    }
  }
}

function stateCell(key) {
  if (key.valid) {
    return badge(t('keys_page.valid'), 'good');
  }
  return badge(t(key.revoked_at ? 'keys_page.revoked' : 'keys_page.expired'));
}

function lead(key) {
  const bounds = [key.owner && t('keys_page.of_owner', { name: key.owner }), key.domain].filter(Boolean).join(' · ');
  return h('div', null, h('p', { class: 'strong any-break' }, key.name), h('p', { class: 'small soft any-break' }, h('code', null, `${key.prefix}…`), bounds && ` · ${bounds}`));
}

function columns(changed) {
  return [
    { key: 'name', label: t('keys_page.name'), lead: true, name: (key) => key.name, cell: lead },
    { key: 'user', label: t('keys_page.user'), cell: (key) => key.user },
    { key: 'scopes', label: t('keys_page.scopes'), cls: 'broad', bare: true, cell: (key) => h('div', { class: 'row tags' }, key.scopes.map((scope) => h('span', { class: 'tag' }, t(`keys_page.scope_${scope}`)))) },
    { key: 'state', label: t('keys_page.state'), bare: true, cell: stateCell },
    { key: 'used', label: t('keys_page.used'), cell: (key) => h('span', { class: 'small soft', title: dateTime(key.used_at) }, key.used_at ? ago(key.used_at) : t('keys_page.never')) },
    { key: 'expires', label: t('keys_page.expires'), cls: 'wide-only', cell: (key) => h('span', { class: 'small soft' }, dateTime(key.expires_at)) },
    { key: 'acts', label: t('keys_page.actions'), hidden: true, cell: (key) => key.valid && button(t('keys_page.revoke'), { kind: 'small', attrs: { 'aria-label': t('keys_page.revoke_of', { name: key.name }) }, run: () => revoke(key, changed) }) },
  ];
}

export async function show(view) {
  const place = h('div');
  async function load() {
    try {
      const page = await api.get('/keys', null, { signal: view.signal });
      const list = table({ cls: 'people-table', caption: t('keys_page.title'), columns: columns(load), rowKey: (key) => String(key.id) });
      list.add(page.items.sort((a, b) => b.valid - a.valid || b.id - a.id));
      replace(place, page.items.length > 0 ? tableBox(list) : h('div', { class: 'card' }, empty({ icon: 'key', title: t('keys_page.none') })));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(t('keys_page.title'));
  append(view.el, pageHead({
    title: t('keys_page.title'), lead: t('keys_page.lead'), actions: [button(t('keys_page.add'), { kind: 'main', icon: 'add', run: () => add(load) })],
  }), place);
  replace(place, h('div', { class: 'card flush' }, loading(4)));
  await load();
}
