/* SPDX-License-Identifier: MIT */
/*
 * A card of a report: it asks its question when it comes into sight, keeps its height meanwhile, says what went wrong in
 * its own place, and gives what it shows as CSV.
 */
import { append, debounce, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import * as prefs from '../prefs.js';
import { saveCsv } from '../csv.js';
import { button } from '../components/button.js';
import { failed } from '../components/page.js';

const NEAR = '600px'; // so that cards have found their height before they are seen
const KEEP_AFTER_MS = 150;

/** A button that saves {name, head, rows}, or does nothing while there is nothing. */
export function csvButton(what, table) {
  return button(t('report.csv_of', { name: what }), {
    kind: 'plain small', icon: 'download', iconOnly: true, attrs: { dataset: { csv: '' } },
    run: () => {
      const found = table();
      if (found) {
        saveCsv(found.name, found.head, found.rows);
      }
    },
  });
}

/** Grey bars, as many as there will be rows. */
export function skeletonRows(rows) {
  return h('div', { class: 'bar-skeletons', 'aria-hidden': 'true' },
    Array.from({ length: rows }, (_, i) => h('div', { class: 'skeleton', style: { width: `${96 - i * 8}%` } })));
}

export function nothing(text) {
  return h('p', { class: 'report-none soft' }, text || t('report.none'));
}

/* How high cards were when they were last seen at this width: what comes is rarely of another height, so a card with one row
 * asks in the room of one, and nothing moves when it comes. */
function heights() {
  const kept = prefs.get('cards');
  return kept?.width === innerWidth ? kept.heights : {};
}

function keepHeight(name, element) {
  const height = element.offsetHeight;
  if (height > 0 && height !== heights()[name]) {
    prefs.set('cards', { width: innerWidth, heights: { ...heights(), [name]: height } });
  }
}

/** The element in the height it had. letGo() lets it have its own, which is kept, as that of its neighbour may change it yet. */
function holdHeight(name, element) {
  const height = name && heights()[name];
  const seen = new ResizeObserver(debounce(() => keepHeight(name, element), KEEP_AFTER_MS));
  Object.assign(element.style, height ? { height: `${height}px`, overflow: 'clip' } : {});
  return {
    letGo() {
      Object.assign(element.style, { height: '', overflow: '' });
      if (name) {
        seen.observe(element);
      }
    },
    close: () => seen.disconnect(),
  };
}

/**
 * reportCard({name, title, cls, tools, skeleton, load(ctx, body), csv()}) -> {element, body, reload(ctx), now(), close()}.
 * `name` is what its height is remembered by. reload() asks at once when the card is in sight, else when it gets there;
 * now() asks in any case and resolves when it is drawn.
 */
export function reportCard({ name, title, cls = '', tools = [], skeleton, load, csv }) {
  const body = h('div', { class: 'report-body' }, skeleton);
  const element = h('section', { class: `card report-card ${cls}` },
    h('div', { class: 'card-head' }, h('h2', null, title), h('div', { class: 'row report-tools no-print' }, tools, csv && csvButton(title, csv))), body);
  const held = holdHeight(name, element);
  let ctx = null;
  let stale = false;
  let near = false;
  let turn = 0;
  const run = async () => {
    stale = false;
    turn += 1;
    const mine = turn;
    const asked = ctx;
    body.setAttribute('aria-busy', 'true');
    try {
      await load(asked, body);
    } catch (error) {
      if (mine === turn && error.name !== 'AbortError') {
        replace(body, failed(error, run));
      }
    } finally {
      if (mine === turn) {
        body.removeAttribute('aria-busy');
        held.letGo();
      }
    }
  };
  const observer = new IntersectionObserver((entries) => {
    near = entries.at(-1).isIntersecting;
    if (near && stale) {
      run();
    }
  }, { rootMargin: NEAR });
  observer.observe(element);
  return {
    element, body,
    reload(next) {
      ctx = next;
      stale = true;
      if (near) {
        run();
      }
    },
    now: () => (stale ? run() : Promise.resolve()),
    close() {
      observer.disconnect();
      held.close();
    },
  };
}

/** Two columns of cards where there is room. */
export function cardGrid(cards) {
  return append(h('div', { class: 'report-grid' }), cards.map((one) => one.element));
}
