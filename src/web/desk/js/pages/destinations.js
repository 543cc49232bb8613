/* SPDX-License-Identifier: MIT */
/* Where links may lead: the hosts that are denied, those that alone are allowed, and the question about one address. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime, number } from '../format.js';
import { t } from '../i18n.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { confirm, dialog } from '../components/dialog.js';
import { selectField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { badge, card, empty, failed, notice, pageHead } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail, toast } from '../components/toast.js';

const LISTS = ['deny', 'allow'];

/** What a line would stop is asked first: an allow list may stop nearly everything. */
async function addLine(values) {
  const plan = await api.post('/destinations', { ...values, dry_run: true });
  const words = [plan.links_stopped > 0 && t('destinations.would_stop', { n: number(plan.links_stopped), count: plan.links_stopped }),
    plan.warnings.includes('public_suffix') && t('destinations.is_suffix', { host: plan.pattern }),
    values.list === 'deny' && plan.site !== plan.pattern.replace(/^\*\./, '') && t('destinations.only_part', { host: plan.pattern, site: plan.site })].filter(Boolean);
  if (words.length > 0 && !await confirm({ title: t(`destinations.confirm_${values.list}`, { host: plan.pattern }), text: words.join(' '), action: t('destinations.add'), bad: true })) {
    return null;
  }
  return api.post('/destinations', values);
}

function add(changed) {
  const box = dialog({
    title: t('destinations.add'), body: form({
      fields: [
        selectField({ name: 'list', label: t('destinations.list'), hint: t('destinations.list_hint'), options: LISTS.map((name) => [name, t(`destinations.list_${name}`)]), value: 'deny' }),
        textField({ name: 'pattern', label: t('destinations.pattern'), hint: t('destinations.pattern_hint'), placeholder: 'example.com', attrs: { spellcheck: 'false', autocapitalize: 'none' } }),
        textField({ name: 'note', label: t('destinations.note'), optional: true, attrs: { maxlength: 200 } }),
      ],
      submit: submitButton(t('destinations.add')),
      onSubmit: async (values) => {
        const made = await addLine({ ...values, note: values.note || null });
        if (made) {
          box.close();
          toast(t('destinations.added', { host: made.pattern, n: number(made.links_stopped) }));
          changed();
        }
      },
    }).element,
  });
}

async function remove(line, changed) {
  if (await confirm({ title: t('destinations.remove_title', { host: line.pattern }), text: t(`destinations.remove_${line.list}`), action: t('destinations.remove') })) {
    try {
      await api.del(`/destinations/${line.id}`);
      toast(t('destinations.removed', { host: line.pattern }));
      changed();
    } catch (error) {
      fail(error);
    }
  }
}

function columns(changed) {
  return [
    { key: 'pattern', label: t('destinations.pattern'), lead: true, name: (line) => line.pattern, cell: (line) => h('span', { class: 'strong any-break' }, line.pattern) },
    { key: 'list', label: t('destinations.list'), bare: true, cell: (line) => badge(t(`destinations.list_${line.list}`), line.list === 'deny' ? 'bad' : 'good') },
    { key: 'note', label: t('destinations.note'), cls: 'broad', cell: (line) => line.note || '–' },
    { key: 'by', label: t('destinations.by'), cell: (line) => h('span', { class: 'small soft', title: dateTime(line.created_at) }, `${line.by || '–'} · ${ago(line.created_at)}`) },
    can('admin') && { key: 'acts', label: t('destinations.remove'), hidden: true, cls: 'acts', cell: (line) => button(t('destinations.remove'), { kind: 'small', attrs: { 'aria-label': t('destinations.remove_of', { host: line.pattern }) }, run: () => remove(line, changed) }) },
  ].filter(Boolean);
}

function csv(view) {
  return tableCsv({
    name: t('destinations.title'), rows: async () => (await api.get('/destinations', null, { signal: view.signal })).items, columns: [
      [t('destinations.pattern'), (line) => line.pattern], [t('destinations.list'), (line) => t(`destinations.list_${line.list}`)], [t('destinations.note'), (line) => line.note],
      [t('destinations.by'), (line) => line.by], [t('destinations.csv_at'), (line) => line.created_at],
    ],
  });
}

function checkCard() {
  const answer = h('div', { role: 'status' });
  const box = form({
    fields: [textField({ name: 'url', label: t('destinations.check'), hint: t('destinations.check_hint'), attrs: { spellcheck: 'false', inputmode: 'url', autocapitalize: 'none' } })],
    submit: submitButton(t('destinations.check_go')),
    onSubmit: async ({ url }) => {
      const verdict = await api.get('/destination-check', { url });
      const why = verdict.line ? t('destinations.by_line', { pattern: verdict.line.pattern, list: t(`destinations.list_${verdict.list}`) }) : '';
      replace(answer, notice(verdict.passes ? 'good' : 'bad', t(verdict.passes ? 'destinations.passes' : verdict.list === 'deny' ? 'destinations.denied' : 'destinations.not_allowed', { host: verdict.host }), why && h('p', { class: 'small' }, why)));
    },
  });
  return card({ title: t('destinations.check_title') }, h('div', { class: 'stack' }, box.element, answer));
}

export async function show(view) {
  const place = h('div');
  async function load() {
    try {
      const page = await api.get('/destinations', null, { signal: view.signal });
      const list = table({ cls: 'people-table', caption: t('destinations.title'), rowKey: (line) => String(line.id), columns: columns(load) });
      list.add(page.items);
      replace(place, page.items.length > 0 ? tableBox(list) : h('div', { class: 'card' }, empty({ icon: 'globe', title: t('destinations.none'), text: t('destinations.none_text') })));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(t('destinations.title'));
  await load(); // so that it has its height, and what stands below it does not jump
  append(view.el, pageHead({
    title: t('destinations.title'), lead: t('destinations.lead'),
    actions: [csv(view), can('admin') && button(t('destinations.add'), { kind: 'main', icon: 'add', run: () => add(load) })].filter(Boolean),
  }), h('div', { class: 'stack' }, place, checkCard()));
}
