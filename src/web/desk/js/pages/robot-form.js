/* SPDX-License-Identifier: MIT */
/* The box in which a notification robot is added or changed. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { isChinese, t } from '../i18n.js';
import { dialog } from '../components/dialog.js';
import { selectField, switchField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { secretDialog } from '../components/secret.js';
import { zoneField } from '../components/zonepicker.js';
import { who } from '../session.js';

export const KINDS = ['wecom', 'dingtalk', 'feishu', 'slack', 'webhook'];
export const NOTICES = ['pool_empty', 'target_nearly_full', 'target_full', 'target_ending', 'target_ended', 'disk', 'clicks_dropped', 'backup_overdue', 'domain_blocked', 'domain_suspected', 'link_opened', 'link_reopened', 'link_forwarded', 'key_event'];
const SIGNED = ['dingtalk', 'feishu'];
const MARKED = ['wecom', 'dingtalk'];

/** What it is told of, as one field of the form. */
function noticesField(chosen) {
  const boxes = NOTICES.map((kind) => switchField({ name: `notice-${kind}`, label: t(`robots.notice_${kind}`), value: chosen.includes(kind) }));
  const error = h('p', { class: 'error', hidden: true, role: 'alert' });
  return {
    name: 'notices', control: boxes[0].control, setNote() {},
    element: h('fieldset', { class: 'field', dataset: { field: 'notices' } }, h('legend', { class: 'strong' }, t('robots.notices')), boxes.map((box) => box.element), error),
    get: () => NOTICES.filter((kind, i) => boxes[i].get()),
    set: (kinds) => boxes.forEach((box, i) => box.set(kinds.includes(NOTICES[i]))),
    setError(text) {
      error.textContent = text || '';
      error.hidden = !text;
    },
  };
}

function makeFields(robot) {
  const time = (name, value) => textField({ name, label: t(`robots.${name}`), type: 'time', optional: true, value });
  return {
    kind: selectField({ name: 'kind', label: t('robots.kind'), options: KINDS.map((kind) => [kind, t(`robots.kind_${kind}`)]), value: robot?.kind || KINDS[0] }),
    name: textField({ name: 'name', label: t('robots.name'), hint: t('robots.name_hint'), value: robot?.name, attrs: { maxlength: 128 } }),
    url: textField({ name: 'url', label: t('robots.url'), type: 'url', placeholder: robot?.url || 'https://', hint: robot && t('robots.url_keep'), attrs: { spellcheck: 'false' } }),
    secret: textField({ name: 'secret', label: t('robots.secret'), optional: true, hint: robot?.has_secret ? t('robots.secret_keep') : undefined, attrs: { spellcheck: 'false' } }),
    language: selectField({ name: 'language', label: t('robots.language'), options: [['zh', '中文'], ['en', 'English']], value: robot?.language || (isChinese() ? 'zh' : 'en') }),
    markdown: switchField({ name: 'markdown', label: t('robots.markdown'), hint: t('robots.markdown_hint'), value: robot?.markdown }),
    quiet_from: time('quiet_from', robot?.quiet?.from),
    quiet_to: time('quiet_to', robot?.quiet?.to),
    quiet_zone: zoneField({ name: 'quiet_zone', label: t('zone.label'), optional: true, hint: t('robots.quiet_zone_hint', { zone: who().install.timezone }), value: robot?.quiet?.zone || '' }),
    notices: noticesField(robot ? robot.notices : NOTICES),
  };
}

/** What the API is sent: of a robot that exists only what was entered. */
function bodyOf(robot, values) {
  const body = {
    name: values.name, language: values.language, notices: values.notices,
    quiet: values.quiet_from && values.quiet_to ? { from: values.quiet_from, to: values.quiet_to, zone: values.quiet_zone || null } : null,
  };
  if (!robot) {
    body.kind = values.kind;
  }
  if (values.url || !robot) {
    body.url = values.url;
  }
  if (values.secret && SIGNED.includes(values.kind)) {
    body.secret = values.secret;
  }
  if (MARKED.includes(values.kind)) {
    body.markdown = values.markdown;
  }
  return body;
}

export function showSecret(robot) {
  return secretDialog({ title: t('robots.secret_made', { name: robot.name }), text: t('robots.secret_made_text'), secret: robot.secret, note: t('robots.secret_made_note') });
}

/** robot = null: another one. saved(robot) once it is. */
export function editRobot(robot, saved) {
  const fields = makeFields(robot);
  const help = h('p', { class: 'small soft' });
  const submit = submitButton(robot ? t('save') : t('robots.save_new'));
  const fit = () => {
    const kind = fields.kind.get();
    replace(help, t(`robots.help_${kind}`));
    fields.secret.element.hidden = !SIGNED.includes(kind);
    fields.markdown.element.hidden = !MARKED.includes(kind);
  };
  fields.kind.control.addEventListener('change', fit);
  fields.kind.control.disabled = Boolean(robot);
  fit();
  const { kind, name, url, secret, language: words, markdown, quiet_from: from, quiet_to: to, quiet_zone: quietZone, notices } = fields;
  const box = dialog({
    title: t(robot ? 'robots.edit' : 'robots.add'), wide: true, body: form({
      fields: Object.values(fields), submit,
      body: [kind.element, help, name.element, url.element, secret.element, words.element, markdown.element,
        h('div', { class: 'pair' }, from.element, to.element), quietZone.element, h('p', { class: 'small soft' }, t('robots.quiet_hint')), notices.element, submit],
      onSubmit: async (values) => {
        const body = bodyOf(robot, values);
        const stored = robot ? await api.patch(`/robots/${robot.id}`, body) : await api.post('/robots', body);
        box.close();
        saved(stored);
        if (stored.secret) {
          await showSecret(stored);
        }
      },
    }).element,
  });
}
