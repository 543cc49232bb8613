/* SPDX-License-Identifier: MIT */
/* One domain: how it does, whether an app seems to block it, and what people know of that. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime, number } from '../format.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { dialog } from '../components/dialog.js';
import { selectField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { badge, card, failed, loading, notice, pageHead } from '../components/page.js';
import { table } from '../components/table.js';
import { toast } from '../components/toast.js';

const APPS = ['wechat', 'wecom', 'qq', 'douyin', 'kuaishou', 'xiaohongshu', 'weibo', 'alipay', 'dingtalk', 'feishu', 'other'];
const STATES = ['ok', 'suspected', 'blocked'];
const KINDS = { ok: 'good', suspected: 'note', blocked: 'bad' };

function mark(host, start, changed) {
  const box = dialog({
    title: t('domains.mark_title', { host }), body: form({
      fields: [
        selectField({ name: 'app', label: t('domains.block_app'), options: APPS.map((app) => [app, t(`block_app.${app}`)]), value: start.app || 'wechat' }),
        selectField({ name: 'state', label: t('domains.block_state'), options: STATES.map((state) => [state, t(`domains.block_${state}`)]), value: start.state || 'blocked' }),
        textField({ name: 'note', label: t('domains.block_note'), optional: true, value: start.note, attrs: { maxlength: 200 } }),
      ],
      submit: submitButton(t('save')),
      onSubmit: async ({ app, state, note }) => {
        await api.put(`/domains/${api.segment(host)}/blocks/${app}`, { state, note: note || null });
        places.forget('/domains');
        box.close();
        toast(t('domains.marked', { host }));
        changed();
      },
    }).element,
  });
}

function blocksCard(host, blocks, changed) {
  const list = table({
    cls: 'people-table', caption: t('domains.blocks'), rowKey: (row) => row.app, columns: [
      { key: 'app', label: t('domains.block_app'), lead: true, name: (row) => row.app, cell: (row) => t(`block_app.${row.app}`) },
      { key: 'state', label: t('domains.block_state'), bare: true, cell: (row) => badge(t(`domains.block_${row.state}`), KINDS[row.state]) },
      { key: 'since', label: t('domains.block_since'), cell: (row) => h('span', { class: 'small soft', title: dateTime(row.since) }, `${ago(row.since)} · ${row.found ? t('domains.block_found') : row.by || '–'}`) },
      { key: 'note', label: t('domains.block_note'), cls: 'broad', cell: (row) => row.note || '–' },
      can('admin') && { key: 'acts', label: t('domains.actions'), hidden: true, cls: 'acts', cell: (row) => button(t('domains.edit'), { kind: 'small', attrs: { 'aria-label': t('domains.mark_of', { app: t(`block_app.${row.app}`) }) }, run: () => mark(host, row, changed) }) },
    ].filter(Boolean),
  });
  list.add(blocks);
  return card({ title: t('domains.blocks'), actions: can('admin') ? [button(t('domains.mark'), { kind: 'small', run: () => mark(host, {}, changed) })] : [] },
    blocks.length > 0 ? list.element : h('p', { class: 'soft' }, t('domains.blocks_none')));
}

function fact(label, value) {
  return h('li', null, h('span', { class: 'soft' }, `${label}${t('colon')}`), h('span', { class: 'strong' }, value));
}

function figuresCard(report) {
  const when = (time) => (time ? dateTime(time) : '–');
  return card({ title: t('domains.figures') }, h('ul', null,
    fact(t('domains.links_here'), `${number(report.links)}${report.links_exact ? '' : '+'}`),
    fact(t('domains.clicks_30'), number(report.clicks)),
    fact(t('domains.machines_30'), number(Object.entries(report.by_class).reduce((sum, [name, count]) => sum + (name === 'human' ? 0 : count), 0))),
    fact(t('domains.first_click'), when(report.first_click_at)), fact(t('domains.last_click'), when(report.last_click_at)),
    fact(t('domains.wechat_day'), t('domains.wechat_figures', { last: number(report.wechat.last_day), usual: number(report.wechat.usual_day) }))));
}

export async function show(view) {
  const host = view.params.host;
  const place = h('div', { class: 'stack' });
  async function load() {
    try {
      const path = `/domains/${api.segment(host)}`;
      const [domain, report] = await Promise.all([api.get(path, null, { signal: view.signal }), api.get(`${path}/report`, null, { signal: view.signal })]);
      const known = report.blocks.some((row) => row.app === 'wechat' && row.state !== 'ok');
      replace(place, report.wechat.fell && !known && notice('bad', h('p', null, t('domains.fell', { last: number(report.wechat.last_day), usual: number(report.wechat.usual_day) }))),
        domain.state === 'closed' && notice('', t('domains.is_closed_text')), figuresCard(report), blocksCard(domain.host, report.blocks, load));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(host);
  append(view.el, pageHead({
    title: host, back: { href: href('/domains'), text: t('domains.title') },
    actions: [button(t('nav.report'), { icon: 'chart', href: href('/report', { domain: host }) })],
  }), place);
  replace(place, h('div', { class: 'card flush' }, loading(4)));
  await load();
}
