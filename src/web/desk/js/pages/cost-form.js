/* SPDX-License-Identifier: MIT */
/* Entering what was spent, on one day or over several that share it; and changing or taking out one line. */
import * as api from '../api.js';
import { h } from '../dom.js';
import { toLocalInput } from '../format.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { who } from '../session.js';
import { majorUnits, minorUnits, money } from '../deals.js';
import { dimName, forgetNames } from '../values.js';
import { combobox } from '../components/combobox.js';
import { confirm, dialog } from '../components/dialog.js';
import { selectField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { toast } from '../components/toast.js';

/** What money is spent on: one of these. */
export const KINDS = ['channel', 'campaign', 'link', 'owner'];

const CURRENCIES = ['CNY', 'USD', 'EUR', 'HKD', 'JPY', 'GBP', 'SGD', 'TWD'];

async function links(text) {
  const page = await api.get('/links', { q: text, limit: 20 });
  return page.items.map((link) => ({ value: link.aliases[0] || link.code, label: link.aliases[0] || link.code, hint: link.title || '' }));
}

const SOURCES = { channel: places.anyChannel, campaign: places.campaign, link: links, owner: places.owner };

/** One key for one content: sent twice, it is entered once. */
function onceOnly() {
  let last = '';
  let key = '';
  return (body) => {
    const text = JSON.stringify(body);
    key = text === last ? key : crypto.getRandomValues(new Uint32Array(4)).join('-');
    last = text;
    return { 'Idempotency-Key': key };
  };
}

/** Refused: the sentence goes to the field it is about. */
function wrong(field, text) {
  field.setError(text);
  field.control.focus();
}

function makeFields(cost) {
  const kind = cost ? KINDS.find((one) => cost[one] !== null) : KINDS[0];
  const onKind = selectField({ name: 'kind', label: t('costs.kind'), options: KINDS.map((one) => [one, dimName(one)]), value: kind });
  const on = combobox({ name: 'on', label: t('costs.on'), hint: t(`costs.on_hint.${kind}`), source: (text) => SOURCES[onKind.get()](text), value: cost ? cost[kind] : '' });
  onKind.control.addEventListener('change', () => {
    on.set('');
    on.setNote(t(`costs.on_hint.${onKind.get()}`));
  });
  const today = toLocalInput(new Date().toISOString()).slice(0, 10);
  return {
    kind: onKind, on,
    day: textField({ name: 'day', label: t('costs.first_day'), type: 'date', value: cost ? cost.day : today, attrs: { max: '9999-12-31' } }),
    to: textField({ name: 'to', label: t('costs.last_day'), hint: t('costs.last_day_hint'), optional: true, type: 'date', value: cost && cost.to !== cost.day ? cost.to : '', attrs: { max: '9999-12-31' } }),
    amount: textField({ name: 'amount', label: t('costs.amount'), value: cost ? String(majorUnits(cost.amount, cost.currency)) : '', attrs: { inputmode: 'decimal', maxlength: 20 } }),
    currency: combobox({
      name: 'currency', label: t('costs.currency'), value: cost ? cost.currency : who().install.currency, attrs: { maxlength: 3, autocapitalize: 'characters' },
      source: async (text) => CURRENCIES.filter((one) => one.startsWith(text.toUpperCase())).map((value) => ({ value })),
    }),
    note: textField({ name: 'note', label: t('costs.note'), optional: true, value: cost?.note, attrs: { maxlength: 128 } }),
  };
}

/** What the API is sent; null when something is wrong, which its field says. */
function draftOf(fields, values, cost) {
  const currency = values.currency.toUpperCase();
  const amount = minorUnits(values.amount, currency);
  if (!values.day) {
    return wrong(fields.day, t('costs.need_day'));
  }
  if (values.to && values.to < values.day) {
    return wrong(fields.to, t('costs.out_of_order'));
  }
  if (!values.on) {
    return wrong(fields.on, t('costs.need_on'));
  }
  if (amount === null) {
    return wrong(fields.amount, t('costs.need_amount'));
  }
  return { day: values.day, to: values.to || null, amount, [values.kind]: values.on, currency, note: values.note || null, external_id: cost?.external_id ?? null };
}

/** What is wrong with a kind's name belongs to the one box there is for all kinds. */
function named(problem) {
  KINDS.filter((kind) => problem.fields.has(kind)).forEach((kind) => problem.fields.set('on', problem.fields.get(kind)));
  KINDS.forEach((kind) => problem.fields.delete(kind));
  return problem;
}

async function send(draft, cost, keys) {
  try {
    if (draft.channel) {
      draft.channel = await places.channelToBook(draft.channel);
      forgetNames('channel');
    }
    await (cost ? api.put(`/costs/${cost.id}`, draft) : api.post('/costs', draft, { headers: keys(draft) }));
  } catch (error) {
    throw error.fields ? named(error) : error;
  }
}

/** The dialog; `cost` is what is changed, null for a new one. */
export function enterCost(cost, changed) {
  const fields = makeFields(cost);
  const keys = onceOnly();
  const submit = submitButton(t(cost ? 'save' : 'costs.enter_do'));
  const box = dialog({
    title: t(cost ? 'costs.edit' : 'costs.enter'), body: form({
      fields: Object.values(fields), submit,
      body: h('div', { class: 'stack' }, h('div', { class: 'pair' }, fields.kind.element, fields.on.element),
        h('div', { class: 'pair' }, fields.day.element, fields.to.element),
        h('div', { class: 'pair' }, fields.amount.element, fields.currency.element), fields.note.element, submit),
      onSubmit: async (values) => {
        const draft = draftOf(fields, values, cost);
        if (!draft) {
          return;
        }
        await send(draft, cost, keys);
        box.close();
        toast(t(cost ? 'costs.changed' : 'costs.entered'));
        changed();
      },
    }).element,
  });
}

export async function removeCost(cost, changed) {
  if (await confirm({ title: t('costs.delete_title'), text: t('costs.delete_text', { day: cost.day, amount: money(cost.amount, cost.currency) }), action: t('costs.delete'), bad: true })) {
    await api.del(`/costs/${cost.id}`);
    toast(t('costs.deleted'));
    changed();
  }
}
