/* SPDX-License-Identifier: MIT */
/* The box in which a postback address is made or changed, and the one that says what to enter elsewhere. */
import * as api from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { who } from '../session.js';
import { EVENT_TYPES, typeName } from '../deals.js';
import { button } from '../components/button.js';
import { copyButton } from '../components/copy.js';
import { dialog } from '../components/dialog.js';
import { selectField, switchField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { notice } from '../components/page.js';
import { toast } from '../components/toast.js';
import { more } from './create.js';

/* Our names of what a sender can tell, those that most senders do first. */
const PARAMS = ['click_id', 'event_id', 'value', 'phone', 'type', 'time', 'currency', 'owner', 'name', 'external_id', 'openid', 'unionid', 'external_userid', 'email', 'phone_hash', 'email_hash'];
const USUAL = ['click_id', 'event_id', 'value', 'phone'];

/* ---- what is entered elsewhere ---- */

/** The address with a mark {…} for everything that the sender knows. */
function filled(row, address) {
  const shown = PARAMS.filter((name) => row.params[name] && (USUAL.includes(name) || row.params[name] !== name || (name === 'type' && !row.type)));
  const pairs = [...shown.map((name) => [row.params[name], name]), ...(row.params.metadata || []).map((name) => [name, name])];
  return `${address}?${pairs.map(([theirs, ours]) => `${encodeURIComponent(theirs)}={${ours}}`).join('&')}`;
}

function signedCall(address) {
  return [`BODY='{"type": "deal", "value": 12850, "event_id": "A-1001", "customer": {"phone": "13800138000"}}'`, 'NOW=$(date +%s)',
    'SIGNATURE=$(printf %s "$NOW.$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed "s/.* //")', `curl "${address}" -H "Content-Type: application/json" -d "$BODY" \\`,
    '  -H "Linkpond-Timestamp: $NOW" -H "Linkpond-Signature: $SIGNATURE"'].join('\n');
}

/** What is copied, with its name above it. */
export function copyLine(label, text, name) {
  return h('div', { class: 'stack tight', dataset: { copy: name } }, h('p', { class: 'small strong' }, label),
    h('div', { class: 'copy-line' }, h('code', { class: 'any-break' }, text), copyButton(() => text, { kind: 'small' })));
}

function howTo(row, address) {
  return row.signed
    ? [h('p', { class: 'small soft' }, t('inlets.signed_text')), h('pre', { class: 'code', tabindex: '0' }, signedCall(address)), h('div', { class: 'row' }, copyButton(() => signedCall(address), { kind: 'small' }))]
    : [copyLine(t('inlets.paste'), filled(row, address), 'address'), h('p', { class: 'small soft' }, t('inlets.paste_text'))];
}

/** What is entered elsewhere; of the token only its first letters are known by now. */
export function showAddress(row, base) {
  dialog({ title: t('inlets.address_of', { name: row.name }), wide: true, body: [...howTo(row, `${base}/-/postback/${row.prefix}…`), notice('', t('inlets.token_gone'))] });
}

function showMade(row, base) {
  const address = base + row.path;
  const box = dialog({
    title: t('inlets.made', { name: row.name }), wide: true, closable: false,
    body: [notice('', t('inlets.made_note')), row.signed && copyLine(t('inlets.plain_address'), address, 'plain'), howTo(row, address), copyLine(t('inlets.secret'), row.secret, 'secret'),
      !row.signed && h('p', { class: 'small soft' }, t('inlets.secret_text'))],
    actions: [button(t('secret.done'), { kind: 'main', run: () => box.close() })],
  });
  return box.closed;
}

/* ---- the form ---- */

function typeField(row) {
  const types = row?.type && !EVENT_TYPES.includes(row.type) ? [...EVENT_TYPES, row.type] : EVENT_TYPES;
  return selectField({ name: 'type', label: t('inlets.type'), hint: t('inlets.type_hint'), value: row ? row.type || '' : 'lead', options: [...types.map((type) => [type, typeName(type)]), ['', t('inlets.type_theirs')]] });
}

function makeFields(row) {
  return {
    name: textField({ name: 'name', label: t('inlets.name'), hint: t('inlets.name_hint'), value: row?.name, attrs: { maxlength: 128 } }),
    type: typeField(row),
    amounts: selectField({ name: 'amounts', label: t('inlets.amounts'), value: row?.amounts || 'major', options: ['major', 'minor'].map((kind) => [kind, t(`inlets.amounts_${kind}`)]) }),
    currency: textField({ name: 'currency', label: t('inlets.currency'), optional: true, value: row?.currency || '', placeholder: who().install.currency, attrs: { maxlength: 3 } }),
    signed: switchField({ name: 'signed', label: t('inlets.signed'), hint: t('inlets.signed_hint'), value: row?.signed }),
  };
}

/** What the sender calls ours; empty: the same. */
function paramFields(row) {
  const theirs = (name) => (row?.params[name] && row.params[name] !== name ? row.params[name] : '');
  return PARAMS.map((name) => textField({
    name: `param-${name}`, label: t(`inlets.param.${name}`), optional: true, placeholder: row?.params[name] === null ? t('inlets.not_read') : name, value: theirs(name), attrs: { maxlength: 64, spellcheck: 'false' },
  }));
}

function paramsOf(row, values) {
  const params = {};
  for (const name of PARAMS) {
    const theirs = values[`param-${name}`];
    if (theirs) {
      params[name] = theirs;
    } else if (row?.params[name] === null) {
      params[name] = null; // it was switched off by the API, and stays so
    }
  }
  const metadata = values.metadata.split(/[\s,，、]+/).filter(Boolean);
  return { ...params, ...(metadata.length > 0 && { metadata }) };
}

function bodyOf(row, values) {
  return { name: values.name, type: values.type || null, amounts: values.amounts, currency: values.currency.toUpperCase() || null, signed: values.signed, params: paramsOf(row, values) };
}

/** row = null: another one. changed() once it is stored. */
export function editPostback(row, base, changed) {
  const fields = makeFields(row);
  const params = paramFields(row);
  const metadata = textField({ name: 'metadata', label: t('inlets.metadata'), hint: t('inlets.metadata_hint'), optional: true, value: (row?.params.metadata || []).join(', '), attrs: { spellcheck: 'false' } });
  const submit = submitButton(row ? t('save') : t('inlets.make'));
  const { name, type, amounts, currency, signed } = fields;
  const named = params.some((field) => field.get() !== '') || metadata.get() !== '';
  const box = dialog({
    title: t(row ? 'inlets.postback_edit' : 'inlets.postback_add'), wide: true, body: form({
      fields: [...Object.values(fields), ...params, metadata], submit,
      body: [name.element, type.element, h('div', { class: 'pair' }, amounts.element, currency.element),
        more(t('inlets.params'), t('inlets.params_hint'), named, h('div', { class: 'pair' }, params.map((field) => field.element)), metadata.element), signed.element, submit],
      onSubmit: async (values) => {
        const stored = row ? await api.patch(`/postbacks/${row.id}`, bodyOf(row, values)) : await api.post('/postbacks', bodyOf(row, values));
        box.close();
        changed();
        if (stored.token) {
          await showMade(stored, base);
        } else {
          toast(t('inlets.saved', { name: stored.name }));
        }
      },
    }).element,
  });
}
