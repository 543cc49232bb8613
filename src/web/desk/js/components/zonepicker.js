/* SPDX-License-Identifier: MIT */
/* Choosing a time zone from the browser's list of IANA names. */
import { t } from '../i18n.js';
import { combobox } from './combobox.js';
import { dialog } from './dialog.js';
import { form, submitButton } from './form.js';

const SHOWN = 60;

const known = (value) => (Intl.supportedValuesOf ? Intl.supportedValuesOf('timeZone') : [value].filter(Boolean));

/** A field of a form that takes an IANA name. */
export function zoneField({ value, ...rest }) {
  const zones = known(value);
  return combobox({
    value, allowNew: true, ...rest,
    source: async (text) => zones.filter((name) => name.toLowerCase().includes(text.toLowerCase().replace(' ', '_'))).slice(0, SHOWN)
      .map((name) => ({ value: name })),
  });
}

/** zoneDialog({value, hint, onPick(zone)}): '' when the box was emptied. */
export function zoneDialog({ value, hint, onPick }) {
  const zones = known(value);
  const field = zoneField({ name: 'zone', label: t('zone.label'), hint, value });
  const box = dialog({
    title: t('zone.title'),
    body: form({
      fields: [field], submit: submitButton(), onSubmit: async ({ zone }) => {
        if (zone && zone !== value && !zones.includes(zone)) {
          field.setError(t('zone.unknown'));
          return;
        }
        box.close();
        onPick(zone);
      },
    }).element,
  });
  field.control.select();
}
