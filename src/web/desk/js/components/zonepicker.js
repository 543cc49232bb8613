/* SPDX-License-Identifier: MIT */
/* Choosing a time zone from the browser's list of IANA names. */
import { t } from '../i18n.js';
import { combobox } from './combobox.js';
import { dialog } from './dialog.js';
import { form, submitButton } from './form.js';

const SHOWN = 60;

/** zoneDialog({value, hint, onPick(zone)}): '' when the box was emptied. */
export function zoneDialog({ value, hint, onPick }) {
  const zones = Intl.supportedValuesOf ? Intl.supportedValuesOf('timeZone') : [value];
  const field = combobox({
    name: 'zone', label: t('zone.label'), hint, value, allowNew: true,
    source: async (text) => zones.filter((name) => name.toLowerCase().includes(text.toLowerCase().replace(' ', '_'))).slice(0, SHOWN)
      .map((name) => ({ value: name })),
  });
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
