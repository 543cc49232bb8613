/* SPDX-License-Identifier: MIT */
/* Campaigns. */
import { ago, dateTime } from '../format.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { labelColumns } from '../labels.js';
import { table, tableBox } from '../components/table.js';
import { labelsPage } from './labels-page.js';

const KIND = { path: '/campaigns', page: '/campaigns', filter: 'campaign', word: 'campaign', icon: 'flag' };

function lastClick(label) {
  if (!label.counts) {
    return '…';
  }
  const at = label.counts.last_at;
  return at ? h('time', { class: 'soft small', datetime: at, title: dateTime(at) }, ago(at)) : '–';
}

export function show(view) {
  return labelsPage(view, KIND, (labels, changed) => {
    const list = table({
      cls: 'labels-table', caption: t('labels.title_campaign'), rowKey: (label) => label.key,
      columns: labelColumns(KIND, changed, [{ key: 'last', label: t('labels.last_click'), cls: 'wide-only', cell: lastClick }]),
    });
    list.add(labels);
    return tableBox(list);
  });
}
