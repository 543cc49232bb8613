/* SPDX-License-Identifier: MIT */
/* A table as a file for a spreadsheet: all of its rows, not only those that are on the screen, in columns of their own. */
import * as api from '../api.js';
import { saveCsv } from '../csv.js';
import { h } from '../dom.js';
import { dated } from '../download.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { button, setButton } from './button.js';
import { fail, toast } from './toast.js';

const PAGE_ROWS = 1000;
const ROWS_MAX = 100000; // a spreadsheet's worth; a browser holds it in memory

/**
 * tableCsv({name, columns, path, query(), rows()}): the button. A column is [heading, row => text or number]; rows come from
 * `rows()` or, page by page, from the list at `path`. With more than ROWS_MAX the newest are saved, which it says.
 */
export function tableCsv({ name, columns, path, query = () => ({}), rows }) {
  const everything = async (said) => {
    const pages = api.pager(path, { ...query(), limit: PAGE_ROWS });
    const found = [];
    while (!pages.done && found.length < ROWS_MAX) {
      found.push(...(await pages.more()));
      said(found.length);
    }
    if (!pages.done) {
      toast(t('table.csv_cut', { n: number(found.length) }));
    }
    return found;
  };
  const label = (text) => h('span', { class: 'wide-text' }, text);
  const element = button(label(t('table.csv')), {
    icon: 'download', kind: 'no-print', attrs: { dataset: { csv: '' } },
    run: async () => {
      try {
        const found = await (rows ? rows() : everything((n) => setButton(element, label(t('table.csv_reading', { n: number(n) })), 'download')));
        saveCsv(dated(name), columns.map(([heading]) => heading), found.map((row) => columns.map(([, read]) => read(row) ?? '')));
      } catch (error) {
        fail(error);
      } finally {
        setButton(element, label(t('table.csv')), 'download');
      }
    },
  });
  return element;
}
