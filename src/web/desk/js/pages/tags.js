/* SPDX-License-Identifier: MIT */
/* Tags. */
import { t } from '../i18n.js';
import { labelColumns } from '../labels.js';
import { table, tableBox } from '../components/table.js';
import { labelsPage } from './labels-page.js';

export const KIND = { path: '/tags', page: '/tags', filter: 'tag', word: 'tag', icon: 'tag' };

export function show(view) {
  return labelsPage(view, KIND, (labels, changed) => {
    const list = table({ cls: 'labels-table', caption: t('labels.title_tag'), columns: labelColumns(KIND, changed), rowKey: (label) => label.key });
    list.add(labels);
    return tableBox(list);
  });
}
