/* SPDX-License-Identifier: MIT */
/* The dictionary of UTM values: how each is to be written, and the other ways in which people write it. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { number } from '../format.js';
import { labelName, t } from '../i18n.js';
import { UTM } from '../linkform.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { confirm, dialog } from '../components/dialog.js';
import { selectField, textField } from '../components/field.js';
import { filterBar } from '../components/filterbar.js';
import { form, submitButton } from '../components/form.js';
import { menu } from '../components/menu.js';
import { badge, empty, failed, loading, pageHead, tabs } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail, toast } from '../components/toast.js';

const PAGE_ROWS = 200;

function edit(row, field, changed) {
  const names = row?.names || {};
  const fields = [
    !row && selectField({ name: 'field', label: t('utmdict.field'), options: UTM.map((name) => [name, t(`utmdict.${name}`)]), value: field || UTM[0] }),
    textField({ name: 'value', label: t('utmdict.value'), hint: t(row ? 'utmdict.rename_hint' : 'utmdict.value_hint'), value: row?.value, attrs: { maxlength: 255, autocapitalize: 'none', spellcheck: 'false' } }),
    combobox({ name: 'aliases', label: t('utmdict.aliases'), hint: t('utmdict.aliases_hint'), source: async () => [], multiple: true, value: row?.aliases || [] }),
    textField({ name: 'zh', label: t('utmdict.zh'), optional: true, value: names.zh, attrs: { maxlength: 128 } }),
    textField({ name: 'en', label: t('utmdict.en'), optional: true, value: names.en, attrs: { maxlength: 128 } }),
  ].filter(Boolean);
  const box = dialog({
    title: t(row ? 'utmdict.edit' : 'utmdict.add'), body: form({
      fields, submit: submitButton(), onSubmit: async (values) => {
        const body = { value: values.value, names: { zh: values.zh || null, en: values.en || null } };
        const renamed = row && values.value !== row.value;
        if (!renamed || JSON.stringify(values.aliases) !== JSON.stringify(row.aliases)) {
          body.aliases = renamed ? [...values.aliases, row.value] : values.aliases;
        }
        await (row ? api.patch(`/utm-values/${row.id}`, body) : api.post('/utm-values', { ...body, field: values.field }));
        box.close();
        toast(t('utmdict.saved', { name: values.value }));
        changed();
      },
    }).element,
  });
}

async function setArchived(row, archived, changed) {
  try {
    await api.patch(`/utm-values/${row.id}`, { archived });
    changed();
    toast(t(archived ? 'utmdict.archived_now' : 'utmdict.unarchived', { name: row.value }),
      archived ? { action: t('undo'), run: () => setArchived(row, false, changed) } : {});
  } catch (error) {
    fail(error);
  }
}

async function remove(row, changed) {
  if (await confirm({ title: t('utmdict.delete_title', { name: row.value }), text: t('utmdict.delete_text'), action: t('utmdict.delete'), bad: true })) {
    await api.del(`/utm-values/${row.id}`);
    toast(t('utmdict.deleted', { name: row.value }));
    changed();
  }
}

function actions(row, changed) {
  const name = t('utmdict.actions_of', { name: row.value });
  return menu(button(name, { kind: 'plain small', icon: 'more', iconOnly: true }), () => [
    { text: t('utmdict.edit'), icon: 'edit', run: () => edit(row, row.field, changed) },
    { text: t(row.archived ? 'utmdict.unarchive' : 'utmdict.archive'), icon: 'archive', run: () => setArchived(row, !row.archived, changed) },
    { text: t('utmdict.delete'), icon: 'trash', kind: 'bad', run: () => remove(row, changed).catch(fail) },
  ], { label: name });
}

function columns(changed, write) {
  return [
    {
      key: 'value', label: t('utmdict.value'), lead: true, name: (row) => row.value,
      cell: (row) => h('div', { class: 'row' }, h('code', { class: 'strong any-break' }, row.value), row.archived && badge(t('utmdict.archived'))),
    },
    { key: 'name', label: t('utmdict.name'), bare: true, cell: (row) => labelName({ ...row, key: '–' }) },
    { key: 'field', label: t('utmdict.field'), bare: true, cell: (row) => h('span', { class: 'soft' }, row.field) },
    {
      key: 'aliases', label: t('utmdict.aliases'), cls: 'broad', bare: true,
      cell: (row) => (row.aliases.length > 0 ? h('div', { class: 'row tags' }, row.aliases.map((alias) => h('span', { class: 'tag' }, alias))) : '–'),
    },
    write && { key: 'acts', label: t('utmdict.actions'), hidden: true, cls: 'acts', cell: (row) => actions(row, changed) },
  ].filter(Boolean);
}

export async function show(view) {
  const values = Object.fromEntries(view.query);
  const place = h('div');
  const tabPlace = h('div');
  const write = can('links:write');
  const add = () => button(t('utmdict.add'), { kind: 'main', icon: 'add', run: () => edit(null, values.field, load) });
  let pages = null;
  let list = null;

  const query = () => ({ field: values.field, q: values.q, archived: values.archived });
  const csv = tableCsv({
    name: t('utmdict.title'), path: '/utm-values', query, columns: [
      [t('utmdict.field'), (row) => row.field], [t('utmdict.value'), (row) => row.value], [t('utmdict.name'), (row) => labelName({ ...row, key: '' })],
      [t('utmdict.aliases'), (row) => row.aliases.join(' ')], [t('utmdict.archived'), (row) => (row.archived ? t('utmdict.archived') : '')],
    ],
  });
  const nothing = () => (values.q || values.archived ? empty({ icon: 'search', title: t('utmdict.none_found') })
    : empty({ icon: 'list', title: t('utmdict.none'), text: t('utmdict.none_text'), action: write && add() }));
  const draw = () => replace(place, tableBox(list, [h('span', { class: 'num', role: 'status' }, t('utmdict.total', { n: number(list.rows().length) })),
    !pages.done && button(t('utmdict.more'), { kind: 'small', run: () => more().catch(fail) })]));
  const more = async () => {
    list.add(await pages.more());
    draw();
  };
  async function load() {
    const mine = api.pager('/utm-values', { ...query(), limit: PAGE_ROWS }, { signal: view.signal });
    pages = mine;
    try {
      const rows = await mine.more();
      if (mine !== pages) {
        return;
      }
      list = table({ cls: 'labels-table', caption: t('utmdict.title'), columns: columns(load, write), rowKey: (row) => row.id });
      list.add(rows);
      if (rows.length > 0) {
        draw();
      } else {
        replace(place, h('div', { class: 'card' }, nothing()));
      }
    } catch (error) {
      if (mine === pages && error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  const drawTabs = () => replace(tabPlace, tabs(t('utmdict.field'), ['', ...UTM].map((field) => ({
    text: field ? t(`utmdict.${field}`) : t('utmdict.all'), href: href('/utm', { ...values, field }), current: (values.field || '') === field,
  }))));

  view.setTitle(t('utmdict.title'));
  drawTabs();
  append(view.el, pageHead({ title: t('utmdict.title'), lead: t('utmdict.lead'), actions: write ? [csv, add()] : [csv] }), h('div', { class: 'stack' }, tabPlace, filterBar({
    search: { name: 'q', label: t('utmdict.search') }, values,
    filters: [{ key: 'archived', label: t('utmdict.archived'), options: [{ value: 'all', label: t('utmdict.with_archived') }, { value: 'true', label: t('utmdict.only_archived') }], show: (value) => t(value === 'all' ? 'utmdict.with_archived' : 'utmdict.only_archived') }],
    onChange: (next) => {
      Object.assign(values, next);
      view.setQuery(values);
      drawTabs();
      load();
    },
  }), place));
  replace(place, h('div', { class: 'card flush' }, loading(6)));
  await load();
}
