/* SPDX-License-Identifier: MIT */
/* The steps that events lead to, and the rules by which customers are tagged and sales are told. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { labelName, t } from '../i18n.js';
import { can } from '../session.js';
import { forgetStages, stageName } from '../deals.js';
import { button } from '../components/button.js';
import { confirm } from '../components/dialog.js';
import { icon } from '../components/icon.js';
import { menu } from '../components/menu.js';
import { card, failed, loading, pageHead } from '../components/page.js';
import { fail, toast } from '../components/toast.js';
import { editStages, eventName } from './stages-editor.js';
import { radarRules } from './stages-radar.js';
import { tagRules } from './stages-tags.js';

async function choosePreset(preset, changed) {
  const sure = await confirm({ title: t('stages.preset_title', { name: labelName(preset) }), text: t('stages.recount'), action: t('stages.preset_do') });
  if (!sure) {
    return;
  }
  try {
    await api.put('/stages', { preset: preset.key });
    toast(t('stages.saved'));
    changed();
  } catch (error) {
    fail(error);
  }
}

function actions(said, changed) {
  if (!can('admin')) {
    return [];
  }
  const presets = h('button', { class: 'button', type: 'button' }, t('stages.presets'), icon('down'));
  return [
    menu(presets, () => said.presets.map((preset) => ({ text: labelName(preset), checked: preset.key === said.preset, run: () => choosePreset(preset, changed) })), { label: t('stages.presets') }),
    button(t('stages.edit'), { icon: 'edit', run: () => editStages(said.stages, changed) }),
  ];
}

function steps(said) {
  return h('ol', { class: 'stage-list' }, said.stages.map((stage, i) => h('li', { class: 'stage-row', dataset: { stage: stage.key } }, h('span', { class: 'deal-number', 'aria-hidden': 'true' }, i + 1),
    h('div', { class: 'stack tight' }, h('h3', { class: 'any-break' }, stageName(stage)),
      i === 0 ? h('p', { class: 'small soft' }, t('stages.first'))
        : stage.events.length === 0 ? h('p', { class: 'small soft' }, t('stages.no_events')) : h('p', { class: 'row tags' }, stage.events.map((event) => h('span', { class: 'tag' }, eventName(event))))))));
}

function stagesCard(signal) {
  const element = h('div');
  const load = async () => {
    try {
      const said = await api.get('/stages', null, { signal });
      replace(element, card({ title: t('stages.steps'), actions: actions(said, () => { forgetStages(); load(); }) }, h('div', { class: 'stack' },
        h('p', { class: 'small soft' }, t(said.preset ? 'stages.is_preset' : 'stages.is_own'), ' ', t('stages.steps_hint')), steps(said))));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(element, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  };
  return { element, load };
}

export async function show(view) {
  const parts = [stagesCard(view.signal), tagRules(view.signal), radarRules(view.signal)];
  view.setTitle(t('stages.title'));
  const place = h('div', { class: 'stack' }, h('div', { class: 'card' }, loading(12)));
  append(view.el, pageHead({ title: t('stages.title'), lead: t('stages.lead') }), place);
  await Promise.all(parts.map((part) => part.load()));
  replace(place, parts.map((part) => part.element)); // all at once, so that none pushes another away
}
