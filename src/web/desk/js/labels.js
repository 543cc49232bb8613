/* SPDX-License-Identifier: MIT */
/*
 * What links are filed under, for the pages that keep it in order: campaigns, channels and tags. A kind is
 * {path: '/tags', filter: 'tag', word: 'tags', icon, extra(label, draft) -> {fields, body, toApi}}.
 */
import * as api from './api.js';
import { h } from './dom.js';
import { number } from './format.js';
import { labelName, t } from './i18n.js';
import { href } from './router.js';
import { can } from './session.js';
import { button } from './components/button.js';
import { combobox } from './components/combobox.js';
import { confirm, dialog } from './components/dialog.js';
import { textField } from './components/field.js';
import { form, submitButton } from './components/form.js';
import { menu } from './components/menu.js';
import { badge } from './components/page.js';
import { fail, toast } from './components/toast.js';

const SUGGESTED = 30;

export function labelPath(kind, label) {
  return `${kind.path}/${api.segment(label.key)}`;
}

/** Adds one, or changes `label`. changed() is called once it is done. */
export function editLabel(kind, label, changed) {
  const names = label?.names || {};
  const fields = [
    textField({ name: 'key', label: t('labels.key'), hint: t('labels.key_hint'), value: label?.key, attrs: { maxlength: 64 } }),
    textField({ name: 'zh', label: t('labels.zh'), optional: true, value: names.zh, attrs: { maxlength: 128 } }),
    textField({ name: 'en', label: t('labels.en'), optional: true, value: names.en, attrs: { maxlength: 128 } }),
  ];
  const extra = kind.extra?.(label || {}, fields);
  const all = [...fields, ...(extra?.fields || [])];
  const submit = submitButton(t(label ? 'save' : `labels.add_${kind.word}`));
  const inner = form({
    fields: all, submit, body: [
      fields[0].element, h('div', { class: 'pair' }, fields[1].element, fields[2].element), extra?.body, submit,
    ],
    onSubmit: async (values) => {
      const body = { key: values.key, names: { zh: values.zh || null, en: values.en || null }, ...extra?.toApi(values) };
      if (label) {
        await api.patch(labelPath(kind, label), body);
      } else {
        await api.post(kind.path, body);
      }
      box.close();
      toast(t(label ? 'labels.saved' : 'labels.added', { name: values.key }));
      changed();
    },
  });
  const box = dialog({ title: t(label ? `labels.edit_${kind.word}` : `labels.add_${kind.word}`), body: inner.element, wide: Boolean(extra) });
}

function mergeLabel(kind, label, changed) {
  const source = async (text) => (await api.get(kind.path, { q: text, limit: SUGGESTED })).items.filter((row) => row.key !== label.key)
    .map((row) => ({ value: row.key, label: labelName(row), hint: t('labels.links_n', { n: number(row.links), count: row.links }) }));
  const into = combobox({ name: 'into', label: t('labels.merge_into'), source, allowNew: false });
  const box = dialog({
    title: t('labels.merge_title', { name: labelName(label) }),
    body: [h('p', null, t('labels.merge_text', { name: labelName(label), n: number(label.links), count: label.links })), form({
      fields: [into], submit: submitButton(t('labels.merge')), onSubmit: async (values) => {
        if (!values.into) {
          into.setError(t('labels.choose'));
          return;
        }
        await api.post(`${labelPath(kind, label)}/merge`, { into: values.into });
        box.close();
        toast(t('labels.merged', { name: labelName(label), into: values.into }));
        changed();
      },
    }).element],
  });
}

async function setArchived(kind, label, archived, changed) {
  try {
    await api.patch(labelPath(kind, label), { archived });
    changed();
    toast(t(archived ? 'labels.archived_now' : 'labels.unarchived', { name: labelName(label) }),
      archived ? { action: t('undo'), run: () => setArchived(kind, label, false, changed) } : {});
  } catch (error) {
    fail(error);
  }
}

async function remove(kind, label, changed) {
  const sure = await confirm({ title: t('labels.delete_title', { name: labelName(label) }), text: t('labels.delete_text'), action: t('labels.delete'), bad: true });
  if (sure) {
    await api.del(labelPath(kind, label));
    toast(t('labels.deleted', { name: labelName(label) }));
    changed();
  }
}

/** The menu of one row: what can be seen, and for who may, what can be done. */
export function labelMenu(kind, label, changed) {
  const name = t('labels.actions_of', { name: labelName(label) });
  const trigger = button(name, { kind: 'plain small', icon: 'more', iconOnly: true });
  const look = [
    { text: t('labels.see_links'), icon: 'link', href: href('/links', { [kind.filter]: label.key }) },
    can('stats:read') && { text: t('nav.report'), icon: 'chart', href: href('/report', { [kind.filter]: label.key }) },
    can('stats:read') && { text: t('labels.see_clicks'), icon: 'list', href: href('/clicks', { [kind.filter]: label.key }) },
  ];
  const edit = can('links:write') ? [
    null,
    { text: t(`labels.edit_${kind.word}`), icon: 'edit', run: () => editLabel(kind, label, changed) },
    { text: t('labels.merge_menu'), icon: 'layers', run: () => mergeLabel(kind, label, changed) },
    { text: t(label.archived ? 'labels.unarchive' : 'labels.archive'), icon: 'archive', run: () => setArchived(kind, label, !label.archived, changed) },
    label.links === 0 && { text: t('labels.delete'), icon: 'trash', kind: 'bad', run: () => remove(kind, label, changed).catch(fail) },
  ] : [];
  return menu(trigger, () => [...look, ...edit].filter((item) => item !== false), { label: name });
}

/** A figure that may still be on its way. */
export function counted(value) {
  return value === undefined ? '…' : number(value);
}

/** The name, which opens what is filed there, and below it the key where that is another. */
export function labelLead(kind, label) {
  const name = labelName(label);
  return h('div', null,
    h('div', { class: 'row' }, h('a', { class: 'link-short cut', href: href('/links', { [kind.filter]: label.key }) }, name),
      label.archived && badge(t('labels.archived'))),
    name !== label.key && h('p', { class: 'small soft cut' }, label.key));
}

/** The columns of labels as a file: between name and figures those of the kind. */
export function labelCsv(between = []) {
  return [
    [t('labels.key'), (label) => label.key], [t('labels.zh'), (label) => label.names?.zh], [t('labels.en'), (label) => label.names?.en], ...between,
    [t('labels.links'), (label) => label.links], [t('labels.clicks'), (label) => label.counts?.clicks],
    [t('labels.visitors'), (label) => label.counts?.visitors], [t('labels.scans'), (label) => label.counts?.scans], [t('labels.last_click'), (label) => label.counts?.last_at],
  ];
}

export function labelColumns(kind, changed, between = []) {
  return [
    { key: 'name', label: t('labels.name'), lead: true, name: labelName, cell: (label) => labelLead(kind, label) },
    ...between,
    { key: 'links', label: t('labels.links'), num: true, cell: (label) => counted(label.links) },
    { key: 'clicks', label: t('labels.clicks'), num: true, cell: (label) => counted(label.counts?.clicks) },
    { key: 'visitors', label: t('labels.visitors'), num: true, cell: (label) => counted(label.counts?.visitors) },
    { key: 'acts', label: t('labels.actions'), hidden: true, cls: 'acts', cell: (label) => labelMenu(kind, label, changed) },
  ];
}
