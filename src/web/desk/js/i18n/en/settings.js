/* SPDX-License-Identifier: MIT */
/* Settings. */
export default {
  'settings.title': 'Settings',
  'settings.lead': 'What is in force, and where it was set.',
  'settings.how': 'Settings are changed in linkpond.conf, by LINKPOND_ variables or by flags of serve, and are as they were when the server started.',
  'settings.search': 'Search settings',
  'settings.none': 'Nothing fits',
  'settings.name': 'Setting',
  'settings.value': 'Value',
  'settings.not_set': 'not set',
  'settings.default': 'built in: {value}',
  'settings.csv_default': 'Default',
  'settings.csv_help': 'What it is for',
  'settings.where': 'Set in',
  'settings.built_in': 'built in',
  'settings.command_line': 'command line',
  'settings.when': 'A change holds',
  'settings.reloads': 'after SIGHUP',
  'settings.restart': 'after a restart',
  'settings.set': 'Set',
  'settings.only_set': 'Only what was set',
};
