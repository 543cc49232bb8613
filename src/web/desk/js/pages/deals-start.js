/* SPDX-License-Identifier: MIT */
/* Where nothing happened after the clicks yet: how the first event gets here. */
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { can, who } from '../session.js';
import { copyButton } from '../components/copy.js';
import { icon } from '../components/icon.js';

/** Bringing deals in concerns everybody: not for who is bound to some links. */
export function mayImport() {
  return can('events:write') && !who().owner && !who().domain;
}

/** The call that tells of a deal, as it can be run from here. */
function command() {
  return [`curl "${location.origin}/api/v1/events" \\`, '  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\',
    `  -d '{"type": "deal", "value": 19900, "currency": "CNY", "click_id": "CLICK_ID", "customer": {"external_id": "order-1001"}}'`].join('\n');
}

function step(number, ...children) {
  return h('li', { class: 'deal-step' }, h('span', { class: 'deal-number', 'aria-hidden': 'true' }, number), h('div', { class: 'stack tight' }, children));
}

/** Three steps from a link to a credited deal; `page` is the name of what will be seen then. */
export function startDeals(title) {
  return h('section', { class: 'card deals-start' }, icon('flag'), h('h2', null, title), h('p', { class: 'soft' }, t('deals.start')),
    h('ol', { class: 'deal-steps' },
      step(1, h('h3', null, t('deals.step.link')), h('p', null, t('deals.step.link_text')), h('p', null, h('a', { href: href('/new', { click_id_param: 'lp_click' }) }, t('deals.step.link_do')))),
      step(2, h('h3', null, t('deals.step.send')), h('p', null, t('deals.step.send_text')),
        h('pre', { class: 'code', tabindex: '0' }, command()), h('div', { class: 'row' }, copyButton(command, { kind: 'small' }), h('a', { href: href('/keys') }, t('nav.keys'))),
        mayImport() && h('p', null, t('deals.step.table'), ' ', h('a', { href: href('/customers/import') }, t('deals.import')))),
      step(3, h('h3', null, t('deals.step.read')), h('p', null, t('deals.step.read_text')))));
}
