/* SPDX-License-Identifier: MIT */
/* The bar that appears once links are ticked, and the dialogs that change all of them in one call. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { dated } from '../download.js';
import { fromLocalInput, number } from '../format.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { confirm, dialog } from '../components/dialog.js';
import { textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { menu } from '../components/menu.js';
import { qrSheetDialog, qrZip } from '../components/qr.js';
import { fail, problemText, toast } from '../components/toast.js';

const AT_ONCE = 1000;

function isNarrow() {
  return matchMedia('(max-width: 719px)').matches;
}

/** Says how it went: all, or how many were refused and why the first was. */
function report(results, said) {
  const refused = results.filter((one) => one.status >= 300);
  if (refused.length === 0) {
    toast(said(results.length));
  } else {
    const why = refused[0].problem?.detail || refused[0].problem?.title || '';
    toast(t('bulk.some_refused', { n: number(refused.length), why }), { kind: 'bad' });
  }
}

function actionsOf(run, ask, codes) {
  const label = (key, set, options = {}) => ({ text: t(`bulk.${key}`), icon: options.icon, run: () => ask(key, set, options) });
  return {
    tags: () => ask('tags', (values) => ({ add_tags: values.add, remove_tags: values.remove }), {
      fields: () => [
        combobox({ name: 'add', label: t('bulk.add_tags'), source: places.tag, multiple: true }),
        combobox({ name: 'remove', label: t('bulk.remove_tags'), source: places.tag, multiple: true }),
      ],
    }),
    campaign: () => ask('campaign', (values) => ({ campaign: values.campaign || null }), {
      fields: () => [combobox({ name: 'campaign', label: t('links.campaign'), hint: t('bulk.empty_clears'), source: places.campaign })],
    }),
    more: () => [
      label('channel', (values) => ({ channel: values.channel || null }), {
        icon: 'pin', fields: () => [combobox({ name: 'channel', label: t('links.channel'), hint: t('bulk.empty_clears'), source: places.channel })],
      }),
      label('owner', (values) => ({ owner: values.owner || null }), {
        icon: 'user', fields: () => [combobox({ name: 'owner', label: t('links.owner'), source: places.owner, allowNew: false })],
      }),
      label('extend', (values) => ({ valid_until: fromLocalInput(values.valid_until) }), {
        icon: 'calendar', fields: () => [textField({ name: 'valid_until', label: t('bulk.valid_until'), hint: t('bulk.valid_until_hint'), type: 'datetime-local' })],
      }),
      null,
      { text: t('bulk.qr_zip'), icon: 'qr', run: () => codes((which) => qrZip(which, dated(t('bulk.qr_file')))) },
      { text: t('bulk.qr_sheet'), icon: 'print', run: () => codes(qrSheetDialog) },
      null,
      { text: t('links.enable'), icon: 'check', run: () => run({ enabled: true }) },
      { text: t('links.disable'), icon: 'close', run: () => run({ enabled: false }) },
    ],
  };
}

/**
 * bulkBar({selection() -> ids, filter, total(), reload, box}): `show(ids)` is given to the table. Where every row that
 * is loaded is ticked, all that the filter finds can be taken instead.
 */
export function bulkBar({ selection, filter, total, reload, box }) {
  const element = h('div', { class: 'bulk-bar', role: 'region', 'aria-label': t('bulk.label'), hidden: true });
  let everything = false;

  const target = () => {
    const { sort, ...conditions } = filter;
    const set = Object.entries(conditions).filter(([, value]) => value);
    return everything ? { filter: Object.fromEntries(set) } : { refs: selection() };
  };
  const change = async (method, body, said) => {
    const answer = await api.call(method, '/bulk/links', { body: { ...target(), ...body } });
    report((await answer.json()).results, said);
    await reload();
  };
  const run = (set) => change('PATCH', { set }, (n) => t('bulk.changed', { n: number(n), count: n })).catch(fail);
  const ask = (key, set, { fields }) => {
    const rows = fields();
    const answer = dialog({
      title: t(`bulk.${key}`),
      body: form({
        fields: rows, submit: submitButton(t('bulk.apply')), onSubmit: async (values) => {
          await change('PATCH', { set: set(values) }, (n) => t('bulk.changed', { n: number(n), count: n }));
          answer.close();
        },
      }).element,
    });
  };
  /** A list without any condition still has one: that nothing in it is archived. */
  const codes = (what) => {
    const which = target();
    return Promise.resolve(what(which.filter ? { filter: { archived: 'false', ...which.filter } } : which)).catch(fail);
  };
  const bin = async () => {
    const n = everything ? total() : selection().length;
    if (await confirm({ title: t('bulk.bin_title', { n: number(n), count: n }), text: t('bulk.bin_text'), action: t('links.bin'), bad: true })) {
      await change('DELETE', {}, (done) => t('bulk.binned', { n: number(done), count: done })).catch(fail);
    }
  };
  const restoreAll = async () => {
    let done = 0;
    try {
      for (const id of selection()) {
        await api.post(`/links/${api.segment(id)}/restore`);
        done += 1;
      }
    } catch (error) {
      toast(problemText(error), { kind: 'bad' });
    }
    toast(t('bulk.restored', { n: number(done), count: done }));
    await reload();
  };

  const draw = (ids) => {
    const n = everything ? total() : ids.length;
    const canAll = !everything && total() > ids.length && total() <= AT_ONCE && box !== 'bin';
    const acts = actionsOf(run, ask, codes);
    const main = [ // on a narrow screen these are part of the menu
      { text: t('bulk.tags'), icon: 'tag', run: acts.tags },
      { text: t('bulk.campaign'), icon: 'flag', run: acts.campaign },
      box === 'archived' ? { text: t('links.unarchive'), icon: 'archive', run: () => run({ archived: false }) }
        : { text: t('links.archive'), icon: 'archive', run: () => run({ archived: true }) },
      { text: t('links.bin'), icon: 'trash', run: bin },
    ];
    replace(element, h('span', { class: 'strong num', role: 'status' }, t('bulk.selected', { n: number(n), count: n })),
      canAll && h('button', { class: 'link-button', type: 'button', on: { click: () => { everything = true; draw(ids); } } }, t('bulk.all', { n: number(total()) })),
      h('span', { class: 'grow' }),
      box === 'bin' ? button(t('links.restore'), { kind: 'small', icon: 'restore', run: restoreAll }) : [
        main.map((item) => button(item.text, { kind: 'small roomy', icon: item.icon, run: item.run })),
        menu(button(t('bulk.more'), { kind: 'small', icon: 'more' }), () => [...(isNarrow() ? [...main, null] : []), ...acts.more()], { place: 'over' }),
      ]);
  };
  return {
    element,
    show(ids) {
      everything = false;
      element.hidden = ids.length === 0;
      if (ids.length > 0) {
        draw(ids);
      }
    },
  };
}
