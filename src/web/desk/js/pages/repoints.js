/* SPDX-License-Identifier: MIT */
/* Many links led elsewhere at once: what would happen, doing it, and taking it back. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime, number } from '../format.js';
import { t } from '../i18n.js';
import { domainOptions } from '../domainpick.js';
import * as places from '../places.js';
import { button } from '../components/button.js';
import { confirm, dialog } from '../components/dialog.js';
import { selectField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { badge, card, empty, failed, loading, notice, pageHead } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail, toast } from '../components/toast.js';

const HOWS = ['host', 'url', 'domain'];
const CONDITIONS = ['q', 'tag', 'campaign', 'channel', 'owner'];
const KINDS = { done: 'good', undone: '', running: 'note', undoing: 'note' };

/** Asks for more until it is done; the server answers every two seconds. */
async function finish(repoint, said) {
  let now = repoint;
  while (!now.done) {
    said(now);
    now = await api.post(`/repoints/${now.id}/run`, {});
  }
  return now;
}

function wish(values) {
  const filter = Object.fromEntries(CONDITIONS.filter((name) => values[name]).map((name) => [name, values[name]]));
  if (values.on) {
    filter.domain = values.on;
  }
  return { [values.how]: values.how === 'domain' ? values.domain : values.target, filter, ...(values.from_host ? { from_host: values.from_host } : {}) };
}

function previewOf(plan) {
  return [
    notice(plan.changes > 0 ? '' : 'bad', h('p', null, t('repoints.would', { n: `${number(plan.changes)}${plan.exact ? '' : '+'}`, same: number(plan.unchanged) })),
      plan.live_codes > 0 && h('p', null, t('repoints.live', { n: number(plan.live_codes), targets: number(plan.targets) }))),
    plan.examples.length > 0 && h('ul', { class: 'small' }, plan.examples.map((row) => h('li', { class: 'any-break' }, h('span', { class: 'soft' }, row.before), ' → ', row.after || '–'))),
  ];
}

function start(domains, changed) {
  const status = h('div', { role: 'status' });
  const how = selectField({ name: 'how', label: t('repoints.how'), options: HOWS.map((name) => [name, t(`repoints.how_${name}`)]), value: 'host' });
  const fields = [
    textField({ name: 'from_host', label: t('repoints.from_host'), hint: t('repoints.from_host_hint'), optional: true, attrs: { spellcheck: 'false', autocapitalize: 'none' } }),
    textField({ name: 'q', label: t('repoints.q'), optional: true }),
    textField({ name: 'tag', label: t('repoints.tag'), optional: true, attrs: { autocapitalize: 'none' } }),
    textField({ name: 'campaign', label: t('repoints.campaign'), optional: true, attrs: { autocapitalize: 'none' } }),
    textField({ name: 'channel', label: t('repoints.channel'), optional: true, attrs: { autocapitalize: 'none' } }),
    textField({ name: 'owner', label: t('repoints.owner'), optional: true, attrs: { autocapitalize: 'none' } }),
    selectField({ name: 'on', label: t('repoints.on'), options: [['', t('repoints.any')], ...domains.map((row) => [row.host, row.host])], value: '' }),
    how,
    textField({ name: 'target', label: t('repoints.target'), hint: t('repoints.target_hint'), attrs: { spellcheck: 'false', autocapitalize: 'none' } }),
    selectField({ name: 'domain', label: t('repoints.domain'), options: domainOptions(domains), value: domains.find((row) => row.is_default)?.host || '' }),
  ];
  const by = Object.fromEntries(fields.map((field) => [field.name, field]));
  const showTarget = () => {
    by.target.element.hidden = how.get() === 'domain';
    by.domain.element.hidden = how.get() !== 'domain';
  };
  how.control.addEventListener('change', showTarget);
  showTarget();
  const box = dialog({
    title: t('repoints.start'), wide: true, body: [form({
      fields, submit: submitButton(t('repoints.preview')),
      onSubmit: async (values) => {
        const asked = wish(values);
        const plan = await api.post('/repoints', { ...asked, dry_run: true });
        const go = button(t('repoints.go', { n: number(plan.changes) }), { kind: 'main', run: async () => {
          try {
            const done = await finish(await api.post('/repoints', asked), (now) => replace(status, notice('', t('repoints.so_far', { n: number(now.changed) }))));
            box.close();
            toast(t('repoints.finished', { n: number(done.changed) }));
            changed();
          } catch (error) {
            fail(error);
            changed();
          }
        } });
        replace(status, h('div', { class: 'stack' }, previewOf(plan), plan.changes > 0 && h('div', null, go)));
        status.scrollIntoView({ block: 'nearest' });
      },
    }).element, status],
  });
}

async function takeBack(repoint, changed, force = false) {
  if (!await confirm({ title: t('repoints.undo_title', { id: repoint.id }), text: t(force ? 'repoints.force_text' : 'repoints.undo_text'), action: t(force ? 'repoints.force' : 'repoints.undo'), bad: force })) {
    return;
  }
  try {
    const done = await finish(await api.post(`/repoints/${repoint.id}/undo`, { force }), () => {});
    toast(t('repoints.undone', { n: number(done.undone), kept: number(done.kept) }));
  } catch (error) {
    fail(error);
  }
  changed();
}

async function goOn(repoint, changed) {
  try {
    await finish(repoint, () => {});
  } catch (error) {
    fail(error);
  }
  changed();
}

/** Those that were refused or kept, with why. */
async function left(repoint) {
  const rows = await Promise.all(['refused', 'kept'].map((state) => api.get(`/repoints/${repoint.id}/links`, { state, limit: 100 })));
  dialog({
    title: t('repoints.left_title', { id: repoint.id }), wide: true,
    body: [h('ul', { class: 'small' }, rows.flatMap((page) => page.items).map((row) => h('li', { class: 'any-break' }, h('code', null, row.code), ` ${t(`repoints.link_${row.state}`)} (${row.why}) `, h('span', { class: 'soft' }, row.before))))],
  });
}

function actions(repoint, changed) {
  return h('div', { class: 'row' },
    !repoint.done && button(t('repoints.go_on'), { kind: 'small', run: () => goOn(repoint, changed) }),
    repoint.state !== 'undone' && repoint.state !== 'undoing' && repoint.changed > 0 && button(t('repoints.undo'), { kind: 'small', run: () => takeBack(repoint, changed) }),
    repoint.state === 'undone' && repoint.kept > 0 && button(t('repoints.force'), { kind: 'small', run: () => takeBack(repoint, changed, true) }),
    repoint.refused + repoint.kept > 0 && button(t('repoints.left'), { kind: 'small', run: () => left(repoint).catch(fail) }));
}

function target(row) {
  return HOWS.map((how) => row[how]).find(Boolean);
}

function csv(view) {
  return tableCsv({
    name: t('repoints.title'), rows: async () => (await api.get('/repoints', null, { signal: view.signal })).items, columns: [
      [t('repoints.csv_id'), (row) => row.id], [t('repoints.target'), target], [t('repoints.csv_by'), (row) => row.by], [t('repoints.state'), (row) => t(`repoints.state_${row.state}`)],
      ...['changed', 'undone', 'refused', 'kept'].map((name) => [t(`repoints.csv_${name}`), (row) => row[name]]), [t('repoints.when'), (row) => row.created_at],
    ],
  });
}

function columns(changed) {
  return [
    { key: 'target', label: t('repoints.target'), lead: true, name: (row) => row.id, cell: (row) => h('div', null, h('p', { class: 'strong any-break' }, target(row)), h('p', { class: 'small soft' }, `${row.id} · ${row.by || '–'}`)) },
    { key: 'state', label: t('repoints.state'), bare: true, cell: (row) => badge(t(`repoints.state_${row.state}`), KINDS[row.state]) },
    { key: 'counts', label: t('repoints.counts'), cell: (row) => t('repoints.counts_of', { changed: number(row.changed), undone: number(row.undone), left: number(row.refused + row.kept) }) },
    { key: 'when', label: t('repoints.when'), cell: (row) => h('span', { class: 'small soft', title: dateTime(row.created_at) }, ago(row.created_at)) },
    { key: 'go', label: t('repoints.actions'), hidden: true, cell: (row) => actions(row, changed) },
  ];
}

export async function show(view) {
  const place = h('div', { class: 'stack' });
  const domains = await places.all('/domains');
  async function load() {
    try {
      const page = await api.get('/repoints', null, { signal: view.signal });
      const list = table({ cls: 'people-table', caption: t('repoints.title'), rowKey: (row) => row.id, columns: columns(load) });
      list.add(page.items);
      replace(place, page.items.length > 0 ? tableBox(list) : card({}, empty({ icon: 'restore', title: t('repoints.none'), text: t('repoints.none_text') })));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(t('repoints.title'));
  append(view.el, pageHead({ title: t('repoints.title'), lead: t('repoints.lead'), actions: [csv(view), button(t('repoints.start'), { kind: 'main', run: () => start(domains, load) })] }), place);
  replace(place, h('div', { class: 'card flush' }, loading(3)));
  await load();
}
