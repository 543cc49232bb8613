/* SPDX-License-Identifier: MIT */
/* Who works here, with which role; for the others the names that links belong to. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime, number } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { can, who } from '../session.js';
import { button } from '../components/button.js';
import { menu } from '../components/menu.js';
import { badge, failed, loading, pageHead } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';
import { editUser, invite, newLink, setDisabled, userName } from './people-edit.js';

const KINDS = { active: 'good', invited: 'note', no_password: '', disabled: 'bad' };

function lead(user) {
  return h('div', null,
    h('div', { class: 'row' }, h('span', { class: 'strong cut' }, userName(user)), user.key === who().user.key && badge(t('people.you'))),
    user.name && user.name !== user.key && h('p', { class: 'small soft cut' }, user.key));
}

function stateCell(user) {
  const until = user.state === 'invited' && user.link_expires_at;
  return h('span', { title: until ? t('people.link_until', { time: dateTime(until) }) : null }, badge(t(`people.state_${user.state}`), KINDS[user.state]));
}

function actions(user, changed) {
  const name = t('people.actions_of', { name: userName(user) });
  const waiting = user.state === 'invited' || user.state === 'no_password';
  return menu(button(name, { kind: 'plain small', icon: 'more', iconOnly: true }), () => [
    { text: t('people.see_links'), icon: 'link', href: href('/links', { owner: user.key }) },
    { text: t('nav.report'), icon: 'chart', href: href('/report', { owner: user.key }) },
    null,
    { text: t('people.edit'), icon: 'edit', run: () => editUser(user, changed) },
    !user.disabled && { text: t(waiting ? 'people.invite_again' : 'people.reset'), icon: 'key', run: () => newLink(user, changed) },
    { text: t('people.hand_over'), icon: 'users', href: href(`/people/${encodeURIComponent(user.key)}/hand-over`) },
    user.disabled ? { text: t('people.enable'), icon: 'check', run: () => setDisabled(user, false, changed) }
      : { text: t('people.disable'), icon: 'close', kind: 'bad', run: () => setDisabled(user, true, changed) },
  ].filter((item) => item !== false), { label: name });
}

function columns(changed) {
  return [
    { key: 'name', label: t('people.name'), lead: true, name: userName, cell: lead },
    { key: 'role', label: t('people.role'), bare: true, cell: (user) => t(`role.${user.role}`) },
    { key: 'state', label: t('people.state'), bare: true, cell: stateCell },
    { key: 'links', label: t('people.links'), num: true, cell: (user) => (user.links > 0 ? h('a', { href: href('/links', { owner: user.key }) }, number(user.links)) : '0') },
    {
      key: 'seen', label: t('people.signed_in'), cell: (user) => (user.signed_in_at
        ? h('time', { class: 'soft small', datetime: user.signed_in_at, title: dateTime(user.signed_in_at) }, ago(user.signed_in_at)) : h('span', { class: 'soft small' }, t('people.never'))),
    },
    { key: 'acts', label: t('people.actions'), hidden: true, cls: 'acts', cell: (user) => actions(user, changed) },
  ];
}

const csvColumns = () => [
  [t('people.login'), (user) => user.key], [t('people.name'), (user) => user.name], [t('people.role'), (user) => t(`role.${user.role}`)],
  [t('people.state'), (user) => t(`people.state_${user.state}`)], [t('people.links'), (user) => user.links], [t('people.signed_in'), (user) => user.signed_in_at],
];

export async function show(view) {
  const place = h('div');
  const users = async () => (await api.get('/users', null, { signal: view.signal })).items.sort((a, b) => a.disabled - b.disabled || userName(a).localeCompare(userName(b)));
  async function load() {
    try {
      const rows = await users();
      const list = table({ cls: 'people-table', caption: t('people.title'), columns: columns(load), rowKey: (user) => user.key });
      list.add(rows);
      replace(place, tableBox(list, h('span', { class: 'num' }, t('people.total', { n: number(rows.length), count: rows.length }))));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(t('people.title'));
  append(view.el, pageHead({
    title: t('people.title'), lead: t('people.lead'),
    actions: [tableCsv({ name: t('people.title'), columns: csvColumns(), rows: users }), can('admin') && button(t('people.invite'), { kind: 'main', icon: 'add', run: () => invite(load) })].filter(Boolean),
  }), place);
  replace(place, h('div', { class: 'card flush' }, loading(6)));
  await load();
}
