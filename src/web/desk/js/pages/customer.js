/* SPDX-License-Identifier: MIT */
/* One customer: who answers for them, how far they came, and everything that led there, the latest first. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { dateTime, number } from '../format.js';
import { known, t } from '../i18n.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { saveAnswer } from '../download.js';
import { customerName, stageName, stages } from '../deals.js';
import { loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { icon } from '../components/icon.js';
import { menu } from '../components/menu.js';
import { badge, card, failed, loading, notice, pageHead } from '../components/page.js';
import { fail } from '../components/toast.js';
import { editCustomer, forgetCustomer, mergeCustomer } from './customer-acts.js';
import { timeline } from './customer-timeline.js';

function fact(label, ...value) {
  return h('div', null, h('dt', null, label), h('dd', { class: 'any-break' }, value));
}

/** The stages as steps, those reached marked. */
function path(customer, steps) {
  const at = steps.findIndex((stage) => stage.key === customer.stage);
  return h('ol', { class: 'stage-path', 'aria-label': t('customers.stage') }, steps.map((stage, i) => h('li', {
    class: i <= at ? 'reached' : '', 'aria-current': i === at ? 'step' : null,
  }, stageName(stage))));
}

function facts(customer) {
  const tags = customer.tags.map((tag) => h('a', { class: 'tag', href: href('/customers', { tag }) }, tag));
  return h('dl', { class: 'facts' },
    fact(t('customers.owner'), customer.owner ? valueName('owner', customer.owner) : '–'),
    fact(t('customers.tags'), tags.length > 0 ? h('span', { class: 'row tags' }, tags) : '–'),
    customer.notes && fact(t('customers.notes'), h('span', { class: 'notes' }, customer.notes)),
    fact(t('customers.touches'), number(customer.touches)), fact(t('customers.events'), number(customer.events)),
    fact(t('customers.first_touch'), dateTime(customer.first_touch_at)), fact(t('customers.last_touch'), dateTime(customer.last_touch_at)),
    fact(t('customers.last'), dateTime(customer.last_event_at)));
}

function kindName(kind) {
  return known(`customers.kind.${kind}`) ? t(`customers.kind.${kind}`) : kind;
}

function identities(customer) {
  return card({ title: t('customers.identities') }, customer.identities.length === 0 ? h('p', { class: 'soft' }, t('customers.no_identities'))
    : h('dl', { class: 'facts' }, customer.identities.map((one) => fact(kindName(one.kind), one.value ? h('code', { class: 'any-break' }, one.value) : h('span', { class: 'soft' }, t('customers.sealed'))))));
}

function merges(customer) {
  return customer.merges.length > 0 && card({ title: t('customers.merges') }, h('ul', { class: 'stack tight' }, customer.merges.map((one) => h('li', null,
    t(one.by ? 'customers.merged_by' : 'customers.merged_by_hand', { from: one.from, into: one.into, by: one.by && kindName(one.by) }),
    h('span', { class: 'small soft' }, ' ', dateTime(one.time))))));
}

function actions(customer, changed) {
  const exported = () => saveAnswer('GET', `/customers/${customer.id}/export`, {}, `${customer.id}.json`).catch(fail);
  if (!can('customers:write') || customer.forgotten_at) {
    return [button(t('customers.export'), { icon: 'download', run: exported })];
  }
  const more = h('button', { class: 'button only', type: 'button', 'aria-label': t('customers.acts') }, icon('more'));
  return [button(t('customers.edit'), { icon: 'edit', run: () => editCustomer(customer, changed) }), menu(more, () => [
    { text: t('customers.export'), icon: 'download', run: exported },
    { text: t('customers.merge'), icon: 'users', run: () => mergeCustomer(customer) },
    null,
    { text: t('customers.forget'), icon: 'trash', kind: 'bad', run: () => forgetCustomer(customer, changed) },
  ], { label: t('customers.acts') })];
}

const NO_LEAD = '\u00a0'; // keeps its line, so that what stands below does not move

export async function show(view) {
  const place = h('div', null, h('div', { class: 'card flush' }, loading(8)));
  const head = h('div');
  const back = { href: href('/customers'), text: t('customers.title') };
  async function load() {
    try {
      const found = await api.getTagged(`/customers/${api.segment(view.params.id)}`, null, { signal: view.signal });
      const customer = { ...found.data, etag: found.etag };
      const [steps] = await Promise.all([stages(), loadNames('owner', [])]);
      const name = customerName(customer);
      view.setTitle(name);
      replace(head, pageHead({ title: name, lead: customer.name ? customer.id : NO_LEAD, back, actions: actions(customer, load) }));
      replace(place, customer.id !== view.params.id && notice('', t('customers.was_merged', { id: view.params.id, into: customer.id })),
        customer.forgotten_at && notice('', t('customers.is_forgotten', { when: dateTime(customer.forgotten_at) })),
        h('div', { class: 'customer-page' },
          h('div', { class: 'stack' }, timeline(customer, view.signal)),
          h('div', { class: 'stack' }, card({ title: t('customers.stage'), actions: customer.stage ? [] : [badge(t('customers.no_stage'))] }, path(customer, steps)),
            card({ title: t('customers.facts') }, facts(customer)), identities(customer), merges(customer))));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(t('customers.title'));
  replace(head, pageHead({ title: view.params.id, lead: NO_LEAD, back }));
  append(view.el, head, place);
  await load();
}
