/* SPDX-License-Identifier: MIT */
/* The simulator: who comes when from where, and what they would get by the rules on the screen, stored or not. */
import * as api from '../api.js';
import { debounce, h, replace } from '../dom.js';
import { fromLocalInput, number, toLocalInput } from '../format.js';
import { t } from '../i18n.js';
import { pictureUrl } from '../picture.js';
import { combobox } from '../components/combobox.js';
import { selectField, textField } from '../components/field.js';
import { icon } from '../components/icon.js';
import { card, notice } from '../components/page.js';
import { problemText } from '../components/toast.js';
import { nameOf } from './link-target.js';
import { FACTS } from './rules-values.js';

const ASK_AFTER_MS = 350;
const PROFILES = ['wechat', 'wechat-android', 'wechat-single', 'wechat-group', 'wechat-moments', 'wecom', 'qq', 'douyin', 'xiaohongshu', 'safari', 'android', 'desktop', 'bot'];
const OWN = 'own';

function makeFields() {
  const text = (name, more = {}) => textField({ name: `try-${name}`, label: t(`rules.try_${name}`), optional: true, ...more });
  const place = (name) => combobox({
    name: `try-${name}`, label: t(`rules.fact_${name}`), optional: true, allowNew: true, source: FACTS[name].source,
  });
  return {
    as: selectField({ name: 'try-as', label: t('rules.try_as'), options: [...PROFILES.map((one) => [one, t(`rules.as_${one}`)]), [OWN, t('rules.as_own')]], value: 'wechat' }),
    agent: text('agent', { placeholder: 'Mozilla/5.0 …', attrs: { maxlength: 1024, spellcheck: 'false' } }),
    time: textField({ name: 'try-time', label: t('rules.try_time'), type: 'datetime-local', value: toLocalInput(new Date().toISOString()) }),
    visitor: selectField({ name: 'try-visitor', label: t('rules.fact_visitor'), options: ['new', 'returning'].map((one) => [one, t(`rules.visitor_${one}`)]), value: 'new' }),
    country: place('country'), region: place('region'), city: place('city'),
    ip: text('ip', { placeholder: '203.0.113.7', attrs: { maxlength: 64 } }),
    query: text('query', { placeholder: 'utm_campaign=spring&lp_ch=poster-3', attrs: { maxlength: 1024, spellcheck: 'false' } }),
    language: text('language', { placeholder: 'zh-CN', attrs: { maxlength: 64 } }),
    referrer: text('referrer', { placeholder: 'https://mp.weixin.qq.com/', attrs: { maxlength: 512, spellcheck: 'false' } }),
  };
}

function bodyOf(fields) {
  const place = Object.fromEntries(['country', 'region', 'city'].map((name) => [name, fields[name].get()]).filter(([, value]) => value));
  const own = fields.as.get() === OWN;
  return {
    ...(own ? {} : { as: fields.as.get() }), ...(own && fields.agent.get() ? { user_agent: fields.agent.get() } : {}),
    time: fromLocalInput(fields.time.get()) || new Date().toISOString(), visitor: fields.visitor.get(),
    ...(Object.keys(place).length > 0 ? { place } : {}),
    ...Object.fromEntries(['ip', 'query', 'language', 'referrer'].map((name) => [name, fields[name].get()]).filter(([, value]) => value)),
  };
}

/* ---- the answer ---- */

function goal(said) {
  const { target, url, end } = said;
  const name = end === 'target' ? nameOf(target) : t(`rules.end_${end}`);
  return h('div', { class: 'try-goal' },
    target?.image ? h('img', { src: pictureUrl(target.image), alt: '' }) : h('span', { class: 'try-icon' }, icon(end === 'target' ? 'check' : end === 'url' ? 'link' : 'warn')),
    h('div', { class: 'grow' }, h('p', { class: 'strong any-break' }, name), url && h('p', { class: 'small soft any-break' }, url)));
}

function stepsOf(said, rules) {
  const asked = new Map(said.steps.map((step) => [step.rule, step]));
  const decides = said.end === 'target' ? said.steps.find((step) => step.held && step === said.steps.at(-1))?.rule : undefined;
  return h('ol', { class: 'try-steps' }, rules.map((rule, i) => {
    const step = asked.get(i);
    const state = !rule.enabled ? 'off' : !step ? 'later' : step.held ? (i === decides ? 'yes' : 'dry') : 'no';
    return h('li', { class: `try-step ${state}` }, icon({ yes: 'check', no: 'close', dry: 'warn' }[state] || 'more'),
      h('div', { class: 'grow' }, h('p', { class: 'any-break' }, h('span', { class: 'num strong' }, t('rules.rule_n', { n: number(i + 1) })), rule.name && ` ${rule.name}`),
        h('p', { class: 'small soft any-break' }, step && !step.held ? step.why : t(`rules.step_${state}`))));
  }));
}

/**
 * simulator({path, signal, rules(), weights(), told(answer | null, problem)}) -> {element, ask()}: told gets what the API says of the
 * rules, with its warnings, or why it does not take them.
 */
export function simulator({ path, signal, rules, weights, told }) {
  const fields = makeFields();
  const answer = h('div', { class: 'try-answer stack tight', 'aria-live': 'polite' });
  let turn = 0;
  const run = async () => {
    turn += 1;
    const mine = turn;
    const list = rules();
    Object.values(fields).forEach((field) => field.setError(''));
    try {
      const said = await api.post(path, { ...bodyOf(fields), rules: list, weights: weights() }, { signal });
      if (mine === turn) {
        replace(answer, goal(said), said.why && h('p', { class: 'any-break' }, said.why), said.class !== 'human' && notice('', t('rules.not_human')), list.length > 0 && stepsOf(said, list));
        told(said, null);
      }
    } catch (problem) {
      if (mine !== turn || problem.name === 'AbortError') {
        return;
      }
      const own = [...(problem.fields || [])].filter(([name]) => !name.startsWith('rules') && name !== 'weights');
      own.forEach(([name, text]) => (fields[name === 'user_agent' ? 'agent' : name] || fields.as).setError(text));
      replace(answer, notice(own.length > 0 ? 'bad' : '', own.length > 0 || problem.status !== 422 ? problemText(problem) : t('rules.try_unfinished')));
      told(null, problem);
    }
  };
  const soon = debounce(run, ASK_AFTER_MS);
  const fit = () => { fields.agent.element.hidden = fields.as.get() !== OWN; };
  const { as, agent, time, visitor, country, region, city, ip, query, language, referrer } = fields;
  const form = h('div', { class: 'stack tight try-form' }, as.element, agent.element, time.element, h('div', { class: 'form-pair' }, region.element, city.element),
    h('details', null, h('summary', null, t('rules.try_more')), h('div', { class: 'stack tight' }, visitor.element, country.element, ip.element, query.element, language.element, referrer.element)));
  form.addEventListener('input', soon);
  form.addEventListener('change', () => { fit(); soon(); });
  fit();
  return { element: card({ title: t('rules.try'), cls: 'try-card' }, h('p', { class: 'small soft' }, t('rules.try_lead')), form, answer), ask: soon, now: run };
}
