/* SPDX-License-Identifier: MIT */
/* Doors through which others tell of events: postback addresses, and callbacks of WeCom. What is secret is shown once. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime } from '../format.js';
import { known, t } from '../i18n.js';
import { who } from '../session.js';
import { typeName } from '../deals.js';
import { button } from '../components/button.js';
import { confirm } from '../components/dialog.js';
import { menu } from '../components/menu.js';
import { badge, empty, failed, loading, notice, pageHead } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { fail, toast } from '../components/toast.js';
import { editCallback } from './inlets-wecom.js';
import { editPostback, showAddress } from './inlets-postback.js';

async function remove(path, row, kind, changed) {
  if (await confirm({ title: t('inlets.remove_title', { name: row.name }), text: t(`inlets.${kind}_remove_text`), action: t('inlets.remove'), bad: true })) {
    try {
      await api.del(`${path}/${row.id}`);
      toast(t('inlets.removed', { name: row.name }));
      changed();
    } catch (error) {
      fail(error);
    }
  }
}

function heardCell(row) {
  return h('span', { class: 'small soft', title: dateTime(row.heard_at) }, row.heard_at ? ago(row.heard_at) : t('inlets.never'));
}

/** Why it last refused what it was told, as far as there are words for it. */
function errorCell(row) {
  const error = row.last_error;
  if (!error) {
    return h('span', { class: 'soft' }, '–');
  }
  const why = known(`inlets.why.${error.problem}`) ? t(`inlets.why.${error.problem}`) : error.problem;
  return h('div', { class: 'small' }, h('p', { class: 'any-break' }, `${error.status} ${why}`, (error.field || error.code) && [' ', h('code', null, [error.field, error.code].filter(Boolean).join(': '))]),
    h('p', { class: 'soft', title: dateTime(error.time) }, ago(error.time)));
}

async function pause(row, changed) {
  try {
    await api.patch(`/postbacks/${row.id}`, { paused: !row.paused });
    toast(t(row.paused ? 'inlets.is_resumed' : 'inlets.is_paused', { name: row.name }));
    changed();
  } catch (error) {
    fail(error);
  }
}

function lead(row, address) {
  return h('div', null, h('p', { class: 'strong any-break' }, row.name, row.paused && [' ', badge(t('inlets.paused'), 'note')]), h('p', { class: 'small soft any-break' }, h('code', null, address)));
}

function acts(row, items) {
  const name = t('inlets.actions_of', { name: row.name });
  return menu(button(name, { kind: 'plain small', icon: 'more', iconOnly: true }), () => items, { label: name });
}

function postbackColumns(base, changed) {
  return [
    { key: 'name', label: t('inlets.name'), lead: true, name: (row) => row.name, cell: (row) => lead(row, `${base}/-/postback/${row.prefix}…`) },
    { key: 'type', label: t('inlets.type'), cell: (row) => (row.type ? typeName(row.type) : t('inlets.type_theirs')) },
    { key: 'how', label: t('inlets.how'), cell: (row) => t(row.signed ? 'inlets.how_signed' : 'inlets.how_open') },
    { key: 'heard', label: t('inlets.heard'), cell: heardCell },
    { key: 'error', label: t('inlets.error'), cell: errorCell },
    {
      key: 'go', label: t('inlets.actions'), hidden: true, cell: (row) => acts(row, [
        { text: t(row.paused ? 'inlets.resume' : 'inlets.pause'), icon: row.paused ? 'restore' : 'clock', run: () => pause(row, changed) },
        { text: t('inlets.show'), icon: 'link', run: () => showAddress(row, base) },
        { text: t('inlets.edit'), icon: 'edit', run: () => editPostback(row, base, changed) },
        { text: t('inlets.remove'), icon: 'trash', kind: 'bad', run: () => remove('/postbacks', row, 'postback', changed) },
      ]),
    },
  ];
}

function callbackColumns(base, changed) {
  return [
    { key: 'name', label: t('inlets.name'), lead: true, name: (row) => row.name, cell: (row) => lead(row, base + row.path) },
    { key: 'receiver', label: t('inlets.receiver'), cell: (row) => h('code', { class: 'any-break' }, row.receiver) },
    { key: 'members', label: t('inlets.members'), num: true, cell: (row) => String(Object.keys(row.members).length) },
    { key: 'heard', label: t('inlets.heard'), cell: heardCell },
    {
      key: 'go', label: t('inlets.actions'), hidden: true, cell: (row) => acts(row, [
        { text: t('inlets.edit'), icon: 'edit', run: () => editCallback(row, base, changed) },
        { text: t('inlets.remove'), icon: 'trash', kind: 'bad', run: () => remove('/wecom-callbacks', row, 'wecom', changed) },
      ]),
    },
  ];
}

/** One of the two lists: {element, load()}. */
function section(view, { kind, path, columns, edit, base }) {
  const place = h('div');
  async function load() {
    try {
      const page = await api.get(path, null, { signal: view.signal });
      const list = table({ cls: 'people-table', caption: t(`inlets.${kind}`), columns: columns(base, load), rowKey: (row) => String(row.id) });
      list.add(page.items);
      replace(place, page.items.length > 0 ? tableBox(list) : h('div', { class: 'card' }, empty({ icon: 'inlet', title: t(`inlets.${kind}_none`), text: t(`inlets.${kind}_none_text`) })));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  replace(place, h('div', { class: 'card flush' }, loading(3)));
  const element = h('section', { class: 'stack inlet-list', dataset: { kind } },
    h('div', { class: 'card-head' }, h('h2', null, t(`inlets.${kind}`)), h('div', { class: 'row' }, button(t(`inlets.${kind}_add`), { kind: 'small', icon: 'add', run: () => edit(null, base, load) }))),
    h('p', { class: 'soft' }, t(`inlets.${kind}_lead`)), place);
  return { element, load };
}

/** Where visitors reach this installation: as it was set, else nginx hands /-/ of the short domain over. */
async function publicBase(view) {
  const found = (await api.get('/settings', null, { signal: view.signal })).items.find((row) => row.name === 'public_url');
  return { set: Boolean(found?.value), base: (found?.value || `https://${who().install.default_domain}`).replace(/\/+$/, '') };
}

export async function show(view) {
  view.setTitle(t('inlets.title'));
  append(view.el, pageHead({ title: t('inlets.title'), lead: t('inlets.lead') }));
  const place = h('div', { class: 'stack' }, h('div', { class: 'card' }, loading(6)));
  view.el.append(place);
  const draw = async () => {
    try {
      const { base, set } = await publicBase(view);
      const postbacks = section(view, { kind: 'postback', path: '/postbacks', columns: postbackColumns, edit: editPostback, base });
      const callbacks = section(view, { kind: 'wecom', path: '/wecom-callbacks', columns: callbackColumns, edit: editCallback, base });
      await Promise.all([postbacks.load(), callbacks.load()]);
      replace(place, !set && notice('note', t('inlets.no_base', { base })), postbacks.element, callbacks.element);
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, draw)));
      }
    }
  };
  await draw();
}
