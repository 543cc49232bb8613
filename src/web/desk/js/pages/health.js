/* SPDX-License-Identifier: MIT */
/* How the installation is: what needs a look first, then the figures; and a backup at a press. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, bytes, dateTime, number } from '../format.js';
import { t } from '../i18n.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { badge, card, failed, loading, pageHead } from '../components/page.js';
import { fail, toast } from '../components/toast.js';

const FRESH_MS = 10000;
const KINDS = { ok: 'good', warn: 'note', fail: 'bad' };

function seconds(ms) {
  return t('health.seconds', { n: number(Math.round(ms / 100) / 10) });
}

/** What a check is about, in one figure. */
const FIGURES = {
  dropped_clicks: (health) => number(health.ledger.dropped),
  journal_lag: (health) => t('health.lag', { n: number(health.ledger.lag_records), time: seconds(health.ledger.lag_ms) }),
  disk: (health) => (health.stores.disk_free_bytes === null ? '–' : t('health.free', { size: bytes(health.stores.disk_free_bytes) })),
  wal: (health) => bytes(health.stores.wal_bytes),
  backups: (health) => (health.stores.backup_at ? ago(health.stores.backup_at) : t('health.no_backup')),
};

function checkRows(health) {
  return h('ul', { class: 'checks' }, health.checks.map((check) => h('li', { class: 'check-row', dataset: { check: check.name } },
    h('div', { class: 'grow' }, h('p', { class: 'strong' }, t(`health.check_${check.name}`)),
      h('p', { class: 'small soft' }, t(check.status === 'ok' ? `health.why_${check.name}` : `health.bad_${check.name}`))),
    h('span', { class: 'num' }, FIGURES[check.name](health)), badge(t(`health.status_${check.status}`), KINDS[check.status]))));
}

function facts(rows) {
  return h('dl', { class: 'facts' }, rows.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', { class: 'num any-break' }, value))));
}

function balanceLine({ ledger }) {
  return h('div', { class: `balance${ledger.dropped > 0 ? ' odd' : ''}` }, h('p', null, h('strong', null, t('balance.title')), ' ',
    t('health.balance', { answered: number(ledger.answered), ingested: number(ledger.ingested), pending: number(ledger.lag_records), dropped: number(ledger.dropped) })),
  h('p', { class: 'small soft' }, t('health.balance_since')));
}

function draw(health) {
  const { ledger, stores } = health;
  const size = (value) => (value === null ? '–' : bytes(value));
  return [
    card({ title: t('health.ledger') }, balanceLine(health)),
    card({ title: t('health.checks') }, checkRows(health)),
    card({ title: t('health.figures') }, facts([
      [t('health.version'), health.version],
      [t('health.started'), `${dateTime(health.started_at)} · ${ago(health.started_at)}`],
      [t('health.database'), size(stores.database_bytes)],
      [t('health.journal'), bytes(ledger.journal_bytes)],
      [t('health.memory'), size(stores.memory_bytes)],
      [t('health.links'), number(stores.links_in_memory)],
      [t('health.unknown'), number(ledger.unknown_excess)],
      [t('health.bad_records'), number(ledger.bad_records)],
      [t('health.backup_at'), stores.backup_at ? dateTime(stores.backup_at) : t('health.no_backup')],
      [t('health.backup_every'), stores.backup_every_s > 0 ? t('health.hours', { n: number(stores.backup_every_s / 3600) }) : t('health.by_hand')],
    ])),
  ];
}

async function backup(changed) {
  try {
    const made = await api.post('/backup');
    toast(t('health.backed_up', { name: made.name, size: bytes(made.bytes) }));
    changed();
  } catch (error) {
    fail(error);
  }
}

export async function show(view) {
  const place = h('div', { class: 'stack' });
  async function load() {
    try {
      const health = await api.get('/health', null, { signal: view.signal });
      replace(place, draw(health));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(t('health.title'));
  append(view.el, pageHead({
    title: t('health.title'), lead: t('health.lead'),
    actions: can('admin') ? [button(t('health.backup'), { icon: 'archive', run: () => backup(load) })] : [],
  }), place);
  replace(place, h('div', { class: 'card flush' }, loading(6)));
  await load();
  const timer = setInterval(() => { if (!document.hidden) { load(); } }, FRESH_MS);
  return () => clearInterval(timer);
}
