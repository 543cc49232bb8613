/* SPDX-License-Identifier: MIT */
/* One's own account. */
export default {
  'account.title': 'Your account',
  'account.lead': 'Login name {login}, {role}',
  'account.profile': 'Profile',
  'account.name': 'Name',
  'account.language': 'Language',
  'account.language_hint': 'For the pages the server makes for you. In this browser the menu decides.',
  'account.language_browser': 'As the browser asks',
  'account.saved': 'Saved',
  'account.password': 'Password',
  'account.password_text': 'When it changes, all your other sessions end.',
  'account.no_password': 'You have no password. An admin can make you a link to set one.',
  'account.current': 'Current password',
  'account.new': 'New password',
  'account.change': 'Change password',
  'account.changed': 'Your password is changed, and your other sessions have ended.',
  'account.session': 'This session',
  'account.by_key': 'Signed in with the API key {name}.',
  'account.by_password': 'Signed in with your password.',
  'account.until': 'It ends {time} at the latest; sign out in the menu.',
};
