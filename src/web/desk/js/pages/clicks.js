/* SPDX-License-Identifier: MIT */
/* The ledger: every request, with the reason why it counts or does not. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { exactTime, number } from '../format.js';
import { t } from '../i18n.js';
import { breakable } from '../link.js';
import { href } from '../router.js';
import { loadNames, valueName } from '../values.js';
import { badge, empty, failed, loading, pageHead, segments } from '../components/page.js';
import { CLASSES } from '../components/balance.js';
import { button } from '../components/button.js';
import { table, tableBox } from '../components/table.js';
import { fail } from '../components/toast.js';

const PAGE_ROWS = 100;

function why(click) {
  return h('div', null, h('span', { class: 'row' }, badge(t(`class.${click.class}`), click.class === 'human' ? 'good' : ''),
    click.outcome !== 'redirect' && badge(t(`outcome.${click.outcome}`), 'note'), click.repeat && badge(t('clicks.repeat')), click.qr && badge(t('clicks.qr')), click.test && badge(t('clicks.test'), 'note')),
  click.why && h('p', { class: 'small soft' }, click.why));
}

function origin(click) {
  const parts = [click.source && valueName('source', click.source), click.channel && valueName('channel', click.channel), click.utm_medium && `utm_medium=${click.utm_medium}`].filter(Boolean);
  return h('div', null, h('span', null, parts[0] || t('clicks.unknown')), parts.length > 1 && h('p', { class: 'small soft any-break' }, parts.slice(1).join(' · ')));
}

function device(click) {
  const known = ['app', 'os', 'browser'].filter((dim) => click[dim] && click[dim] !== `${click.app}-webview`); // an app's own browser is the app
  return h('div', null, known.map((dim) => valueName(dim, click[dim])).join(' · ') || t('clicks.unknown'),
    h('p', { class: 'small soft' }, [click.country && valueName('country', click.country), click.region, click.city, click.ip].filter(Boolean).join(' · ')));
}

function columns() {
  return [
    { key: 'time', label: t('clicks.time'), lead: true, cls: 'narrow', cell: (click) => h('time', { class: 'num', datetime: click.time }, exactTime(click.time)) },
    { key: 'link', label: t('clicks.link'), cell: (click) => (click.link ? h('a', { href: href(`/links/${click.link}`) }, breakable(`${click.host}/${click.code}`)) : click.code || '–') },
    { key: 'class', label: t('clicks.class'), cell: why },
    { key: 'source', label: t('clicks.source'), cell: origin },
    { key: 'device', label: t('clicks.device'), cell: device },
  ];
}

export async function show(view) {
  const conditions = () => [...view.query].filter(([name]) => !['cursor', 'limit', 'format'].includes(name));
  const place = h('div');
  const chosen = () => view.query.get('class') || 'all';

  const load = async () => {
    replace(place, h('div', { class: 'card' }, loading(8)));
    const query = conditions().reduce((all, [name, value]) => ({ ...all, [name]: [...(all[name] || []), value] }), {});
    const pages = api.pager('/clicks', { period: 'all', ...query, limit: PAGE_ROWS, count: 'true' }, { signal: view.signal });
    try {
      const [first] = await Promise.all([pages.more(), loadNames('channel', [])]);
      if (first.length === 0) {
        replace(place, h('div', { class: 'card' }, empty({ icon: 'list', title: t('clicks.none'), text: t('clicks.none_text') })));
        return;
      }
      const list = table({ caption: t('clicks.title'), columns: columns(), rowKey: (click) => click.id });
      const foot = h('div', { class: 'row far grow' });
      const drawFoot = () => replace(foot, h('span', { role: 'status' }, pages.total === null ? '' : t('clicks.total', { n: number(pages.total), count: pages.total })),
        !pages.done && button(t('links.more'), { kind: 'small', run: () => pages.more().then((rows) => { list.add(rows); drawFoot(); }, fail) }));
      list.add(first);
      drawFoot();
      replace(place, tableBox(list, foot));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  };
  const csvAddress = () => api.apiUrl('/clicks', new URLSearchParams([...conditions(), ['format', 'csv'], ['bom', 'true']]));
  const csv = button(h('span', { class: 'wide-text' }, t('table.csv')), { icon: 'download', href: csvAddress(), attrs: { download: 'clicks.csv' } });
  const pick = (value) => {
    const query = new URLSearchParams(conditions().filter(([name]) => name !== 'class'));
    query.set('class', value);
    view.setQuery(query);
    csv.setAttribute('href', csvAddress());
    load();
  };
  view.setTitle(t('clicks.title'));
  append(view.el, pageHead({ title: t('clicks.title'), lead: t('clicks.lead'), actions: [csv] }),
    h('div', { class: 'stack' }, h('div', { class: 'scroll-x' }, segments(t('clicks.class'), ['all', ...CLASSES].map((name) => [name, t(`class.${name}`)]), chosen(), pick)), place));
  await load();
}
