/* SPDX-License-Identifier: MIT */
/* One's own account. */
export default {
  'account.title': '我的账号',
  'account.lead': '登录名 {login}，{role}',
  'account.profile': '个人信息',
  'account.name': '姓名',
  'account.language': '语言',
  'account.language_hint': '用于服务器生成的页面。当前浏览器以左下角菜单为准。',
  'account.language_browser': '跟随浏览器',
  'account.saved': '已保存',
  'account.password': '密码',
  'account.password_text': '修改密码后，其他设备上的登录会全部退出。',
  'account.no_password': '您还没有密码，可以请管理员生成链接来设置。',
  'account.current': '当前密码',
  'account.new': '新密码',
  'account.change': '修改密码',
  'account.changed': '密码已修改，其他设备已退出登录。',
  'account.session': '当前登录',
  'account.by_key': '通过 API 密钥 {name} 登录。',
  'account.by_password': '通过密码登录。',
  'account.until': '最晚 {time} 到期。可以在左下角菜单退出登录。',
};
