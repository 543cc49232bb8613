/* SPDX-License-Identifier: MIT */
/* What was spent, out of a spreadsheet: each row is judged by itself, and those that were refused say why. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { fileText } from '../tabletext.js';
import { dialog } from '../components/dialog.js';
import { textArea } from '../components/field.js';
import { fileDrop } from '../components/filedrop.js';
import { form, submitButton } from '../components/form.js';
import { notice } from '../components/page.js';
import { fail } from '../components/toast.js';

const EXAMPLE_ROWS = ['2026-11-01,,海报,4500,CNY', '2026-11-01,双十一,,1200.50,CNY'];
const SHOWN = 50;

/** A row's sentences. */
function reasons(problem) {
  const found = (problem.errors || []).map((error) => `${error.field}: ${error.detail}`);
  return found.length > 0 ? found.join(' ') : problem.detail || problem.title;
}

function report(results) {
  const bad = results.map((one, i) => ({ ...one, row: i + 2 })).filter((one) => one.problem); // the first line has the columns
  const updated = results.filter((one) => one.status === 200).length;
  const made = results.length - bad.length - updated;
  return h('div', { class: 'stack', role: 'status' },
    notice(bad.length > 0 ? '' : 'good', h('p', null, t('costs.imported', { n: number(made), count: made }), ' ', updated > 0 && t('costs.import_changed', { n: number(updated), count: updated }),
      ' ', bad.length > 0 && t('costs.import_refused', { n: number(bad.length), count: bad.length }))),
    bad.length > 0 && h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': t('costs.import_problems') }, h('table', { class: 'table' },
      h('thead', null, h('tr', null, h('th', { scope: 'col', class: 'num' }, t('costs.import_row')), h('th', { scope: 'col' }, t('costs.import_why')))),
      h('tbody', null, bad.slice(0, SHOWN).map((one) => h('tr', null, h('td', { class: 'num narrow' }, number(one.row)), h('td', { class: 'any-break' }, reasons(one.problem))))))));
}

export function importCosts(changed) {
  const text = textArea({ name: 'body', label: t('costs.import_paste'), rows: 6, placeholder: [t('costs.import_head'), ...EXAMPLE_ROWS].join('\n'), attrs: { spellcheck: 'false', class: 'input places-text' } });
  const said = h('div');
  const put = (found) => { text.set(found); text.control.focus(); };
  const box = dialog({
    title: t('costs.import'), wide: true, body: h('div', { class: 'stack' }, h('p', null, t('costs.import_text')),
      h('pre', { class: 'code', tabindex: '0' }, [t('costs.import_head'), ...EXAMPLE_ROWS].join('\n')), fileDrop({ id: 'cost-file', title: t('costs.import_choose'), take: (file) => fileText(file).then(put, fail) }), form({
        fields: [text], submit: submitButton(t('costs.import_do')),
        onSubmit: async ({ body }) => {
          replace(said);
          const { results } = await api.post('/costs', body, { headers: { 'Content-Type': 'text/csv' } });
          replace(said, report(results));
          text.set('');
          said.scrollIntoView({ block: 'nearest' });
          changed();
        },
      }).element, said),
  });
  box.element.querySelector('textarea').focus();
}
