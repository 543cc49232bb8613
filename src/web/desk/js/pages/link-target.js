/* SPDX-License-Identifier: MIT */
/* One target of a live code filled in: a new one of a kind, or one that is there. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { fromLocalInput, toLocalInput } from '../format.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { ACCEPTED, pictureUrl, takesFiles, uploadPicture } from '../picture.js';
import { busyWhile, button } from '../components/button.js';
import { dialog } from '../components/dialog.js';
import { selectField, textArea, textField, wrapField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { fail, toast } from '../components/toast.js';

const WITH_PICTURE = ['qr', 'staff', 'mini_program'];
const GROUP_DAYS = 7; // how long WeChat keeps a group's code
const GROUP_PLACES = 200; // members until which a group can be joined by its code

export function hasPicture(target) {
  return WITH_PICTURE.includes(target.kind);
}

/** What people call it. */
export function nameOf(target) {
  return target.name || target.title || target.url || t(`live.kind_${target.kind}`);
}

/** When a group's code that was made just now ends. */
export function groupCodeEnds() {
  return new Date(Date.now() + GROUP_DAYS * 86400000).toISOString();
}

/** A picture to choose, drop or photograph; get() gives its id. `read(image)` is told what was uploaded. */
function pictureField({ value, kind, read }) {
  let id = value || null;
  const box = h('input', { type: 'file', class: 'unseen', accept: ACCEPTED });
  const seen = h('div', { class: 'picture-seen' });
  const show = () => replace(seen, id ? h('img', { src: pictureUrl(id), alt: t('live.picture') }) : h('span', { class: 'soft small' }, t('live.drop')));
  const choose = button(t('live.choose'), { icon: 'upload', run: () => box.click() });
  const take = (file) => busyWhile(choose, async () => {
    field.setError('');
    try {
      const image = await uploadPicture(file, { code: kind === 'qr' });
      if (image) {
        id = image.id;
        show();
        read(image);
      }
    } catch (problem) {
      field.setError(problem.fields?.get('image') || problem.message);
    }
  });
  const body = h('div', { class: 'picture-box' }, seen, h('div', { class: 'row' }, choose, box));
  box.addEventListener('change', () => {
    if (box.files[0]) {
      take(box.files[0]);
      box.value = '';
    }
  });
  takesFiles(body, take);
  const field = wrapField({
    name: 'image', label: t('live.picture'), control: box, body, get: () => id, set: (next) => { id = next; show(); },
    hint: t(kind === 'qr' ? 'live.picture_code' : 'live.picture_any'),
  });
  show();
  return field;
}

function count(name, label, value, attrs = {}) {
  return textField({ name, label, optional: true, type: 'number', value: value ?? '', attrs: { min: 0, inputmode: 'numeric', ...attrs } });
}

/** Who answers for it, of all who work here; the one there is stands until they are known. */
function staffField(value) {
  const field = selectField({ name: 'staff', label: t('live.staff'), optional: true, hint: t('live.staff_hint'), options: [['', t('live.staff_none')], ...(value ? [[value, value]] : [])], value: value || '' });
  places.owner('').then((users) => users.forEach((user) => {
    const there = [...field.control.options].find((option) => option.value === user.value);
    if (there) {
      there.textContent = user.label;
    } else {
      field.control.append(h('option', { value: user.value }, user.label));
    }
  })).catch(() => {}); // who may not see them leaves it as it is
  return field;
}

function fieldsOf(target, read) {
  const picture = hasPicture(target);
  return {
    image: picture && pictureField({ value: target.image, kind: target.kind, read }),
    name: textField({ name: 'name', label: t('live.name'), optional: true, hint: t('live.name_hint'), value: target.name, attrs: { maxlength: 128 } }),
    url: target.kind !== 'message' && target.kind !== 'qr' && textField({
      name: 'url', label: t(target.kind === 'url' ? 'live.url' : 'live.button_url'), optional: target.kind !== 'url', type: 'url', value: target.url,
    }),
    title: target.kind !== 'url' && textField({ name: 'title', label: t('live.title'), optional: target.kind !== 'message', hint: t('live.title_hint'), value: target.title, attrs: { maxlength: 128 } }),
    hint: target.kind !== 'url' && textArea({ name: 'hint', label: t('live.hint'), hint: t('live.hint_hint'), rows: 2, value: target.hint }),
    staff: staffField(target.staff),
    cap_total: count('cap_total', t('live.cap_total'), target.cap_total),
    valid_until: textField({ name: 'valid_until', label: t('live.until'), optional: true, type: 'datetime-local', value: toLocalInput(target.valid_until) }),
    valid_from: textField({ name: 'valid_from', label: t('live.from'), optional: true, type: 'datetime-local', value: toLocalInput(target.valid_from) }),
    cap_day: count('cap_day', t('live.cap_day'), target.cap_day),
    cap_hour: count('cap_hour', t('live.cap_hour'), target.cap_hour),
    cap_on: selectField({ name: 'cap_on', label: t('live.cap_on'), options: ['shown', 'visitors', 'joined'].map((one) => [one, t(`live.cap_on_${one}`)]), value: target.cap_on || 'shown' }),
    weight: count('weight', t('live.weight'), target.weight || 1, { min: 1, max: 100 }),
  };
}

/** What the API takes of what was filled in: empty is null. */
function bodyOf(fields) {
  const body = {};
  for (const field of Object.values(fields).filter(Boolean)) {
    const value = field.get();
    if (['cap_total', 'cap_day', 'cap_hour', 'weight'].includes(field.name)) {
      body[field.name] = value === '' ? null : Number(value);
    } else if (field.name.startsWith('valid_')) {
      body[field.name] = fromLocalInput(value);
    } else {
      body[field.name] = value || null;
    }
  }
  return body;
}

/** A group's code says by itself how long it is good for and how many it takes; what was filled in stays. */
function suggest(fields, image) {
  if (image.qr_kind !== 'wechat_group') {
    return;
  }
  if (!fields.valid_until.get()) {
    fields.valid_until.set(toLocalInput(groupCodeEnds()));
    fields.valid_until.setNote(t('live.group_ends'));
  }
  if (!fields.cap_total.get()) {
    fields.cap_total.set(String(GROUP_PLACES));
    fields.cap_total.setNote(t('live.group_places'));
  }
}

/** A dialog; changed() is told when it was stored. `target` without an id is a new one of its kind. */
export function targetDialog(path, target, changed) {
  const fields = fieldsOf(target, (image) => suggest(fields, image));
  const all = Object.values(fields).filter(Boolean);
  const { image, name, url, title, hint, staff, cap_total: total, valid_until: until, ...rest } = fields;
  const submit = submitButton(t(target.id ? 'save' : 'live.add'));
  const shown = form({
    fields: all, submit,
    body: [[image, name, url, title, hint, staff].filter(Boolean).map((field) => field.element),
      h('div', { class: 'form-pair' }, total.element, until.element),
      h('details', null, h('summary', null, t('live.more')), h('div', { class: 'stack' }, Object.values(rest).map((field) => field.element))), submit],
    onSubmit: async () => {
      const body = bodyOf(fields);
      if (target.id) {
        await api.patch(`${path}/${target.id}`, body);
      } else {
        await api.post(path, { kind: target.kind, ...body });
      }
      box.close();
      toast(t(target.id ? 'live.changed' : 'live.added'));
      changed();
    },
  });
  const box = dialog({ title: t(target.id ? 'live.change' : `live.add_${target.kind}`), body: shown.element });
}

/** Another picture in the place of the one that is shown: visitors see it from then on. */
export async function replacePicture(path, target, file, changed) {
  try {
    const image = await uploadPicture(file, { code: target.kind === 'qr' });
    if (!image) {
      return;
    }
    const set = { image: image.id };
    if (target.valid_until && image.qr_kind === 'wechat_group') {
      set.valid_until = groupCodeEnds();
    }
    await api.patch(`${path}/${target.id}`, set);
    toast(t(set.valid_until ? 'live.replaced_week' : 'live.replaced'));
    changed();
  } catch (error) {
    fail(error.fields?.get('image') ? Object.assign(error, { message: error.fields.get('image') }) : error);
  }
}
