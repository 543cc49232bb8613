/* SPDX-License-Identifier: MIT */
/* Channels: the groups, posters and people through which links are spread, by the group they belong to. */
import { h, uniqueId } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { labelColumns } from '../labels.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { combobox } from '../components/combobox.js';
import { textField } from '../components/field.js';
import { table } from '../components/table.js';
import { templateEditor } from './channel-template.js';
import { labelsPage } from './labels-page.js';

const TEXTS = ['region', 'location', 'cost_centre'];
const known = new Set(); // groups that were seen, as suggestions

function extra(label, own) {
  const group = combobox({
    name: 'channel_group', label: t('channels.group'), hint: t('channels.group_hint'), value: label.channel_group || '', attrs: { maxlength: 128 },
    source: async (text) => [...known].filter((name) => name.toLowerCase().includes(text.toLowerCase())).map((value) => ({ value })),
  });
  const owner = combobox({ name: 'owner', label: t('channels.owner'), hint: t('channels.owner_hint'), source: places.owner, value: label.owner || '' });
  const texts = TEXTS.map((name) => textField({ name, label: t(`channels.${name}`), value: label[name], attrs: { maxlength: 128 } }));
  const template = templateEditor(label, () => ({
    channel: own[0].get(), channel_group: group.get(), region: texts[0].get(), location: texts[1].get(), owner: owner.get(),
  }));
  return {
    fields: [group, owner, ...texts, ...template.fields],
    body: [h('div', { class: 'pair' }, [group, owner, ...texts].map((field) => field.element)), template.element],
    toApi: (values) => ({
      channel_group: values.channel_group || null, owner: values.owner || null,
      ...Object.fromEntries(TEXTS.map((name) => [name, values[name] || null])), utm_template: template.toApi(values),
    }),
  };
}

const csv = () => [
  [t('channels.group'), (label) => label.channel_group], ...TEXTS.map((name) => [t(`channels.${name}`), (label) => label[name]]), [t('channels.owner'), (label) => label.owner],
];

export const KIND = { path: '/channels', page: '/channels', filter: 'channel', word: 'channel', icon: 'pin', extra, csv };

function where(label) {
  return [label.region, label.location].filter(Boolean).join(' · ') || '–';
}

function columns(changed) {
  return labelColumns(KIND, changed, [
    { key: 'where', label: t('channels.where'), cls: 'broad', bare: true, cell: (label) => h('span', { class: 'soft' }, where(label)) },
    { key: 'owner', label: t('channels.owner'), cls: 'wide-only', cell: (label) => label.owner || '–' },
    { key: 'cost', label: t('channels.cost_centre'), cls: 'wide-only', cell: (label) => label.cost_centre || '–' },
  ]);
}

/** One card per group; those without come last. */
function groups(labels, changed) {
  const byGroup = new Map();
  labels.forEach((label) => {
    const name = label.channel_group || '';
    byGroup.set(name, [...(byGroup.get(name) || []), label]);
    if (name) {
      known.add(name);
    }
  });
  const sum = (rows, read) => (rows.every((row) => row.counts) ? number(rows.reduce((total, row) => total + read(row), 0)) : '…');
  return [...byGroup].sort(([a], [b]) => (a === '') - (b === '') || a.localeCompare(b)).map(([name, rows]) => {
    const id = uniqueId('group');
    const title = name || t('channels.no_group');
    const list = table({ cls: 'labels-table channels-table', caption: title, columns: columns(changed), rowKey: (label) => label.key });
    list.add(rows);
    return h('section', { class: 'card flush', 'aria-labelledby': id },
      h('div', { class: 'group-head' }, h('h2', { id }, name && can('stats:read') ? h('a', { class: 'title-link', href: href('/report', { channel_group: name }) }, title) : title), h('p', { class: 'soft small num' },
        t('channels.group_sum', { n: number(rows.length), count: rows.length, links: sum(rows, (row) => row.links), clicks: sum(rows, (row) => row.counts?.clicks) }))),
      h('div', { class: 'table-box' }, list.element));
  });
}

export function show(view) {
  return labelsPage(view, KIND, groups);
}
