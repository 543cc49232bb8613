/* SPDX-License-Identifier: MIT */
/* Links and clicks as files, all or those that conditions let through. */
import { apiUrl } from '../api.js';
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { stateName } from '../link.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { selectField, switchField, textField } from '../components/field.js';
import { card, pageHead, segments } from '../components/page.js';

const STATES = ['active', 'scheduled', 'expired', 'used_up', 'disabled', 'deleted'];
const PERIODS = ['today', 'yesterday', '7d', '30d', 'mtd', 'last_month', '90d', '1y', 'all'];
const FORMATS = [['csv', 'CSV'], ['ndjson', 'NDJSON']];

/** A card with fields and a download that follows them; `address(values, format)` says what of. */
function exportCard({ title, lead, fields, address, start }) {
  let format = 'csv';
  const place = h('div', { class: 'row' });
  const values = () => Object.fromEntries(fields.map((field) => [field.name, field.get()]));
  const draw = () => replace(place, button(t('export.download'), {
    kind: 'main', icon: 'download', href: address(values(), format), attrs: { download: true },
  }));
  const element = card({ title }, h('div', { class: 'stack' }, h('p', { class: 'soft' }, lead), h('div', { class: 'pair' }, fields.map((field) => field.element)),
    h('div', { class: 'row far' }, segments(t('export.format'), FORMATS, format, (key) => { format = key; draw(); }), place)));
  fields.forEach((field) => {
    if (start[field.name]) {
      field.set(start[field.name]);
    }
  });
  element.addEventListener('input', draw);
  element.addEventListener('change', draw);
  draw();
  return element;
}

function linkFields() {
  return [
    textField({ name: 'q', label: t('export.words') }),
    combobox({ name: 'campaign', label: t('links.campaign'), source: places.campaign }),
    combobox({ name: 'channel', label: t('links.channel'), source: places.channel }),
    combobox({ name: 'tag', label: t('links.tag'), source: places.tag }),
    combobox({ name: 'owner', label: t('links.owner'), source: places.owner }),
    combobox({ name: 'domain', label: t('links.domain'), source: places.domain }),
    selectField({ name: 'state', label: t('links.state'), options: [['', t('filter.any')], ...STATES.map((state) => [state, stateName(state)])] }),
    switchField({ name: 'archived', label: t('export.archived'), value: true }),
  ];
}

function clickFields() {
  return [
    selectField({ name: 'period', label: t('export.period'), options: PERIODS.map((key) => [key, t(`export.period.${key}`)]), value: '30d' }),
    selectField({ name: 'class', label: t('export.class'), options: [['human', t('class.human')], ['all', t('class.all')]], value: 'all' }),
    combobox({ name: 'campaign', label: t('links.campaign'), source: places.campaign }),
    combobox({ name: 'channel', label: t('links.channel'), source: places.anyChannel }),
  ];
}

/** Spreadsheets take UTF-8 for something else without a mark. */
function withMark(query, format) {
  return { ...query, format, bom: format === 'csv' ? 'true' : '' };
}

export async function show(view) {
  view.setTitle(t('export.title'));
  const start = Object.fromEntries(view.query);
  append(view.el, pageHead({
    title: t('export.title'), lead: t('export.lead'),
    actions: can('links:write') ? [button(t('nav.import'), { icon: 'upload', href: href('/import') })] : [],
  }), h('div', { class: 'stack import-page' },
    exportCard({
      title: t('export.links'), lead: t('export.links_lead'), fields: linkFields(), start,
      address: (values, format) => apiUrl('/export', withMark({ ...values, archived: String(values.archived) }, format)),
    }),
    can('stats:read') && exportCard({
      title: t('export.clicks'), lead: t('export.clicks_lead'), fields: clickFields(), start,
      address: (values, format) => apiUrl('/clicks', withMark(values, format)),
    })));
}
