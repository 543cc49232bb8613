/* SPDX-License-Identifier: MIT */
/*
 * Clicks as they come in. The ledger is asked for what lies behind the last row, every few seconds and only while somebody
 * looks: a tab in the background asks nothing.
 */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { lang, t } from '../i18n.js';
import { href } from '../router.js';
import { loadNames, valueName } from '../values.js';
import { badge } from '../components/page.js';
import { csvButton, nothing, skeletonRows } from './report-card.js';

const SHOWN = 8;
const BURST = 100; // rows asked for at once
const EVERY_MS = 4000;
const EVERY_MAX_MS = 60000; // after errors

/** The time of day; with its date unless that is today's. */
function timeIn(tz, value) {
  const form = (options) => new Intl.DateTimeFormat(lang(), { timeZone: tz, ...options });
  const day = form({ month: 'numeric', day: 'numeric' });
  const clock = form({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(value));
  const date = day.format(new Date(value));
  return date === day.format(new Date()) ? clock : `${date} ${clock}`;
}

function origin(click) {
  return [click.channel && valueName('channel', click.channel), click.source && valueName('source', click.source)].filter(Boolean).join(' · ') || t('value.unknown');
}

function device(click) {
  return [click.app && valueName('app', click.app), click.os && valueName('os', click.os), [click.region, click.city].filter(Boolean).join(' ')].filter(Boolean).join(' · ');
}

function row(click, tz, fresh) {
  return h('tr', { class: fresh ? 'fresh' : '', dataset: { id: click.id } },
    h('td', null, h('time', { class: 'num small soft', datetime: click.time }, timeIn(tz, click.time))),
    h('td', null, click.link ? h('a', { class: 'link-short cut', href: href(`/links/${click.link}`) }, click.code) : h('span', { class: 'cut' }, click.code || '–')),
    h('td', null, badge(t(`class.${click.class}`), click.class === 'human' ? 'good' : ''), click.qr && badge(t('qr.true'))),
    h('td', { class: 'live-wide' }, h('span', { class: 'cut' }, origin(click))), h('td', { class: 'live-wide' }, h('span', { class: 'cut soft' }, device(click))));
}

/**
 * liveCard({onNew}) -> {element, reload(ctx), now(), close()}; onNew(clicks) is told what came in. Only reports whose period
 * reaches into the present have it follow.
 */
export function liveCard({ onNew, follows }) {
  const body = h('div', { class: 'report-body' }, skeletonRows(SHOWN));
  const dot = h('span', { class: 'live-dot', 'aria-hidden': 'true' });
  const all = h('a', { class: 'small' }, t('report.ledger'));
  let ctx = null;
  let rows = [];
  let timer = 0;
  let pause = EVERY_MS;
  let turn = 0;
  const element = h('section', { class: 'card report-card wide live-card' }, h('div', { class: 'card-head' }, h('h2', null, dot, t('report.card.live')),
    h('div', { class: 'row report-tools no-print' }, all, csvButton(t('report.card.live'), () => rows.length > 0 && {
      name: 'live', head: ['time', 'code', 'class', 'source', 'channel', 'app', 'os'].map((key) => t(`report.live.${key}`)),
      rows: rows.map((click) => [click.time, click.code, t(`class.${click.class}`), ...['source', 'channel', 'app', 'os'].map((dim) => click[dim] && valueName(dim, click[dim]))]),
    }))), body);
  const draw = (fresh = new Set()) => replace(body, rows.length === 0 ? nothing(t('report.live_none')) : h('table', { class: 'table live' },
    h('caption', { class: 'unseen' }, t('report.card.live')),
    h('colgroup', null, ['time', 'code', 'class', 'origin', 'device'].map((name) => h('col', { class: `live-${name}` }))),
    h('thead', { class: 'unseen' }, h('tr', null, ['time', 'code', 'class', 'source', 'app'].map((key) => h('th', { scope: 'col' }, t(`report.live.${key}`))))),
    h('tbody', null, rows.map((click) => row(click, ctx.state.tz, fresh.has(click.id))))));
  const later = () => {
    clearTimeout(timer);
    if (ctx && follows(ctx.state) && !document.hidden && !ctx.signal.aborted) {
      timer = setTimeout(poll, pause);
    }
  };
  const poll = async () => {
    const mine = turn;
    try {
      const query = rows.length > 0 ? { order: 'asc', after: rows[0].id, limit: BURST } : { limit: SHOWN };
      const page = await api.get('/clicks', { ...ctx.query(), ...query }, { signal: ctx.signal });
      if (mine !== turn) {
        return;
      }
      const found = rows.length > 0 ? page.items.reverse() : page.items;
      pause = EVERY_MS;
      if (found.length > 0) {
        rows = [...found, ...rows].slice(0, SHOWN);
        draw(new Set(found.map((click) => click.id)));
        onNew(found);
      }
    } catch (error) {
      if (error.name === 'AbortError') {
        return;
      }
      pause = Math.min(pause * 2, EVERY_MAX_MS); // the rows that are there stay
    }
    later();
  };
  const begin = async () => {
    turn += 1;
    const mine = turn;
    clearTimeout(timer);
    dot.classList.toggle('on', follows(ctx.state));
    all.setAttribute('href', href('/clicks', ctx.query()));
    try {
      const page = await ctx.ask('/clicks', { limit: SHOWN });
      if (mine === turn) {
        rows = page.items;
        draw();
        later();
        loadNames('channel', []).then(() => mine === turn && draw());
      }
    } catch (error) {
      if (error.name !== 'AbortError' && mine === turn) {
        rows = [];
        replace(body, nothing(error.message));
        later();
      }
    }
  };
  document.addEventListener('visibilitychange', later);
  return {
    element,
    reload(next) {
      ctx = next;
      begin();
    },
    now: () => Promise.resolve(),
    close() {
      turn += 1;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', later);
    },
  };
}
