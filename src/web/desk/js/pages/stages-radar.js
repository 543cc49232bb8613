/* SPDX-License-Identifier: MIT */
/* Key events that sales are told of: so many visits, a return after a while, an event of a kind. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { confirm, dialog } from '../components/dialog.js';
import { selectField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { badge, card, empty, failed } from '../components/page.js';
import { fail, toast } from '../components/toast.js';
import { aboutFields, aboutOf, aboutWords, loadAbouts, named } from './stages-rules.js';

const KINDS = ['visits', 'return', 'event'];
const ABOUTS = { visits: ['', 'link', 'channel', 'campaign', 'tag'], return: ['', 'link', 'channel', 'campaign', 'tag'], event: ['type'] };
const DAYS = { visits: 7, return: 30, event: 0 };

function numberField(name, label, value, min, max, hint) {
  return textField({ name, label, hint, type: 'number', value: String(value), attrs: { min, max, step: 1, inputmode: 'numeric' } });
}

/** The fields that a kind of rule has. */
function makeFields(kind) {
  const { about, which } = aboutFields(ABOUTS[kind]);
  return [
    textField({ name: 'name', label: t('radarrule.name'), hint: t('radarrule.name_hint'), attrs: { maxlength: 64 } }),
    kind !== 'event' && about, which,
    kind === 'visits' && numberField('visits', t('radarrule.visits'), 3, 1, 100),
    numberField('days', t(`radarrule.days.${kind}`), DAYS[kind], kind === 'event' ? 0 : 1, kind === 'visits' ? 90 : 365, kind === 'event' && t('radarrule.days_hint')),
  ].filter(Boolean);
}

function addRule(changed) {
  const place = h('div');
  let box = null;
  const kindField = selectField({ name: 'kind', label: t('radarrule.kind'), options: KINDS.map((kind) => [kind, t(`radarrule.kind.${kind}`)]), value: KINDS[0] });
  const draw = () => {
    const kind = kindField.get();
    replace(place, form({
      fields: makeFields(kind), submit: submitButton(),
      onSubmit: async (values) => {
        const about = kind === 'event' ? 'type' : values.about;
        try {
          await api.post('/radar/rules', {
            name: values.name, kind, days: Number(values.days), ...(kind === 'visits' && { visits: Number(values.visits) }), ...(about && { [about]: values.which || null }),
          });
        } catch (error) {
          throw named(error, ['link', 'channel', 'campaign', 'tag', 'type']);
        }
        box.close();
        toast(t('radarrule.added'));
        changed();
      },
    }).element);
  };
  kindField.control.addEventListener('change', draw);
  draw();
  box = dialog({ title: t('radarrule.add'), body: h('div', { class: 'stack' }, kindField.element, place) });
}

async function remove(rule, changed) {
  if (await confirm({ title: t('radarrule.delete_title', { name: rule.name }), text: t('radarrule.delete_text'), action: t('rule.delete'), bad: true })) {
    await api.del(`/radar/rules/${rule.id}`);
    toast(t('rule.deleted'));
    changed();
  }
}

async function turn(rule, changed) {
  await api.patch(`/radar/rules/${rule.id}`, { enabled: !rule.enabled });
  changed();
}

function words(rule) {
  const about = aboutWords(rule, ABOUTS[rule.kind]);
  const after = { visits: t('radarrule.says.visits', { n: rule.visits, days: rule.days, count: rule.visits }), return: t('radarrule.says.return', { n: rule.days, count: rule.days }), event: t('radarrule.says.event') };
  return [t(`radarrule.when.${rule.kind}`), ' ', aboutOf(rule, ABOUTS[rule.kind]) ? about : h('span', null, about), ' ', after[rule.kind]];
}

function row(rule, write, changed) {
  return h('li', { class: 'rule-line', dataset: { id: rule.id } }, h('div', null, h('p', { class: 'row' }, h('span', { class: 'strong any-break' }, rule.name), !rule.enabled && badge(t('radarrule.off'))),
    h('p', { class: 'small soft' }, words(rule))),
  write && h('div', { class: 'row' }, button(t(rule.enabled ? 'radarrule.turn_off' : 'radarrule.turn_on'), { kind: 'small', run: () => turn(rule, changed).catch(fail), attrs: { 'aria-label': `${t(rule.enabled ? 'radarrule.turn_off' : 'radarrule.turn_on')} ${rule.name}` } }),
    button(t('radarrule.delete_of', { name: rule.name }), { kind: 'plain small', icon: 'trash', iconOnly: true, run: () => remove(rule, changed).catch(fail) })));
}

/** {element, load()} */
export function radarRules(signal) {
  const element = h('div');
  const write = can('customers:write');
  const load = async () => {
    try {
      const { items } = await api.get('/radar/rules', null, { signal });
      await loadAbouts(items);
      const add = () => button(t('radarrule.add'), { kind: items.length > 0 ? '' : 'main', icon: 'add', run: () => addRule(load) });
      replace(element, card({ title: t('radarrule.title'), cls: 'radar-rules', actions: write && items.length > 0 ? [add()] : [] }, items.length > 0
        ? h('ul', { class: 'rule-lines' }, items.map((rule) => row(rule, write, load)))
        : empty({ icon: 'radar', title: t('radarrule.none'), text: t('radarrule.none_text'), action: write && add() })));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(element, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  };
  return { element, load };
}
